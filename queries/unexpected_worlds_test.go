package queries

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"roletrail/iam/trust"
)

// trustEvent is an assumption with all that trust policies ask.
type trustEvent struct {
	event
	IdentityARN *string `json:"identity_arn"`
	UserName    *string `json:"identity_user_name"`
	Provider    *string `json:"caller_provider"`
	Audience    *string `json:"caller_audience"`
	MFA         *bool   `json:"mfa_authenticated"`
	ExternalID  *string `json:"external_id"`
}

// trustRow and conditionRow are rows of iam/role_trust and iam/role_trust_conditions.
type trustRow struct {
	AccountID string   `json:"account_id"`
	RoleARN   string   `json:"role_arn"`
	RoleID    string   `json:"role_id"`
	Statement int      `json:"statement"`
	Effect    string   `json:"effect"`
	Principal string   `json:"principal"`
	Negated   bool     `json:"negated"`
	Kind      string   `json:"principal_kind"`
	Account   *string  `json:"principal_account"`
	Key       *string  `json:"principal_key"`
	Actions   []string `json:"actions"`
}

type conditionRow struct {
	AccountID  string  `json:"account_id"`
	RoleARN    string  `json:"role_arn"`
	RoleID     string  `json:"role_id"`
	Statement  int     `json:"statement"`
	Key        string  `json:"key"`
	Operator   string  `json:"operator"`
	Quantifier *string `json:"quantifier"`
	IfExists   bool    `json:"if_exists"`
	Negated    bool    `json:"negated"`
	Pattern    *string `json:"pattern"`
	Exact      bool    `json:"exact"`
}

// trustWorld is a small organisation whose accounts are its own.
type trustWorld struct {
	number     int
	events     []trustEvent
	roles      []inventoryRole
	older      []inventoryRole         // of an earlier inventory
	policies   map[string]trust.Policy // by ARN
	trust      []trustRow
	conditions []conditionRow
	coverage   []coverageRow
	expected   []CallerRule
	exceptions []CallerException
	known      []string
}

// trustMaker draws them.
type trustMaker struct {
	*rand.Rand
	since, until time.Time
	w            *trustWorld
	ids          int
	made         []trustEvent // successful assumptions, to be called from
}

func (m *trustMaker) pick(list ...string) string { return list[m.IntN(len(list))] }
func (m *trustMaker) chance(percent int) bool    { return m.IntN(100) < percent }
func (m *trustMaker) account(i int) string       { return fmt.Sprintf("%09d%03d", m.w.number, i) }

func (m *trustMaker) maybe(s string, percent int) *string {
	if m.chance(percent) {
		return &s
	}
	return nil
}

func (m *trustMaker) make(number int) *trustWorld {
	m.w, m.made = &trustWorld{number: number, policies: map[string]trust.Policy{}}, nil
	for a := range 2 {
		if m.chance(85) {
			m.inventory(m.account(a))
		}
		m.coverage(m.account(a))
	}
	for range 3 + m.IntN(8) {
		m.assumption()
	}
	m.instance()
	m.forget()
	m.rules()
	return m.w
}

// role draws one of few, of two accounts, some of them made twice.
func (m *trustMaker) role() madeRole {
	account := m.account(m.IntN(2))
	name := m.pick("app", "app", "ops", "AWSServiceRoleForThing")
	path := "/"
	switch {
	case name == "AWSServiceRoleForThing":
		path = "/aws-service-role/thing.amazonaws.com/"
	case name == "ops":
		path = "/base/"
	}
	return madeRole{
		arn: "arn:aws:iam::" + account + ":role" + path + name, account: account, name: name, path: path,
		id: fmt.Sprintf("AROA%012d%s", m.w.number, strings.ToUpper(account[9:]+name[:3]+m.pick("A", "A", "A", "B"))),
	}
}

