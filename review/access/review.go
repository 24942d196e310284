package access

import (
	"time"

	"roletrail/queries"
	"roletrail/review/actions"
)

// Review is one quarterly access review. The names of its JSON are those of the
// reports' columns wherever a report has the same value.
type Review struct {
	Window  Window       `json:"window"`
	Meta    queries.Meta `json:"meta"`
	Numbers Numbers      `json:"numbers"`
	// First are the findings to be answered before all others, the gravest first.
	First []Finding `json:"answer_first"`
	// Unknowns is what the logs do not carry, with the consequence of each.
	Unknowns []Unknown `json:"cannot_say"`
	Accounts []Account `json:"accounts"`
	// Coverage are the rows of the report coverage.
	Coverage []Coverage `json:"coverage"`
	// Changes are the rows of the report changes, the newest first.
	Changes []Change `json:"changes"`
	// ChangesLeftOut is how many rows it has beyond those, less grave or older.
	ChangesLeftOut int `json:"changes_left_out"`
	// Earlier is what became of the last review's decisions; null if none were given.
	Earlier *Earlier `json:"earlier"`
	// Roles are those of the report last-used, those that need an answer first.
	Roles []Role `json:"roles"`

	// orders are the decisions that mean commands.
	orders []actions.Order
}

// Window is [Since, Until), as it is called and counted.
type Window struct {
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	Quarter Text      `json:"quarter"` // 2026Q3; null for other windows
	// Days are the days (UTC) that the window touches.
	Days int `json:"days"`
}

// Numbers are the headline numbers. They count the roles under review: those that
// are there, service-linked ones apart.
type Numbers struct {
	Roles      int `json:"roles"`
	Active     int `json:"active"`
	WithoutUse int `json:"without_use"` // dormant, never_used, denied_only
	Unknown    int `json:"unknown"`     // roles of which coverage is too thin to say
	// Granted permissions, and those of them that are unused or probably_unused.
	Granted int64 `json:"granted"`
	Unused  int64 `json:"unused"`
	// UnexpectedCallers are rows of the report unexpected that were seen in the window
	// and have a finding other than expected and never_came.
	UnexpectedCallers int `json:"unexpected_callers"`
	Changes           int `json:"changes"` // rows of the report changes
	// Apart are the roles that are not under review.
	ServiceLinked int `json:"service_linked"`
	Deleted       int `json:"deleted"`
}

// maxNumber bounds the headline numbers that are read from a file, so that nothing overflows.
const maxNumber = 1 << 50

// possible says whether these can be numbers of a review.
func (n *Numbers) possible() bool {
	for _, one := range []int64{int64(n.Roles), int64(n.Active), int64(n.WithoutUse), int64(n.Unknown), n.Granted, n.Unused, int64(n.UnexpectedCallers), int64(n.Changes), int64(n.ServiceLinked), int64(n.Deleted)} {
		if one < 0 || one > maxNumber {
			return false
		}
	}
	return true
}

// underReview says whether a review asks about a role: not of those that are gone, nor of
// those that are AWS's.
func underReview(state, verdict Text) bool { return state != "deleted" && verdict != "service_linked" }

