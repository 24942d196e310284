package queries

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// worldsEnv, set in the environment, is how many random worlds reports are compared with
// their oracles over; make integration sets it.
const worldsEnv = "ROLETRAIL_WORLDS"

// worldsWanted is that number, or few, in as many lakes.
func worldsWanted(t *testing.T, few, lakes int) (eachLake int) {
	t.Helper()
	n := few
	if text := os.Getenv(worldsEnv); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < few {
			t.Fatalf("%s is %q, not a number from %d on", worldsEnv, text, few)
		}
	}
	t.Logf("%d worlds", n)
	return (n + lakes - 1) / lakes
}

// someLakes are the lakes of a comparison, each with a window of its own: all where a number
// of worlds is wanted, else the two that differ most, for to open a lake and to plan its
// questions costs as much as some hundred worlds.
func someLakes(all []batch) []batch {
	if os.Getenv(worldsEnv) != "" {
		return all
	}
	return all[1:3]
}

// worldMaker draws small lakes full of the cases that go wrong. Every world has
// its own accounts, roles and keys, so that many can lie in one lake.
type worldMaker struct {
	*rand.Rand
	since, until time.Time
	number       int

	w        world
	eventIDs []int
	sessions []madeSession
	keys     int
	shared   int
}

type madeRole struct {
	arn, id, account, name, path string
}

type madeSession struct {
	role    madeRole
	name    string
	at      time.Time // when it was made
	created *time.Time
	key     *string
}

func (m *worldMaker) make() {
	m.sessions = nil
	for range m.IntN(7) {
		m.session()
	}
	for range m.IntN(4) {
		m.refusal()
	}
	for range m.IntN(3) {
		m.looseCall()
	}
	m.inventory()
	m.coverage()
}

func (m *worldMaker) pick(list ...string) string { return list[m.IntN(len(list))] }
func (m *worldMaker) chance(percent int) bool    { return m.IntN(100) < percent }

// moment favours the edges of the window and times that collide.
func (m *worldMaker) moment() time.Time {
	middle := m.since.Add(m.until.Sub(m.since) / 2).Truncate(time.Second)
	times := []time.Time{
		m.since.AddDate(0, 0, -40), m.since.AddDate(0, 0, -3), m.since.Add(-time.Microsecond), m.since, m.since.Add(time.Second),
		middle, middle, middle.Add(3 * time.Second), middle.Add(5 * time.Second), middle.Add(6 * time.Second), middle.Add(3 * time.Hour),
		m.until.Add(-time.Second), m.until.Add(-time.Microsecond), m.until, m.until.AddDate(0, 0, 2),
	}
	return times[m.IntN(len(times))]
}

// offset is how long after its beginning a session acts, with the edges of what
// is possible.
func (m *worldMaker) offset() time.Duration {
	longest := 12*time.Hour + 5*time.Second
	offsets := []time.Duration{
		0, time.Second, time.Minute, time.Hour, 11 * time.Hour, -5 * time.Second, -5*time.Second - time.Microsecond, longest, longest + time.Microsecond,
	}
	return offsets[m.IntN(len(offsets))]
}

func (m *worldMaker) account(i int) string { return fmt.Sprintf("%09d%03d", m.number, i) }

// role draws one of few: two ids to a name, several paths.
func (m *worldMaker) role() madeRole {
	account := m.account(m.IntN(2))
	name, path := "app", "/"
	switch m.IntN(6) {
	case 0:
		path = "/team/"
	case 1:
		name, path = "AWSReservedSSO_Admin_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/eu-west-1/"
	case 2:
		name, path = "AWSServiceRoleForThing", "/aws-service-role/thing.amazonaws.com/"
	case 3:
		name = "ci"
	}
	return madeRole{
		arn:     "arn:aws:iam::" + account + ":role" + path + name,
		id:      fmt.Sprintf("AROA%s%s%d%d", account, name, len(path), m.IntN(2)),
		account: account, name: name, path: path,
	}
}

func (m *worldMaker) eventID() string {
	if len(m.eventIDs) == 0 {
		m.eventIDs = m.Perm(5000)
	}
	id := m.eventIDs[0]
	m.eventIDs = m.eventIDs[1:]
	return fmt.Sprintf("w%04d-%04d", m.number, id)
}

func (m *worldMaker) outcome() string { return m.pick("success", "success", "failed", "denied") }

func (m *worldMaker) maybe(s string, percent int) *string {
	if m.chance(percent) {
		return &s
	}
	return nil
}