func (m *trustMaker) inventory(account string) {
	have := map[string]bool{}
	for range 4 {
		r := m.role()
		if r.account != account || have[r.name] {
			continue
		}
		have[r.name] = true
		kind := m.pick("service", "instance_profile", "web_identity", "cross_account", "same_account")
		if r.path == "/aws-service-role/thing.amazonaws.com/" {
			kind = "service_linked"
		}
		m.w.roles = append(m.w.roles, inventoryRole{
			ARN: r.arn, RoleID: r.id, AccountID: account, Name: r.name, Path: r.path, SnapshotDate: "2026-07-15", Kind: &kind,
		})
		if m.chance(90) {
			m.trustOf(r)
		}
	}
}

// forget leaves the ids of some roles out of the inventory, and says of some when
// they were made. Some names had another role in an earlier inventory.
func (m *trustMaker) forget() {
	for i := range m.w.roles {
		role := &m.w.roles[i]
		if m.chance(20) {
			role.CreatedAt = ptr([]time.Time{m.moment(), m.since.AddDate(0, 0, -14)}[m.IntN(2)])
		}
		if m.chance(20) {
			before := *role
			before.SnapshotDate, before.CreatedAt = m.since.AddDate(0, 0, -1).Format(time.DateOnly), nil
			before.RoleID = m.pick("", role.RoleID[:len(role.RoleID)-1]+m.pick("A", "B"))
			m.w.older = append(m.w.older, before)
		}
		if !m.chance(30) {
			continue
		}
		role.RoleID = ""
		for j := range m.w.trust {
			if row := &m.w.trust[j]; row.RoleARN == role.ARN {
				row.RoleID = ""
			}
		}
		for j := range m.w.conditions {
			if row := &m.w.conditions[j]; row.RoleARN == role.ARN {
				row.RoleID = ""
			}
		}
	}
}

// trustOf draws a trust policy and keeps it as its rows.
func (m *trustMaker) trustOf(r madeRole) {
	var statements []map[string]any
	for range 1 + m.IntN(3) {
		statements = append(statements, m.statement())
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		panic(err)
	}
	p, err := trust.Parse(string(text))
	if err != nil {
		panic(err)
	}
	m.w.policies[r.arn] = p
	null := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	for _, row := range p.Rows {
		m.w.trust = append(m.w.trust, trustRow{r.account, r.arn, r.id, row.Statement, row.Effect, row.Principal, row.Negated, string(row.PrincipalKind),
			null(row.PrincipalAccount), null(row.PrincipalKey), append([]string{}, row.Actions...)})
	}
	for _, c := range p.Conditions {
		m.w.conditions = append(m.w.conditions, conditionRow{r.account, r.arn, r.id, c.Statement, c.Key, c.Operator, null(c.Quantifier), c.IfExists, c.Negated,
			null(c.Pattern), c.Exact})
	}
}

func (m *trustMaker) statement() map[string]any {
	s := map[string]any{"Effect": m.pick("Allow", "Allow", "Allow", "Deny"), "Action": m.pick("sts:*", "sts:*", "sts:AssumeRole", "sts:AssumeRoleWith*", "sts:TagSession")}
	key := m.pick("Principal", "Principal", "Principal", "Principal", "NotPrincipal")
	principals := map[string][]string{}
	for range 1 + m.IntN(2) {
		kind, value, _ := strings.Cut(m.principal(), "|")
		principals[kind] = append(principals[kind], value)
	}
	s[key] = principals
	if m.chance(50) {
		block := map[string]map[string]string{}
		for range 1 + m.IntN(2) {
			operator, key, value := m.condition()
			block[operator] = map[string]string{key: value}
		}
		s["Condition"] = block
	}
	return s
}

const (
	madeOIDC = "token.example.com/Path"
	madeSAML = "ExampleIdP"
)

