package unusual

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"roletrail/iam/difference"
	"roletrail/parquet"
)

// inMemory remembers as the ledger does, without its bounds.
type inMemory map[string]parquet.Seen

func (m inMemory) Seen(kind string, key []byte) (parquet.Seen, bool, error) {
	s, ok := m[kind+string(key)]
	return s, ok, nil
}

func (m inMemory) SeenAmong(kind string, keys [][]byte) (map[string]parquet.Seen, error) {
	seen := map[string]parquet.Seen{}
	for _, key := range keys {
		if s, ok := m[kind+string(key)]; ok {
			seen[string(key)] = s
		}
	}
	return seen, nil
}

func (m inMemory) CountSeen(kind string, prefix []byte, most int) (n int, first time.Time, err error) {
	first = time.Unix(0, 0)
	for _, s := range m {
		if s.Kind == kind && bytes.HasPrefix(s.Key, prefix) {
			if n++; n == 1 || s.First.Before(first) {
				first = s.First
			}
		}
	}
	return min(n, most), first, nil
}

func (m inMemory) put(all []parquet.Seen) {
	for _, s := range all {
		id := s.Kind + string(s.Key)
		if have, ok := m[id]; ok {
			s.Number += have.Number
			if have.First.Before(s.First) {
				s.First = have.First
			}
			if have.Last.After(s.Last) {
				s.Last = have.Last
			}
		}
		m[id] = s
	}
}

var today = time.Date(2026, 9, 20, 0, 0, 0, 0, time.UTC)

func role(name string) string { return "arn:aws:iam::111111111111:role/team/" + name }

func days(n int) time.Time { return today.AddDate(0, 0, n) }

// world is a memory and what is being observed.
type world struct {
	*Observations
	memory     inMemory
	remembered Remembered
	events     int
}

func newWorld() *world { return &world{Observations: NewObservations(today), memory: inMemory{}} }

func (w *world) event(at time.Time) func() *Evidence {
	if at.Before(today) {
		return nil
	}
	w.events++
	e := &Evidence{EventID: fmt.Sprint("event ", w.events), Account: "111111111111", At: at, Outcome: "success"}
	return func() *Evidence { return e }
}

func (w *world) news(at time.Time) News { return News{at.UnixMicro(), w.event(at)} }

func (w *world) account(at time.Time) { w.Account("111111111111", at.UnixMicro(), at.UnixMicro()) }

func (w *world) became(name, caller string, at time.Time) {
	w.account(at)
	w.Became(role(name), RoleKey(role(name)), caller, "user", at.UnixMicro(), at.UnixMicro(), w.news(at))
}

func (w *world) from(name, address string, at time.Time) {
	w.account(at)
	w.Used(RoleKey(role(name)), at.UnixMicro(), at.UnixMicro())
	w.From(role(name), RoleKey(role(name)), []byte(address), at.UnixMicro(), at.UnixMicro(), w.news(at))
}

func (w *world) denied(kind, subject string, n int, at time.Time) {
	for range n {
		w.Denied(kind, subject+"/session", subject, "111111111111", fmt.Sprint("Get", n), at.UnixMicro(), w.event(at))
	}
}

// commit judges, remembers, and begins anew.
func (w *world) commit(t *testing.T) []Finding {
	t.Helper()
	judge := Judge{
		Memory: w.memory, Own: func(account string) bool { return account == "222222222222" },
		Remembered: &w.remembered,
		Automation: func(actors ...string) string {
			if actors[0] == "robot" {
				return "terraform"
			}
			return ""
		},
	}
	findings, seen, err := judge.Judge(w.Observations)
	if err != nil {
		t.Fatal(err)
	}
	w.memory.put(seen.Seen)
	w.remembered.Add(&seen, today)
	w.Observations = NewObservations(today)
	w.Remembered = &w.remembered
	return findings
}

func told(findings []Finding) string {
	var lines []string
	for _, f := range findings {
		lines = append(lines, f.Kind+" "+f.Severity.String()+": "+f.Summary)
	}
	return strings.Join(lines, "\n")
}