// session draws a session: perhaps an assumption, perhaps calls.
func (m *worldMaker) session() {
	s := madeSession{role: m.role(), name: m.pick("alice", "alice", "i-0abc", "ci")}
	at := m.moment()
	s.at = at
	if m.chance(90) {
		created := at.Add(time.Duration(m.IntN(4)*3-6) * time.Second)
		if m.chance(50) {
			created = at
		}
		s.created = &created
	}
	m.keys++
	key := fmt.Sprintf("ASIA%d-%d", m.number, m.keys)
	if m.chance(15) {
		key = fmt.Sprintf("ASIA%d-copied", m.number) // AWS makes a key once, examples repeat it
	}
	if m.chance(60) {
		s.key = &key
	}
	if m.chance(65) {
		m.assumption(s, at, &key)
	}
	for range m.IntN(4) {
		m.call(s)
	}
	m.sessions = append(m.sessions, s)
}

func (m *worldMaker) call(s madeSession) {
	e := event{
		EventID: m.eventID(), EventTime: m.moment(), EventSource: m.pick("s3.amazonaws.com", "ec2.amazonaws.com"), EventName: m.pick("List", "Get"),
		Outcome: m.outcome(), Region: m.maybe("eu-west-1", 80), Recipient: &s.role.account, AccessKey: s.key,
	}
	if !s.at.IsZero() && m.chance(75) {
		e.EventTime = s.at.Add(m.offset())
	}
	if m.chance(20) {
		e.AccessKey = nil
	}
	m.actAs(&e, s)
	if m.chance(20) {
		e.IAMAction = ptr(m.pick("s3:ListAllMyBuckets", "sqs:ListQueues"))
	}
	m.w.events = append(m.w.events, e)
}

// actAs fills the acting role; rarely its ARN or its id is missing.
func (m *worldMaker) actAs(e *event, s madeSession) {
	e.RoleID, e.RoleARN, e.SessionName, e.SessionCreated = &s.role.id, &s.role.arn, &s.name, s.created
	switch m.IntN(20) {
	case 0:
		e.RoleARN = nil
		e.IdentityAccount = m.maybe(s.role.account, 50)
	case 1:
		e.RoleID = nil
	case 2:
		e.SessionName = nil
	}
}

func (m *worldMaker) looseCall() {
	role := m.role()
	m.call(madeSession{role: role, name: "loose"})
}

// assumption draws who made a session, in one record or in two.
func (m *worldMaker) assumption(s madeSession, at time.Time, key *string) {
	e := event{
		EventID: m.eventID(), EventTime: at, EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "success", Recipient: &s.role.account,
		AssumedARN: &s.role.arn, AssumedID: &s.role.id, AssumedSession: &s.name, AssumedKey: key,
	}
	e.from(ptr(m.pick("192.0.2.7", "198.51.100.9", "2001:db8::1", "lambda.amazonaws.com")))
	if m.chance(10) {
		e.Outcome = "failed"
	}
	if m.chance(10) {
		e.AssumedID = nil
	} else if m.chance(15) {
		e.AssumedARN = ptr("arn:aws:iam::" + s.role.account + ":role/" + s.role.name)
	}
	if m.chance(15) {
		e.AssumedKey = nil
	}
	m.callAs(&e)
	if m.chance(30) {
		m.secondCopy(&e)
	}
	m.w.events = append(m.w.events, e)
}

// callAs draws the caller.
func (m *worldMaker) callAs(e *event) {
	switch {
	case m.chance(10):
		e.Caller, e.CallerKind = nil, ptr("unknown")
	case m.chance(15):
		e.Caller, e.CallerKind = ptr(m.account(7)+":AIDA"), ptr("account")
	case m.chance(45) && len(m.sessions) > 0:
		from := m.sessions[m.IntN(len(m.sessions))]
		e.Caller, e.CallerKind, e.AccessKey = &from.role.arn, ptr("role"), from.key
		if m.chance(80) {
			e.RoleID, e.RoleARN, e.SessionName, e.SessionCreated = &from.role.id, &from.role.arn, &from.name, from.created
			return
		}
		e.EventSource, e.EventName = "signin.amazonaws.com", "SwitchRole"
		e.IdentityType, e.IssuerType, e.IssuerID, e.IssuerARN = ptr("AssumedRole"), ptr("Role"), &from.role.id, &from.role.arn
		e.PrincipalID, e.SessionCreated = ptr(from.role.id+":"+from.name), from.created
	default:
		e.Caller, e.CallerKind = ptr("arn:aws:iam::"+m.account(0)+":user/"+m.pick("ann", "bob")), ptr("user")
	}
}