func (m *trustMaker) principal() string {
	a := m.account(m.IntN(4))
	return m.pick(
		"AWS|*", "AWS|"+a, "AWS|arn:aws:iam::"+a+":root", "AWS|arn:aws:iam::"+a+":user/ann", "AWS|arn:aws:iam::"+a+":user/staff/ann", "AWS|arn:aws:iam::"+a+":role/ops",
		"AWS|arn:aws:iam::"+a+":role/app", "AWS|arn:aws:sts::"+a+":assumed-role/ops/s1", "AWS|AIDA0000000000000001", "AWS|AROA0000000000000001",
		"Service|lambda.amazonaws.com", "Service|lambda.amazonaws.com", "Service|states.eu-west-1.amazonaws.com", "Service|ec2.amazonaws.com.cn", "CanonicalUser|0123abcd",
		"Federated|arn:aws:iam::"+a+":oidc-provider/"+madeOIDC, "Federated|accounts.google.com", "Federated|arn:aws:iam::"+a+":saml-provider/"+madeSAML,
		"Federated|arn:aws:iam::"+a+":saml-provider/AWSSSO_0123_DO_NOT_DELETE",
	)
}

func (m *trustMaker) condition() (operator, key, value string) {
	operator = m.pick("StringEquals", "StringLike", "StringNotEquals", "StringEqualsIgnoreCase", "ArnLike", "StringEqualsIfExists", "StringNotLikeIfExists",
		"ForAllValues:StringEquals", "ForAnyValue:StringLike", "ForAllValues:StringNotEquals")
	key = m.pick("sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity", "aws:RequestTag/Team", "aws:PrincipalArn", "aws:PrincipalAccount",
		"aws:PrincipalArn", madeOIDC+":sub", madeOIDC+":aud", strings.ToUpper(madeOIDC)+":sub", "SAML:aud", "SAML:sub", "aws:PrincipalOrgID", "aws:PrincipalOrgID")
	a := m.account(m.IntN(3))
	value = m.pick("x-1", "s1", "ann", "sub-1", "aud-1", "sub*", "*", a, "arn:aws:iam::"+a+":user/ann", "arn:aws:iam::"+a+":role/*", "${aws:username}", "a_b%c#d")
	if fitting := m.fitting(key, a); m.chance(35) && fitting != "" {
		value = fitting
	}
	switch m.IntN(10) {
	case 0:
		return m.pick("Bool", "BoolIfExists", "Null"), "aws:MultiFactorAuthPresent", m.pick("true", "false")
	case 1:
		return m.pick("IpAddress", "NotIpAddress"), "aws:SourceIp", m.pick("192.0.2.0/24", "198.51.100.9", "2001:db8::/32")
	case 2:
		return "Null", key, m.pick("true", "false")
	}
	return operator, key, value
}

// fitting is a value of a key that events have; empty where any other is as good.
func (m *trustMaker) fitting(key, account string) string {
	switch key {
	case "sts:ExternalId":
		return m.pick("x-1", "x-2")
	case "sts:SourceIdentity":
		return m.pick("ann", "bob")
	case "aws:RequestTag/Team":
		return m.pick("x-1", "a_b%c#d")
	case "aws:PrincipalArn":
		return "arn:aws:iam::" + account + m.pick(":user/ann", ":role/base/ops", ":role/app", ":root")
	}
	return ""
}

func (m *trustMaker) moment() time.Time {
	middle := m.since.Add(m.until.Sub(m.since) / 2).Truncate(time.Second)
	times := []time.Time{m.since.AddDate(0, 0, -10), m.since.Add(-time.Microsecond), m.since, middle, middle, middle.Add(3 * time.Second), middle.Add(6 * time.Second),
		middle.Add(time.Hour), m.until.Add(-time.Microsecond), m.until}
	return times[m.IntN(len(times))]
}