// Role is a role with all that the reports say of it.
type Role struct {
	// The row of the report last-used.
	AccountID     Text       `json:"account_id"`
	RoleARN       Text       `json:"role_arn"`
	RoleName      Text       `json:"role_name"`
	RoleID        Text       `json:"role_id"`
	State         Text       `json:"state"`
	Kind          Text       `json:"kind"`
	PermissionSet Text       `json:"permission_set"`
	Privilege     Text       `json:"privilege"`
	Verdict       Text       `json:"verdict"`
	Reason        Text       `json:"reason"`
	LastUsed      *time.Time `json:"last_used"`
	LastAction    Text       `json:"last_action"`
	LastRegion    Text       `json:"last_region"`
	LastCaller    Text       `json:"last_caller"`
	IdleDays      *int64     `json:"idle_days"`
	FirstUsed     *time.Time `json:"first_used"`
	Uses          int64      `json:"uses"`
	Denied        int64      `json:"denied"`
	Failed        int64      `json:"failed"`
	Sessions      int64      `json:"sessions"`
	Callers       int64      `json:"callers"`
	LastAssumed   *time.Time `json:"last_assumed"`
	IAMLastUsed   *time.Time `json:"iam_last_used"`
	Evidence      Text       `json:"evidence"`

	// Owner answers for the role, by roletrail.yaml or the role's tags.
	Owner Text `json:"owner"`
	// InReview says that a decision is asked for.
	InReview   bool `json:"in_review"`
	Suggestion Text `json:"suggestion"` // keep, trim, remove or exception; null outside of the review
	// Why is the reason for the suggestion, and Question what its owner is asked.
	Why      Text      `json:"why"`
	Question Text      `json:"question"`
	Findings []Finding `json:"findings"`

	// What the inventory says; null for a role that it does not have.
	CreatedAt     *time.Time `json:"created_at"`
	MaxSession    *int64     `json:"max_session"` // seconds
	Boundary      Text       `json:"boundary"`
	PrivilegePath Text       `json:"privilege_path"`
	TrustPolicy   Text       `json:"trust_policy"`
	Policies      []string   `json:"attached_policies"`

	// Grants is the row of the report unused --summary; null where nothing is known to
	// be granted.
	Grants *Grants `json:"grants"`
	// ServiceList counts the verdicts by service, Permissions are the rows of the report
	// unused that calls speak of, and Unseen counts the others.
	ServiceList []Service    `json:"service_list"`
	Permissions []Permission `json:"permissions"`
	Unseen      []Unseen     `json:"unseen"`
	// Proposal is what could take the place of its policies; null where nothing that it
	// holds is unused, or nothing is known to be granted.
	Proposal *Proposal `json:"proposal"`
	// BroadGrants are statements of its policies that grant by wildcards.
	BroadGrants []BroadGrant `json:"broad_grants"`

	// UnexpectedCallers are counted as Numbers has them. CallerList are rows of the report unexpected --all, CallersLeftOut those that are
	// too many to be listed.
	UnexpectedCallers int       `json:"unexpected_callers"`
	CallerList        []Caller  `json:"caller_list"`
	CallersLeftOut    int       `json:"callers_left_out"`
	SessionList       []Session `json:"session_list"` // the newest

	// UsesByDay and DeniedByDay have one figure for each day of the window; null where
	// there was no such day. Days without logs are those of the role's account.
	UsesByDay   []int64 `json:"uses_by_day"`
	DeniedByDay []int64 `json:"denied_by_day"`
	// Earlier is what became of the decision of the last review; null without one.
	Earlier *Outcome `json:"earlier"`
	// Decided is what was decided in this review; null where its decisions are not known.
	Decided *Decided `json:"decided"`
	// ChangeList are places in Review.Changes.
	ChangeList []int `json:"change_list"`
}

// fillLists makes lists without an element empty ones, which they are; null is for what
// is not known.
func (role *Role) fillLists() {
	role.Findings = append([]Finding{}, role.Findings...)
	role.ServiceList = append([]Service{}, role.ServiceList...)
	role.Permissions = append([]Permission{}, role.Permissions...)
	role.Unseen = append([]Unseen{}, role.Unseen...)
	role.BroadGrants = append([]BroadGrant{}, role.BroadGrants...)
	role.CallerList = append([]Caller{}, role.CallerList...)
	role.SessionList = append([]Session{}, role.SessionList...)
	role.ChangeList = append([]int{}, role.ChangeList...)
}

// Grants counts the verdicts on what a role may do.
type Grants struct {
	Granted         int64    `json:"granted"`
	Used            int64    `json:"used"`
	PossiblyUsed    int64    `json:"possibly_used"`
	DeniedOnly      int64    `json:"denied_only"`
	Unused          int64    `json:"unused"`
	ProbablyUnused  int64    `json:"probably_unused"`
	Unobservable    int64    `json:"unobservable"`
	TooNew          int64    `json:"too_new"`
	ServicesGranted int64    `json:"services_granted"`
	ServicesUsed    int64    `json:"services_used"`
	UnreadPolicies  []string `json:"unread_policies"`
}

// Away is how many permissions a policy without the unused ones would take away.
func (g *Grants) Away() int64 { return g.Unused + g.ProbablyUnused + g.DeniedOnly }

// Proved says whether the logs prove anything of what a role may do: else no policy is proposed.
func (g *Grants) Proved() bool { return g.Used+g.PossiblyUsed+g.DeniedOnly+g.Unused > 0 }

// Service counts the verdicts on the actions of a service, or of several that are too
// many to be listed one by one: then Service is null.
type Service struct {
	Service        Text  `json:"service"`
	Services       int   `json:"services"`
	Granted        int64 `json:"granted"`
	Used           int64 `json:"used"`
	PossiblyUsed   int64 `json:"possibly_used"`
	DeniedOnly     int64 `json:"denied_only"`
	Unused         int64 `json:"unused"`
	ProbablyUnused int64 `json:"probably_unused"`
	Unobservable   int64 `json:"unobservable"`
	TooNew         int64 `json:"too_new"`
}

// Permission is one granted action that calls speak of.
type Permission struct {
	Action      Text       `json:"action"`
	AccessLevel Text       `json:"access_level"`
	Verdict     Text       `json:"verdict"`
	Reason      Text       `json:"reason"`
	LastUsed    *time.Time `json:"last_used"`
	Uses        int64      `json:"uses"`
	Evidence    Text       `json:"evidence"`
}