// secondCopy adds the owner's record of a cross-account assumption.
func (m *worldMaker) secondCopy(e *event) {
	m.shared++
	e.SharedEventID = ptr(fmt.Sprintf("shared%d-%d", m.number, m.shared))
	owner := *e
	owner.EventID, owner.Recipient = m.eventID(), ptr(m.account(1))
	owner.Caller, owner.CallerKind = ptr(m.account(0)+":AIDAX"), ptr("account")
	owner.RoleID, owner.RoleARN, owner.SessionName, owner.SessionCreated = nil, nil, nil, nil
	owner.IssuerType, owner.IssuerID, owner.IssuerARN, owner.PrincipalID = nil, nil, nil, nil
	if m.chance(50) {
		e.AssumedID = nil
	}
	m.w.events = append(m.w.events, owner)
}

// refusal is a denied assumption: it names the role by its ARN only.
func (m *worldMaker) refusal() {
	role := m.role()
	e := event{
		EventID: m.eventID(), EventTime: m.moment(), EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "denied", Recipient: &role.account,
		AssumedARN: &role.arn,
	}
	if m.chance(10) {
		e.AssumedARN = nil
	}
	m.callAs(&e)
	m.w.events = append(m.w.events, e)
}

// inventory draws up to two snapshots of up to two accounts.
func (m *worldMaker) inventory() {
	for a := range 2 {
		origin := m.pick("inventory", "inventory", "inventory", "logs") // never both of an account
		for _, date := range []string{"2026-06-30", "2026-07-15"} {
			if m.chance(45) {
				m.snapshot(m.account(a), date, origin)
			}
		}
	}
}

func (m *worldMaker) snapshot(account, date, origin string) {
	have := map[string]bool{}
	for range 1 + m.IntN(5) {
		r := m.role()
		if r.account != account || have[r.name] { // a name is given once
			continue
		}
		have[r.name] = true
		row := inventoryRole{ARN: r.arn, RoleID: r.id, AccountID: account, Name: r.name, Path: r.path, SnapshotDate: date, Origin: origin, Kind: m.maybe("service", 50)}
		if row.Kind != nil && r.path == "/aws-service-role/thing.amazonaws.com/" {
			row.Kind = ptr("service_linked")
		}
		if m.chance(40) {
			row.LastUsed = ptr(m.moment())
		}
		m.w.roles = append(m.w.roles, row)
	}
}

// coverage draws full, almost full and thin accounts, and rows that are there
// twice.
func (m *worldMaker) coverage() {
	for a := range 2 {
		leftOut := []int{0, 0, 1, 2, 100}[m.IntN(5)]
		n := 0
		for d := m.since.AddDate(0, 0, -2).Truncate(24 * time.Hour); d.Before(m.until.AddDate(0, 0, 2)); d = d.AddDate(0, 0, 1) {
			inside := !d.Before(m.since.Truncate(24*time.Hour)) && d.Before(m.until)
			if inside && n < leftOut {
				n++
				continue
			}
			row := coverageRow{
				SourceObject: fmt.Sprintf("w%d/%s", m.number, d.Format(time.DateOnly)), AccountID: m.account(a), Region: m.maybe("eu-west-1", 90), Family: "CloudTrail",
				EventDate: d.Format(time.DateOnly), Records: int64(1 + m.IntN(9)), FirstEvent: d.Add(time.Hour), LastEvent: d.Add(20 * time.Hour),
			}
			row.Events = (row.Records + 1) / 2 // others delivered the rest
			m.w.coverage = append(m.w.coverage, row)
			if m.chance(5) {
				m.w.coverage = append(m.w.coverage, row)
			}
			if m.chance(20) {
				row.Family, row.Fingerprint = "CloudTrail-Digest", ptr(int64(m.IntN(3)))
				m.w.coverage = append(m.w.coverage, row)
				if m.chance(50) {
					row.SourceObject = "moved/" + row.SourceObject
					m.w.coverage = append(m.w.coverage, row)
				}
				if m.chance(50) {
					row.SourceObject, row.Fingerprint = "other/"+row.SourceObject, ptr(*row.Fingerprint+10)
					m.w.coverage = append(m.w.coverage, row)
				}
			}
		}
	}
}