// TestFindings: what each history, in as many commits as it has steps, makes of the last.
func TestFindings(t *testing.T) {
	alice, bob := "arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:user/bob"
	for name, c := range map[string]struct {
		steps []func(*world)
		want  string
	}{
		"a caller that is new": {[]func(*world){
			func(w *world) { w.became("app", alice, days(-20)) },
			func(w *world) { w.became("app", alice, days(0)); w.became("app", bob, days(0)) },
		}, "new_caller medium: " + bob + " became app for the first time"},
		"all in one commit": {[]func(*world){
			func(w *world) {
				w.became("app", alice, days(-20))
				w.became("app", bob, days(0))
				w.became("app", alice, days(0))
			},
		}, "new_caller medium: " + bob + " became app for the first time"},
		"found once":                     {[]func(*world){func(w *world) { w.became("app", alice, days(-20)) }, func(w *world) { w.became("app", bob, days(0)) }, func(w *world) { w.became("app", bob, days(1)) }}, ""},
		"it came before, in old logs":    {[]func(*world){func(w *world) { w.became("app", alice, days(-20)) }, func(w *world) { w.became("app", bob, days(-1)); w.became("app", bob, days(0)) }}, ""},
		"a backfill tells nothing":       {[]func(*world){func(w *world) { w.became("app", alice, days(-20)) }, func(w *world) { w.became("app", bob, days(-1)) }}, ""},
		"thirteen days teach too little": {[]func(*world){func(w *world) { w.became("app", alice, days(-13)) }, func(w *world) { w.became("app", bob, days(0)) }}, ""},
		"the first of a role": {[]func(*world){func(w *world) { w.account(days(-20)) }, func(w *world) { w.became("app", bob, days(0)) }},
			"new_caller low: " + bob + " became app for the first time, as the first of all"},
		"a stranger": {[]func(*world){func(w *world) { w.became("app", alice, days(-20)) }, func(w *world) { w.became("app", "888888888888:AROASTRANGER", days(0)) }},
			"new_caller high: 888888888888:AROASTRANGER became app for the first time, from an account that is not one's own"},
		"another of one's own accounts": {[]func(*world){func(w *world) { w.became("app", alice, days(-20)) }, func(w *world) { w.became("app", "222222222222:AROA", days(0)) }},
			"new_caller medium: 222222222222:AROA became app for the first time"},
		"another branch of a repository": {[]func(*world){
			func(w *world) {
				w.became("ci", "oidc:token.actions.githubusercontent.com/repo:o/a:ref:refs/heads/main", days(-20))
			},
			func(w *world) {
				w.became("ci", "oidc:token.actions.githubusercontent.com/repo:o/a:pull_request", days(0))
			},
		}, ""},
		"another repository": {[]func(*world){
			func(w *world) {
				w.became("ci", "oidc:token.actions.githubusercontent.com/repo:o/a:ref:refs/heads/main", days(-20))
			},
			func(w *world) {
				w.became("ci", "oidc:token.actions.githubusercontent.com/repo:o/b:ref:refs/heads/main", days(0))
			},
		}, "new_caller medium: oidc:token.actions.githubusercontent.com/repo:o/b became ci for the first time"},
		"a network that is new": {[]func(*world){func(w *world) { w.from("admin", "203.0.113.7", days(-20)) }, func(w *world) { w.from("admin", "203.0.113.9", days(0)); w.from("admin", "198.51.100.1", days(0)) }},
			"new_network medium: admin, a privileged role, acted from 198.51.100.0/24 for the first time; known networks: 1"},
		"the host of a service":        {[]func(*world){func(w *world) { w.from("admin", "203.0.113.7", days(-20)) }, func(w *world) { w.from("admin", "ec2.amazonaws.com", days(0)) }}, ""},
		"of a role that is itself new": {[]func(*world){func(w *world) { w.account(days(-20)); w.from("admin", "203.0.113.7", days(-5)) }, func(w *world) { w.from("admin", "198.51.100.1", days(0)) }}, ""},
		"many refusals": {[]func(*world){func(w *world) { w.denied(DeniedCalls, "app", 25, days(0)) }},
			"denied_calls high: 25 refused calls in the hour from 00:00 by app/session: Get25"},
		"too few":                     {[]func(*world){func(w *world) { w.denied(DeniedCalls, "app", 24, days(0)) }}, ""},
		"in two commits":              {[]func(*world){func(w *world) { w.denied(DeniedAssumptions, "app", 6, days(0)) }, func(w *world) { w.denied(DeniedAssumptions, "app", 4, days(0)) }}, "denied_assumptions high: 10 refused assumptions of roles in the hour from 00:00 by app/session"},
		"in two hours":                {[]func(*world){func(w *world) { w.denied(DeniedAssumptions, "app", 6, days(0)) }, func(w *world) { w.denied(DeniedAssumptions, "app", 6, days(0).Add(time.Hour)) }}, ""},
		"a burst is found once a day": {[]func(*world){func(w *world) { w.denied(FailedSignIns, "net", 5, days(0)) }, func(w *world) { w.denied(FailedSignIns, "net", 9, days(0)) }, func(w *world) { w.denied(FailedSignIns, "net", 9, days(0).Add(2*time.Hour)) }}, ""},
		"and again on the next":       {[]func(*world){func(w *world) { w.denied(FailedSignIns, "net", 5, days(0)) }, func(w *world) { w.denied(FailedSignIns, "net", 5, days(1)) }}, "failed_sign_ins high: 5 failed sign-ins to the console from net/session in the hour from 00:00"},
		"until it is a habit, of old ones too": {[]func(*world){
			func(w *world) {
				for n := range 3 {
					w.denied(DeniedCalls, "job", 30, days(-9+n))
				}
			},
			func(w *world) { w.denied(DeniedCalls, "job", 30, days(0)) }, func(w *world) { w.denied(DeniedCalls, "job", 30, days(1)) },
			func(w *world) { w.denied(DeniedCalls, "job", 30, days(2)) },
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, got := newWorld(), ""
			for _, step := range c.steps {
				step(w)
				got = told(w.commit(t))
			}
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestHalves: observed apart and put together, in either order, things are what they are in one.
func TestHalves(t *testing.T) {
	fill := func(w *world, part int) {
		if part != 1 {
			w.became("app", "a", days(-20))
			w.denied(DeniedCalls, "app", 20, days(0))
			w.from("admin", "203.0.113.7", days(-20))
		}
		if part != 0 {
			w.became("app", "arn:aws:iam::999999999999:user/x", days(0))
			w.denied(DeniedCalls, "app", 20, days(0))
			w.from("admin", "198.51.100.1", days(0))
		}
	}
	whole := newWorld()
	fill(whole, 2)
	want := told(whole.commit(t))
	if strings.Count(want, "\n") != 2 {
		t.Fatalf("found %s", want)
	}
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		first, second := newWorld(), newWorld()
		fill(first, order[0])
		fill(second, order[1])
		first.Add(second.Observations)
		if got := told(first.commit(t)); strings.ReplaceAll(got, "Get20", "") != strings.ReplaceAll(want, "Get20", "") {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// TestHabitsAreDismissed: what is remembered is neither observed nor asked for again within a week of its
// last note; then it is noted again; and when it may be forgotten, nobody relies on it.
func TestHabitsAreDismissed(t *testing.T) {
	w := newWorld()
	w.became("app", "alice", days(-20))
	w.became("app", "bob", days(-20))
	w.commit(t)
	again := func(day int) (dismissed bool) {
		at := days(day).UnixMicro()
		h := w.Became(role("app"), RoleKey(role("app")), "alice", "user", at, at, w.news(days(day)))
		if dismissed = len(w.callers) == 0; dismissed && (!h.Again(at, at, News{}) || h.Again(at, days(0).UnixMicro(), News{})) {
			t.Errorf("day %d: dismissed, but has to be looked up again, or not even beyond the week", day)
		}
		return dismissed
	}
	if !again(-19) || !again(-13) || again(-21) || w.commit(t) != nil {
		t.Error("what is of the week is observed, or what was before it is not")
	}
	if again(-12) || w.commit(t) != nil || !again(-8) {
		t.Error("what was seen again after a week is not noted again")
	}
	w.Since = days(100)
	if again(-13) {
		t.Error("dismissed by what may be forgotten")
	}
}

// TestEarliestNews: of something that is seen again and again the first event is told.
func TestEarliestNews(t *testing.T) {
	w := newWorld()
	w.became("app", "alice", days(-20))
	w.commit(t)
	at := func(minute int) (int64, News) {
		when := days(0).Add(time.Duration(minute) * time.Minute)
		return when.UnixMicro(), w.news(when)
	}
	µs, news := at(5)
	h := w.Became(role("app"), RoleKey(role("app")), "bob", "user", µs, µs, news)
	for _, minute := range []int{7, 3, 4} {
		if µs, news := at(minute); !h.Again(µs, µs, news) {
			t.Error("what is observed has to be looked up again")
		}
	}
	if found := w.commit(t); len(found) != 1 || found[0].At != days(0).Add(3*time.Minute) {
		t.Errorf("found %+v", found)
	}
}

// TestWatchedRoles: a session is found once, whether its assumption or its use came first; a
// refusal each time.
func TestWatchedRoles(t *testing.T) {
	w := newWorld()
	began := today.Add(time.Hour)
	see := func(as, session, outcome string) {
		e := *w.event(began.Add(time.Duration(w.events) * time.Second))()
		e.Outcome = outcome
		w.Watched(role("rescue"), as, session, began, &e)
	}
	see(BreakGlass, "alice", "success")
	see(BreakGlass, "alice", "denied")
	if got := told(w.commit(t)); got != "watched_role_used high: rescue, which is break-glass, is in use as alice" {
		t.Errorf("found %s", got)
	}
	see(BreakGlass, "alice", "success")
	if got := told(w.commit(t)); got != "" {
		t.Errorf("found again: %s", got)
	}
	see(Influential, "bob", "success")
	see(BreakGlass, "", "denied")
	see(Influential, "", "denied")
	if got := told(w.commit(t)); got != "watched_role_used medium: rescue, which is influential, is in use as bob\n"+
		"watched_role_used medium: refused to become rescue, which is break-glass\nwatched_role_used low: refused to become rescue, which is influential" {
		t.Errorf("found %s", got)
	}
}

// TestSTS reads calls that are findings by themselves.
func TestSTS(t *testing.T) {
	of := func(find func([]byte, *Evidence) Finding, request, outcome string) string {
		f := find([]byte(request), &Evidence{EventID: "e", Account: "a", Outcome: outcome})
		return f.Severity.String() + ": " + f.Summary
	}
	for _, c := range []struct{ got, want string }{
		{of(OfRoot, `{"targetPrincipal":"222222222222","taskPolicyArn":{"arn":"x"}}`, "success"), "high: root user of 222222222222 assumed"},
		{of(OfRoot, ``, "denied"), "medium: root user of another account assumed: denied"},
		{of(OfFederation, `{"name":"bob"}`, "success"), "medium: federation token for bob"},
		{of(OfFederation, `{"name":"bob","policyArns":[{"arn":"arn:aws:iam::aws:policy/AdministratorAccess"}]}`, "success"), "high: federation token for bob, for an administrator"},
		{of(OfFederation, `{"name":"bob","policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"}`, "success"), "high: federation token for bob, for an administrator"},
		{of(OfFederation, `{"name":"bob","policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}}"}`, "failed"), "low: federation token for bob: failed"},
		{of(OfFederation, `[{"name":`, "success"), "medium: federation token for "},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestAutomationIsLessGrave, but not where a watched role is used.
func TestAutomationIsLessGrave(t *testing.T) {
	w := newWorld()
	e := *w.event(today)()
	e.Actor = "robot"
	w.Alone(OfRoot(nil, &e))
	w.Watched(role("rescue"), BreakGlass, "s", today, &e)
	got := w.commit(t)
	if len(got) != 2 || got[0].Severity != difference.Medium || !strings.HasSuffix(got[0].Summary, "(by terraform)") || got[1].Severity != difference.High {
		t.Errorf("found %s", told(got))
	}
}

// TestBounds floods each kind: what is kept is bounded, what is not is counted, and what
// else there is to find is found.
func TestBounds(t *testing.T) {
	w := newWorld()
	w.account(days(-20))
	w.became("app", "arn:aws:iam::111111111111:user/alice", days(-20))
	before := w.Unobserved
	const flood = mostObserved + 100
	for n := range flood {
		name := fmt.Sprint(n)
		w.denied(DeniedCalls, name, 1, days(0))
		w.Watched(role("rescue"), BreakGlass, name, today, w.event(today)())
		w.from(name, "203.0.113.7", days(0))
		w.from("admin", fmt.Sprintf("10.%d.%d.1", n/256, n%256), days(0))
	}
	if n := w.Unobserved - before; n < 300 {
		t.Errorf("%d are counted as not observed", n)
	}
	w.became("app", "arn:aws:iam::999999999999:user/x", days(0))
	found := 0
	for _, f := range w.commit(t) {
		if f.Kind == NewCaller {
			found++
		}
	}
	if found != 1 {
		t.Errorf("%d new callers found behind a flood", found)
	}
	if n, _, _ := w.memory.CountSeen(ofNetwork, Key(RoleKey(role("admin"))), flood); n != NetworksOfRole {
		t.Errorf("%d networks of a role are remembered", n)
	}
	if len(w.memory) > 5*mostObserved {
		t.Errorf("%d entries are remembered", len(w.memory))
	}
}

func TestHabitual(t *testing.T) {
	for caller, want := range map[string]string{
		"arn:aws:iam::111111111111:user/a":                                                   "arn:aws:iam::111111111111:user/a",
		"oidc:token.actions.githubusercontent.com/repo:o/a:ref:refs/heads/main":              "oidc:token.actions.githubusercontent.com/repo:o/a",
		"oidc:gitlab.com/project_path:g/p:ref_type:branch:ref:x":                             "oidc:gitlab.com/project_path:g/p",
		"oidc:oidc.eks.eu-west-1.amazonaws.com/id/ABC/system:serviceaccount:ns:name":         "oidc:oidc.eks.eu-west-1.amazonaws.com/id/ABC/system:serviceaccount:ns:name",
		"oidc:cognito-identity.amazonaws.com/eu-west-1:00000000-0000-4000-8000-000000000000": "oidc:cognito-identity.amazonaws.com",
		"saml:IdP/dave": "saml:IdP/dave",
	} {
		if got := Habitual(caller); got != want {
			t.Errorf("%s: %s, want %s", caller, got, want)
		}
	}
}
