package access

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"

	"roletrail/iam/policy"
	"roletrail/queries"
)

// made is a review of made-up roles, as large as that of a large organisation: the same
// for the same number.
func made(n int) *Review {
	m := &maker{Rand: rand.New(rand.NewPCG(7, uint64(n))), since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}
	until := m.since.AddDate(0, 3, 0)
	r := &reader{review: &Review{}, byID: map[Text]*Role{}, scope: Scope{}}
	r.review.Meta = queries.Meta{Since: m.since, Until: until, Catalogue: &queries.MetaCatalogue{Date: m.since, Source: "embedded"}, Versions: queries.MetaVersions{Roletrail: "test", Engine: "none", Derivation: 1},
		Inventory: []queries.MetaSnapshot{{AccountID: "111111111111", Date: until, Roles: n, Origin: "inventory"}}, Trails: []queries.MetaTrail{}}
	first := m.since
	r.review.Meta.Coverage = queries.MetaCoverage{Accounts: 3, FirstEvent: &first, DaysPresent: 260, DaysMissing: 16, Events: 20_000_000, Thin: []string{"333333333333"}, WithoutInventory: []string{}}
	r.review.Window = Window{Since: m.since, Until: until, Quarter: "2026Q3", Days: 92}
	for i, days := range []string{strings.Repeat("f", 92), strings.Repeat("f", 40) + "ppmm" + strings.Repeat("f", 48), strings.Repeat("m", 14) + strings.Repeat("f", 78)} {
		account := fmt.Sprint(strings.Repeat(fmt.Sprint(i+1), 12))
		missing := int64(strings.Count(days, "m"))
		r.review.Accounts = append(r.review.Accounts, Account{AccountID: Text(account), Days: days, DaysMissing: missing, DaysPresent: 92 - missing, Thin: i == 2, Objects: 9000, Events: 7_000_000, Roles: n / 3})
		r.review.Coverage = append(r.review.Coverage, Coverage{AccountID: Text(account), Region: "eu-west-1", Family: "CloudTrail", FirstEvent: &first, LastEvent: &until, DaysPresent: 92 - missing, DaysMissing: missing, Objects: 9000, Events: 7_000_000})
	}
	for i := range n {
		r.roles = append(r.roles, m.role(r, i))
	}
	for _, role := range r.roles {
		for i := range role.CallerList {
			if role.CallerList[i].unexpected() {
				role.UnexpectedCallers++
				r.review.Numbers.UnexpectedCallers++
			}
		}
	}
	r.judge()
	return r.review
}

type maker struct {
	*rand.Rand
	since time.Time
}