// assumption draws one record, and perhaps the owner's copy.
func (m *trustMaker) assumption() {
	r := m.role()
	e := trustEvent{event: event{
		EventID: m.eventID(), EventTime: m.moment(), EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Recipient: &r.account,
		Outcome: m.pick("success", "success", "success", "success", "denied", "failed"), AssumedARN: &r.arn, AssumedID: &r.id, AssumedSession: ptr(m.pick("s1", "s2", "i-0abc")),
		AssumedKey: ptr(fmt.Sprintf("ASIA%d-%d", m.w.number, m.ids)),
	}}
	e.from(m.maybe(m.pick("192.0.2.7", "192.0.2.9", "198.51.100.9", "2001:db8:1::1", "lambda.amazonaws.com", "AWS Internal"), 95))
	if m.chance(15) {
		e.AssumedID = nil
	}
	if m.chance(15) {
		e.AssumedARN = ptr("arn:aws:iam::" + r.account + ":role/" + r.name)
	}
	m.caller(&e)
	if e.Outcome == "denied" {
		e.AssumedID, e.AssumedKey = nil, nil
	} else {
		m.parameters(&e)
	}
	if m.chance(20) && e.EventName == "AssumeRole" && *e.CallerKind != "service" {
		m.ownersCopy(&e)
	}
	m.w.events = append(m.w.events, e)
	if m.ids%7 == 0 { // the same event of another account, as the key of events allows
		again := e
		again.Recipient = ptr(m.account(3))
		again.SharedEventID = nil
		m.w.events = append(m.w.events, again)
	}
	if e.Outcome == "success" {
		m.made = append(m.made, e)
	}
}

// instance draws calls of EC2 instances, or of who is called like one. No assumption
// begins their sessions. (It throws dice of its own, and changes nothing else of the world.)
func (m *trustMaker) instance() {
	dice := m.Rand
	defer func() { m.Rand = dice }()
	m.Rand = rand.New(rand.NewPCG(uint64(m.w.number), 12))
	if m.chance(45) {
		return
	}
	r := m.role()
	for range 1 + m.IntN(2) {
		at := m.moment()
		e := trustEvent{event: event{
			EventID: m.eventID(), EventTime: at, EventSource: "s3.amazonaws.com", EventName: "ListBuckets", Outcome: "success", Recipient: &r.account,
			RoleID: m.maybe(r.id, 85), RoleARN: &r.arn, SessionName: ptr(m.pick("i-0abc", "i-0abc", "i-0abc", "i-0xyz")), SessionCreated: ptr(at.Add(-time.Hour)),
		}}
		if m.chance(10) {
			e.SessionCreated = nil
		}
		m.w.events = append(m.w.events, e)
	}
}

func (m *trustMaker) eventID() string {
	m.ids++
	return fmt.Sprintf("t%04d-%03d", m.w.number, (m.ids*619)%1000)
}

// caller draws who calls.
func (m *trustMaker) caller(e *trustEvent) {
	a := m.account(m.IntN(4))
	switch m.IntN(12) {
	case 0, 1:
		e.CallerKind, e.Caller = ptr("user"), ptr("arn:aws:iam::"+a+":user/"+m.pick("ann", "staff/ann", "bob"))
		e.PrincipalID, e.IdentityARN = ptr(m.pick("AIDA0000000000000001", "AIDA0000000000000002")), e.Caller
		e.AccessKey, e.MFA = ptr(m.pick("AKIAKEY", "ASIAKEY")), m.mfa()
		if m.chance(20) {
			e.IdentityARN = ptr("arn:aws:sts::" + a + ":federated-user/ann")
		}
	case 2, 3, 4:
		m.roleCaller(e, a)
	case 5:
		e.CallerKind, e.Caller = ptr("root"), ptr("arn:aws:iam::"+a+":root")
		e.PrincipalID, e.IdentityARN, e.MFA = &a, e.Caller, m.mfa()
	case 6:
		e.CallerKind, e.IdentityAccount, e.PrincipalID = ptr("account"), &a, ptr(m.pick("AIDA0000000000000001", "AROA0000000000000001:s1", "X"))
		id, _, _ := strings.Cut(*e.PrincipalID, ":")
		e.Caller = ptr(a + ":" + id)
	case 7:
		e.CallerKind, e.Caller = ptr("service"), ptr(m.pick("lambda.amazonaws.com", "states.amazonaws.com", "EC2.amazonaws.com", "AWS Internal"))
	case 8:
		e.CallerKind, e.Caller = ptr("unknown"), m.maybe("AIDA0000000000000001", 50)
	case 9:
		m.webIdentity(e, a)
	default:
		m.saml(e, a)
	}
}

