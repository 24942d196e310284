package access

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"roletrail/queries"
	"roletrail/review/proposal"
	"roletrail/review/termtext"
)

// Scope is what is reviewed.
type Scope struct {
	// Params are the window, the accounts and the inventory; what the configuration
	// expects of callers stands in Unexpected.
	Params queries.Params
	// Quarter is the window's name, if it has one.
	Quarter string
	// Meta is what the answers rest on, with the warnings of the program.
	Meta queries.Meta
	// Decisions are those of the last review, or of this one; nil without any.
	Decisions *Decisions
	// OwnerOf says who answers for a role, or nothing; nil asks nobody.
	OwnerOf func(name, arn string) string
	// RoleNames is what names of roles have to fit; nil lets all names be.
	RoleNames *regexp.Regexp
	// Step, if set, is told which part of how many is asked next, the first is 1.
	Step func(n, of int)
}

// Read asks all questions about the window and puts the answers together. Who came is asked
// first: the others keep the sessions, beside which that would not fit into a gigabyte.
func Read(ctx context.Context, engine queries.Engine, s Scope) (*Review, error) {
	r := newReader(ctx, engine, s)
	if err := r.steps(0, r.askCallers, r.readRoles, r.readInventory, r.readPolicies, r.readGrants, r.listCallers, r.readDays, r.readSessions, r.readChanges, r.readCoverage); err != nil {
		return nil, err
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	return r.review, nil
}

func newReader(ctx context.Context, engine queries.Engine, s Scope) *reader {
	return &reader{ctx: ctx, engine: engine, scope: s, byID: map[Text]*Role{}, byARN: map[Text][]*Role{}, review: &Review{Meta: s.Meta, Window: windowOf(s)}}
}

// steps takes the steps that follow those that are done.
func (r *reader) steps(done int, steps ...func() error) error {
	for i, step := range steps {
		if r.scope.Step != nil {
			r.scope.Step(done+i+1, done+len(steps))
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// finish makes of all that was read what follows from it.
func (r *reader) finish() error {
	r.broadGrants()
	if err := r.compare(r.scope.Decisions); err != nil {
		return fmt.Errorf("comparing with the decisions: %w", err)
	}
	r.judge()
	return nil
}

// reader fills a review. Roles are held by pointer until all is known of them.
type reader struct {
	ctx    context.Context
	engine queries.Engine
	scope  Scope
	review *Review
	roles  []*Role
	byID   map[Text]*Role
	byARN  map[Text][]*Role // those without an id
	came   []came           // to be listed with their roles
	one    *Role            // the only role that is asked about; nil in a review
	held   map[*Role]*proposal.Held
}

func windowOf(s Scope) Window {
	since, until := s.Params.Since.UTC(), s.Params.Until.UTC()
	days := dayOf(until.Add(-time.Microsecond)).Sub(dayOf(since))/(24*time.Hour) + 1
	return Window{Since: since, Until: until, Quarter: Text(s.Quarter), Days: int(days)}
}

// dayOf is the midnight (UTC) before t.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// place is the place of a day among those of the window, or -1.
func (r *reader) place(t *time.Time) int {
	if t == nil {
		return -1
	}
	n := int(dayOf(*t).Sub(dayOf(r.review.Window.Since)) / (24 * time.Hour))
	if n < 0 || n >= r.review.Window.Days {
		return -1
	}
	return n
}

func (r *reader) each(question string, add func(row)) error {
	return each(r.ctx, r.engine, question, r.scope.Params, add)
}

// find finds the role that a row of another question is about. Where ids are missing and
// several roles had the ARN nobody can tell which one is meant: then it is nil.
func (r *reader) find(x row) *Role {
	if id := x.text("role_id"); id != "" {
		return r.byID[id]
	}
	return r.named(x.text("role_arn"))
}

// named is the role without an id that has the ARN, if there is one alone.
func (r *reader) named(arn Text) *Role {
	if named := r.byARN[arn]; len(named) == 1 {
		return named[0]
	}
	return nil
}

func (r *reader) readRoles() error {
	return r.each("last_used", func(x row) {
		role := &Role{
			AccountID: x.text("account_id"), RoleARN: x.text("role_arn"), RoleName: x.text("role_name"), RoleID: x.text("role_id"),
			State: x.text("state"), Kind: x.text("kind"), PermissionSet: x.text("permission_set"), Privilege: x.text("privilege"),
			Verdict: x.text("verdict"), Reason: x.text("reason"), LastUsed: x.time("last_used"), LastAction: x.text("last_action"),
			LastRegion: x.text("last_region"), LastCaller: x.text("last_caller"), IdleDays: x.number("idle_days"), FirstUsed: x.time("first_used"),
			Uses: x.count("uses"), Denied: x.count("denied"), Failed: x.count("failed"), Sessions: x.count("sessions"), Callers: x.count("callers"),
			LastAssumed: x.time("last_assumed"), IAMLastUsed: x.time("iam_last_used"), Evidence: x.text("evidence"),
		}
		role.InReview = underReview(role.State, role.Verdict)
		if r.scope.OwnerOf != nil {
			role.Owner = Text(termtext.Line(r.scope.OwnerOf(string(role.RoleName), string(role.RoleARN))))
		}
		r.roles = append(r.roles, role)
		if role.RoleID != "" {
			r.byID[role.RoleID] = role
		} else {
			r.byARN[role.RoleARN] = append(r.byARN[role.RoleARN], role)
		}
	})
}

func (r *reader) readInventory() error {
	return r.each("inventory_roles", func(x row) {
		role := r.find(x)
		if role == nil {
			return
		}
		role.CreatedAt, role.MaxSession, role.Boundary = x.time("created_at"), x.number("max_session"), x.text("boundary")
		role.PrivilegePath, role.TrustPolicy, role.Policies = x.text("privilege_path"), x.text("trust_policy"), x.texts("attached_policies")
		if role.Owner == "" {
			role.Owner = ownerTag(x.text("tags"))
		}
		if role.Verdict != "service_linked" {
			role.Grants = &Grants{UnreadPolicies: x.texts("unread_policies")}
		}
	})
}

// readDays fills the days on which roles acted.
func (r *reader) readDays() error {
	return r.each("use_days", func(x row) {
		if role := r.find(x); role != nil {
			r.addDay(role, x)
		}
	})
}

// addDay adds a day on which a role acted.
func (r *reader) addDay(role *Role, x row) {
	day := r.place(x.time("event_date"))
	if day < 0 {
		return
	}
	if role.UsesByDay == nil {
		role.UsesByDay = make([]int64, r.review.Window.Days)
	}
	role.UsesByDay[day] += x.count("uses")
	if denied := x.count("denied"); denied > 0 {
		if role.DeniedByDay == nil {
			role.DeniedByDay = make([]int64, r.review.Window.Days)
		}
		role.DeniedByDay[day] += denied
	}
}

func (r *reader) readSessions() error {
	return r.each("newest_sessions", func(x row) {
		if role := r.find(x); role != nil {
			role.SessionList = append(role.SessionList, sessionOf(x))
		}
	})
}

func sessionOf(x row) Session {
	return Session{
		SessionName: x.text("role_session_name"), CreatedAt: x.time("session_created_at"), FirstSeen: x.time("first_seen"), LastSeen: x.time("last_seen"),
		Events: x.count("events"), Denied: x.count("denied"), Caller: x.text("caller"), CallerKind: x.text("caller_kind"),
		ViaRole: x.text("via_role"), Evidence: x.text("evidence"),
	}
}

// mostReviewed is how many changes a review holds: nobody reads more, and a page of a thousand
// roles has to open from a mail.
const mostReviewed = 10_000

// readChanges lists the changes, and gives each role its own: of several roles that had
// an ARN one after the other, to the one that was there.
func (r *reader) readChanges() error {
	named := map[string][]*Role{}
	for _, role := range r.roles {
		named[string(role.RoleARN)] = append(named[string(role.RoleARN)], role)
	}
	for _, list := range named {
		slices.SortStableFunc(list, func(a, b *Role) int { return cmp.Compare(madeAt(a).UnixMicro(), madeAt(b).UnixMicro()) })
	}
	most := mostReviewed
	if r.one != nil {
		most = 0 // for of those of its namesakes some are left out below
	}
	explained, err := queries.ExplainChanges(r.ctx, r.engine, r.scope.Params, r.scope.Params.Unexpected.KnownAccounts, most)
	if err != nil {
		return fmt.Errorf("reviewing: %w", err)
	}
	r.review.ChangesLeftOut = explained.LeftOut
	x := row{at: placesOf(explained.Columns)}
	for _, change := range explained.Rows {
		x.cells = change.Row
		if r.one != nil && madeAt(r.one).After(x.time("event_time").Add(madeWithin)) {
			continue // of its namesake
		}
		c := Change{
			EventTime: *x.time("event_time"), EventID: x.text("event_id"), AccountID: x.text("account_id"), Region: x.text("aws_region"),
			Change: x.text("change"), Severity: x.text("severity"), Outcome: x.text("outcome"), RoleARNs: x.texts("role_arns"),
			PolicyARN: x.text("policy_arn"), Actor: x.text("actor"), ActorKind: x.text("actor_kind"), SourceIP: x.text("source_ip_address"),
			Via: x.text("via"), Summary: x.text("summary"),
		}
		for _, arn := range c.RoleARNs {
			if role := there(named[arn], c.EventTime); role != nil {
				role.ChangeList = append(role.ChangeList, len(r.review.Changes))
			}
		}
		if change.Difference != nil {
			for _, line := range change.Difference.Lines() {
				c.Lines = append(c.Lines, Line{Mark: Text(string(line.Mark)), Text: Text(line.Text)})
			}
		}
		r.review.Changes = append(r.review.Changes, c)
	}
	return nil
}

// madeWithin is how long before the time that IAM keeps, a whole second, the event that made a
// role may lie.
const madeWithin = time.Second

// madeAt is when a role was made; one of which nobody knows that was there before.
func madeAt(role *Role) time.Time {
	if role.CreatedAt == nil {
		return time.Time{}
	}
	return *role.CreatedAt
}

// there is the role that had the name at a time, of those that had it, the oldest first.
// The event that made a role is its first.
func there(roles []*Role, at time.Time) (found *Role) {
	for _, role := range roles {
		if found == nil || !madeAt(role).After(at.Add(madeWithin)) {
			found = role
		}
	}
	return found
}