func (m *maker) id() Text {
	return Text(fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", m.Uint32(), m.Uint32()&0xffff, m.Uint32()&0xfff, m.Uint32()&0xfff, m.Uint64()&0xffffffffffff))
}

func (m *maker) at(day int) *time.Time {
	t := m.since.AddDate(0, 0, day).Add(time.Duration(m.IntN(86400)) * time.Second)
	return &t
}

func pick[T any](m *maker, list ...T) T { return list[m.IntN(len(list))] }

var (
	madeVerbs    = []string{"Process", "Export", "Import", "Archive", "Deliver", "Compress", "Index", "Scan", "Settle", "Publish"}
	madeObjects  = []string{"Orders", "Images", "Invoices", "Events", "Metrics", "Reports", "Snapshots", "Payments", "Sessions", "Catalogue"}
	madePurposes = []string{"ForWarehouse", "ForShop", "ForPartners", "Nightly", "ForAudit", "ForSearch"}
	madeServices = []string{"s3", "ec2", "sqs", "sns", "kms", "dynamodb", "lambda", "logs", "rds", "iam", "sts", "ecs", "ecr", "glue", "athena", "secretsmanager", "ssm", "cloudwatch", "events", "states"}
)

// role is one of the made-up roles: a few are dormant, many hold more than they use.
func (m *maker) role(r *reader, i int) *Role {
	account := Text(strings.Repeat(fmt.Sprint(1+i%3), 12))
	name := fmt.Sprintf("%s%s%s%03d", pick(m, madeVerbs...), pick(m, madeObjects...), pick(m, madePurposes...), i)
	created := m.since.AddDate(-1, 0, -m.IntN(400))
	hour := int64(3600)
	role := &Role{AccountID: account, RoleName: Text(name), RoleARN: Text("arn:aws:iam::" + string(account) + ":role/" + name), RoleID: Text(fmt.Sprintf("AROA%016X", i+1)),
		State: "present", Kind: pick[Text](m, "service", "service", "same_account", "web_identity", "cross_account", "permission_set"), Privilege: pick[Text](m, "read", "write", "write", "permissions", "admin"),
		Verdict: pick[Text](m, "active", "active", "active", "active", "active", "active", "active", "dormant", "never_used", "denied_only", "unknown"), InReview: true,
		Owner: pick[Text](m, "payments", "platform", "data", "security", ""), CreatedAt: &created, MaxSession: &hour,
		TrustPolicy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, Reason: "used inside the window"}
	m.use(role)
	m.grant(role)
	for range 1 + m.IntN(3) {
		findings := pick(m, []string{"expected"}, []string{"expected"}, []string{"expected"}, []string{"broadly_trusted"}, []string{"long_term_key", "expected"}, []string{"not_trusted", "new_principal"})
		role.CallerList = append(role.CallerList, Caller{Caller: pick[Text](m, "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", Text(fmt.Sprintf("sso:user%d@example.com", m.IntN(60))), Text("arn:aws:iam::"+string(account)+":user/svc-"+fmt.Sprint(m.IntN(20)))),
			CallerKind: "service", Findings: findings, FirstSeen: m.at(0), LastSeen: m.at(90), Assumptions: int64(1 + m.IntN(400)), Evidence: m.id()})
	}
	for range 3 {
		role.SessionList = append(role.SessionList, Session{SessionName: Text(fmt.Sprintf("job-%d", m.IntN(100000))), CreatedAt: m.at(89), FirstSeen: m.at(89), LastSeen: m.at(90), Events: int64(m.IntN(90)), Caller: role.CallerList[0].Caller, CallerKind: "service", Evidence: m.id()})
	}
	if m.IntN(8) == 0 {
		r.review.Changes = append(r.review.Changes, Change{EventTime: *m.at(30), EventID: m.id(), AccountID: account, Region: "us-east-1", Change: "inline_policy_put", Severity: pick[Text](m, "low", "medium", "high"), Outcome: "success",
			RoleARNs: []string{string(role.RoleARN)}, Actor: "sso:alice@example.com", ActorKind: "identity_center", SourceIP: "192.0.2.7", Summary: "PutRolePolicy images: grants more"})
		role.ChangeList = []int{len(r.review.Changes) - 1}
	}
	return role
}

func (m *maker) use(role *Role) {
	if role.Verdict != "active" {
		if role.Verdict == "dormant" {
			idle := int64(92 + m.IntN(200))
			at := m.since.AddDate(0, 0, 92-int(idle))
			role.LastUsed, role.IdleDays = &at, &idle
		}
		return
	}
	role.UsesByDay = make([]int64, 92)
	for day := range role.UsesByDay {
		if m.IntN(7) < 5 {
			role.UsesByDay[day] = int64(m.IntN(200))
			role.Uses += role.UsesByDay[day]
		}
	}
	idle := int64(m.IntN(3))
	role.LastUsed, role.IdleDays, role.FirstUsed, role.LastAction, role.LastRegion, role.Evidence = m.at(91-int(idle)), &idle, m.at(0), "s3:ListBucket", "eu-west-1", m.id()
	role.Sessions, role.Callers, role.LastAssumed, role.LastCaller = int64(m.IntN(500)), int64(1+m.IntN(3)), m.at(91), "lambda.amazonaws.com"
}

func (m *maker) grant(role *Role) {
	g := &Grants{UnreadPolicies: []string{}}
	role.Grants = g
	for range 2 + m.IntN(7) {
		name := pick(m, madeServices...)
		s := Service{Service: Text(name), Services: 1}
		if role.Verdict == "active" {
			for a := range 1 + m.IntN(4) {
				role.Permissions = append(role.Permissions, Permission{Action: Text(fmt.Sprintf("%s:Action%d", name, a)), AccessLevel: "write", Verdict: "used", Reason: "used inside the window", LastUsed: m.at(90), Uses: int64(m.IntN(900)), Evidence: m.id()})
				s.count("used", 1)
			}
		}
		for _, verdict := range []Text{"unused", "unobservable"} {
			actions := int64(1 + m.IntN(80))
			s.count(verdict, actions)
			role.Unseen = append(role.Unseen, Unseen{Service: Text(name), Verdict: verdict, Actions: actions, Reason: "not seen; AWS documents that CloudTrail logs the calls of " + Text(name), Examples: []string{name + ":DeleteThing", name + ":PutThing"}})
		}
		role.ServiceList = append(role.ServiceList, s)
		role.BroadGrants = append(role.BroadGrants, BroadGrant{Policy: "inline:main#1", Actions: []string{name + ":*"}})
		g.Granted, g.Used, g.Unused, g.Unobservable = g.Granted+s.Granted, g.Used+s.Used, g.Unused+s.Unused, g.Unobservable+s.Unobservable
		g.ServicesGranted++
	}
	role.Proposal = &Proposal{Policies: []string{policyOf(role)}, Kept: g.Granted - g.Away(), Dropped: g.Away(), Unproven: g.Unobservable}
}

// policyOf is a document that keeps what a proposal would: a line for each action.
func policyOf(role *Role) string {
	d := policy.Draft{Version: "2012-10-17"}
	for _, s := range role.ServiceList {
		statement := policy.DraftStatement{Sid: string(s.Service), Effect: "Allow", Resources: []string{"*"}}
		for a := range s.Used + s.Unobservable {
			statement.Actions = append(statement.Actions, fmt.Sprintf("%s:Describe%s%d", s.Service, madeObjects[a%int64(len(madeObjects))], a))
		}
		d.Statements = append(d.Statements, statement)
	}
	return d.JSON()
}

// hostile is a text that no reader must act upon: it closes scripts and attributes, hides
// and turns letters, and is a formula.
const hostile = "=cmd|'/c'!A1</script><img src=x onerror=alert(1)>\"'`${x}\u202e\u0000\x1b[31m{{.}}\n| a | b |"

// spoil puts the hostile text before every text of a value.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Struct:
		if v.Type() == timeType {
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				spoil(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.String:
		v.SetString(hostile + v.String())
	}
}

// spoiled is a small review all of whose texts are hostile, but for the words that
// roletrail itself writes.
func spoiled() *Review {
	r := made(6)
	days := r.Accounts[0].Days
	spoil(reflect.ValueOf(r).Elem())
	r.Window.Quarter = "2026Q3"
	for i := range r.Accounts {
		r.Accounts[i].Days = days
	}
	return r
}