func (m *trustMaker) mfa() *bool {
	if m.chance(50) {
		return nil
	}
	return ptr(m.chance(50))
}

// roleCaller draws a session of a role: one that was made before, or another; in
// the console or not.
func (m *trustMaker) roleCaller(e *trustEvent, a string) {
	name, arn, id := m.pick("ops", "app", "AWSReservedSSO_Admin_0123456789abcdef"), "", fmt.Sprintf("AROA%012dOTHER%s", m.w.number, a[11:])
	arn = "arn:aws:iam::" + a + ":role/" + name
	session, created := m.pick("s1", "s2", "i-0abc"), e.EventTime.Add(-time.Minute)
	if len(m.made) > 0 && m.chance(70) {
		from := m.made[m.IntN(len(m.made))]
		arn, session = *from.AssumedARN, *from.AssumedSession
		created = from.EventTime.Add(time.Duration(m.IntN(4)*3-6) * time.Second)
		if from.AssumedID != nil {
			id = *from.AssumedID
		}
		e.EventTime = m.moment()
		if m.chance(60) {
			e.EventTime = from.EventTime.Add(time.Minute)
			e.AccessKey = from.AssumedKey
		}
	}
	e.CallerKind, e.Caller, e.PrincipalID = ptr("role"), &arn, ptr(id+":"+session)
	account, short := strings.Split(arn, ":")[4], arn[strings.LastIndex(arn, "/")+1:]
	e.IdentityARN, e.SessionCreated, e.MFA = ptr("arn:aws:sts::"+account+":assumed-role/"+short+"/"+session), &created, m.mfa()
	if m.chance(25) {
		e.EventSource, e.EventName = "signin.amazonaws.com", "SwitchRole"
		e.AssumedID, e.AccessKey = nil, nil
		e.IssuerType, e.IssuerID, e.IssuerARN = ptr("Role"), &id, &arn
		return
	}
	e.RoleID, e.RoleARN, e.SessionName = &id, &arn, &session
}

func (m *trustMaker) webIdentity(e *trustEvent, a string) {
	e.EventName, e.CallerKind = "AssumeRoleWithWebIdentity", ptr("web_identity")
	e.UserName = m.maybe(m.pick("sub-1", "sub-2"), 90)
	e.Provider = m.maybe(m.pick(madeOIDC, "accounts.google.com"), 85)
	e.Caller = m.maybe("oidc:"+madeOIDC+"/sub", 80)
}

func (m *trustMaker) saml(e *trustEvent, a string) {
	e.EventName, e.CallerKind, e.Caller = "AssumeRoleWithSAML", ptr("saml"), ptr("saml:"+madeSAML+"/dave")
	e.UserName = m.maybe("sub-1", 80)
	if m.chance(50) {
		e.CallerKind, e.Caller = ptr("identity_center"), ptr("sso:eve@example.com")
	}
	if m.chance(70) {
		e.Provider = ptr(m.pick(madeSAML, "AWSSSO_0123_DO_NOT_DELETE"))
	}
}