// Unseen counts granted actions of a service, or of several where Service is null, that
// have the same verdict.
type Unseen struct {
	Service Text  `json:"service"`
	Verdict Text  `json:"verdict"`
	Actions int64 `json:"actions"`
	// Reason is that of most of them.
	Reason Text `json:"reason"`
	// Examples are the gravest: those that change who may do what, then those that write.
	Examples []string `json:"examples"`
}

// Caller is a row of the report unexpected about one role.
type Caller struct {
	Caller        Text       `json:"caller"`
	CallerKind    Text       `json:"caller_kind"`
	CallerAccount Text       `json:"caller_account"`
	ViaRole       Text       `json:"via_role"`
	Findings      []string   `json:"findings"`
	FirstSeen     *time.Time `json:"first_seen"`
	LastSeen      *time.Time `json:"last_seen"`
	Assumptions   int64      `json:"assumptions"`
	Denied        int64      `json:"denied"`
	Networks      []string   `json:"networks"`
	Evidence      Text       `json:"evidence"`
}

// Session is a session of a role that touches the window.
type Session struct {
	SessionName Text       `json:"role_session_name"`
	CreatedAt   *time.Time `json:"session_created_at"`
	FirstSeen   *time.Time `json:"first_seen"`
	LastSeen    *time.Time `json:"last_seen"`
	Events      int64      `json:"events"`
	Denied      int64      `json:"denied"`
	Caller      Text       `json:"caller"`
	CallerKind  Text       `json:"caller_kind"`
	ViaRole     Text       `json:"via_role"`
	Evidence    Text       `json:"evidence"`
}

// Change is a row of the report changes.
type Change struct {
	EventTime time.Time `json:"event_time"`
	EventID   Text      `json:"event_id"`
	AccountID Text      `json:"account_id"`
	Region    Text      `json:"aws_region"`
	Change    Text      `json:"change"`
	Severity  Text      `json:"severity"`
	Outcome   Text      `json:"outcome"`
	RoleARNs  []string  `json:"role_arns"`
	PolicyARN Text      `json:"policy_arn"`
	Actor     Text      `json:"actor"`
	ActorKind Text      `json:"actor_kind"`
	SourceIP  Text      `json:"source_ip_address"`
	Via       Text      `json:"via"`
	Summary   Text      `json:"summary"`
	// Lines are the document before and after; null where the change is about none, or
	// nobody knows it.
	Lines []Line `json:"lines"`
}

// Line is a line of a document that changed: + is new, - is gone, and a space was there
// before and after.
type Line struct {
	Mark Text `json:"mark"`
	Text Text `json:"text"`
}

// Coverage is a row of the report coverage.
type Coverage struct {
	AccountID   Text       `json:"account_id"`
	Region      Text       `json:"aws_region"`
	Family      Text       `json:"family"`
	FirstEvent  *time.Time `json:"first_event"`
	LastEvent   *time.Time `json:"last_event"`
	DaysPresent int64      `json:"days_present"`
	DaysMissing int64      `json:"days_missing"`
	Objects     int64      `json:"objects"`
	Events      int64      `json:"events"`
}

// Account is what the lake holds of one account in the window.
type Account struct {
	AccountID   Text  `json:"account_id"`
	DaysPresent int64 `json:"days_present"`
	DaysMissing int64 `json:"days_missing"`
	Thin        bool  `json:"thin"`
	Objects     int64 `json:"objects"`
	Events      int64 `json:"events"`
	Roles       int   `json:"roles"` // under review
	// Days has a letter for each day of the window: f full, p without a Region of which
	// the lake has nearly every other day of the account, m missing.
	Days string `json:"days"`
	// PartRegions are the Regions that some day lacks.
	PartRegions []string `json:"part_regions"`
}

// Finding is something about a role that somebody has to answer.
type Finding struct {
	Severity Severity `json:"severity"`
	// Code is the word of the report that found it.
	Code Text `json:"code"`
	// Role says which role, by ARN, or by id where the ARN is not known.
	Role     Text `json:"role"`
	RoleName Text `json:"role_name"`
	// Says is a sentence without its subject, which is the role.
	Says Text `json:"says"`
	// Source is what it rests on: an event, the logs as a whole, or the inventory.
	Source   Text       `json:"source"`
	Evidence Text       `json:"evidence"` // event id
	At       *time.Time `json:"at"`
}

// Unknown is something that cannot be said.
type Unknown struct {
	Code Text `json:"code"`
	// What cannot be said, and Then what follows from that.
	What Text `json:"what"`
	Then Text `json:"then"`
}