// parameters fills what a granted call holds; rarely nothing is known of it.
func (m *trustMaker) parameters(e *trustEvent) {
	if m.chance(8) {
		return
	}
	if m.chance(40) {
		e.ExternalID = ptr(m.pick("x-1", "x-2"))
	}
	if m.chance(40) {
		e.AssumedIdentity = ptr(m.pick("ann", "bob"))
	}
	e.AssumedTags = ptr("[]")
	if m.chance(40) {
		tags, err := json.Marshal([]map[string]string{{"key": "cost", "value": "7"}, {"key": m.pick("Team", "team"), "value": m.pick("x-1", "a_b%c#d")}})
		if err != nil {
			panic(err)
		}
		e.AssumedTags = ptr(string(tags))
	}
	if m.chance(80) {
		e.Audience = ptr(m.pick("aud-1", "aud-2"))
	}
}

// ownersCopy adds the record that the account of the role gets (P3).
func (m *trustMaker) ownersCopy(e *trustEvent) {
	e.SharedEventID = ptr(fmt.Sprintf("shared%d-%d", m.w.number, m.ids))
	owner := *e
	owner.EventID, owner.IdentityARN, owner.AccessKey, owner.MFA = m.eventID(), nil, nil, nil
	owner.CallerKind, owner.IdentityAccount, owner.PrincipalID = ptr("account"), ptr(m.account(2)), ptr("AROA0000000000000009:s1")
	owner.Caller = ptr(m.account(2) + ":AROA0000000000000009")
	owner.RoleID, owner.RoleARN, owner.SessionName, owner.SessionCreated = nil, nil, nil, nil
	owner.IssuerType, owner.IssuerID, owner.IssuerARN = nil, nil, nil
	if m.chance(50) {
		e.ExternalID = nil
	}
	m.w.events = append(m.w.events, owner)
}

// coverage begins long before the window, shortly before it, in it, or after it; or
// there is none. Of the window's days one is missing often, and more than one at times.
func (m *trustMaker) coverage(account string) {
	first := m.since.AddDate(0, 0, []int{-30, -14, -14, -13, 1}[m.IntN(5)])
	switch m.w.number % 20 {
	case 7:
		return
	case 13:
		first = m.until
	}
	missing := []int{0, 1, 1, 2}[m.w.number%4]
	add := func(at time.Time) {
		m.w.coverage = append(m.w.coverage, coverageRow{
			SourceObject: "o" + account, AccountID: account, Region: ptr("eu-west-1"), Family: "CloudTrail", EventDate: at.Format(time.DateOnly),
			Records: 1, Events: 1, FirstEvent: at, LastEvent: at.Add(time.Hour),
		})
	}
	add(first)
	for day := first.AddDate(0, 0, 1); day.Before(m.since) && m.w.number%20 != 9; day = day.AddDate(0, 0, 1) {
		add(day)
	}
	for day := m.since.AddDate(0, 0, missing); day.Before(m.until); day = day.AddDate(0, 0, 1) {
		if day.After(first) {
			add(day)
		}
	}
}

// rules draws what the configuration says.
func (m *trustMaker) rules() {
	rule := func() CallerRule {
		r := m.role()
		return CallerRule{
			Role:   m.pick(r.arn, "arn:aws:iam::"+r.account+":role/*", "arn:aws:iam::"+r.account+":role/*"+r.name[1:]),
			Caller: m.pick("arn:aws:iam::"+m.account(0)+":user/ann", "arn:aws:iam::*:user/*", "oidc:*", "sso:eve@example.c?m", "lambda.amazonaws.com", "*"),
		}
	}
	if m.chance(25) {
		m.w.expected = append(m.w.expected, rule())
	}
	if m.chance(25) {
		ends := []time.Time{m.until, m.until.AddDate(0, 0, 1), m.since.AddDate(0, 0, 1), m.moment(), m.since}
		exception := CallerException{rule(), ends[m.IntN(5)]}
		m.w.exceptions = append(m.w.exceptions, exception)
		if m.chance(50) {
			exception.Until = ends[m.IntN(5)]
			m.w.exceptions = append(m.w.exceptions, exception)
		}
	}
	if m.chance(30) {
		m.w.known = append(m.w.known, m.account(2))
	}
}
