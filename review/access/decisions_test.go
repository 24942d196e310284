package access

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const someDecisions = `{"format":"roletrail decisions 1","window":{"since":"2026-04-01T00:00:00Z","until":"2026-07-01T00:00:00Z","quarter":"2026Q2"},"reviewer":"alice","decisions":[ONE]}`

func decisionsOf(one string) string { return strings.Replace(someDecisions, "ONE", one, 1) }

// TestReadDecisionsRefuses: what is not known, too much or contradictory is an error.
func TestReadDecisionsRefuses(t *testing.T) {
	const role = `"role_id":"AROA1","role_arn":"arn:aws:iam::111111111111:role/a","account_id":"111111111111"`
	for text, want := range map[string]string{
		"":                     "it has no decisions",
		"[]":                   "it has no decisions",
		decisionsOf("") + "{}": "something follows",
		"{}":                   `its format is ""`,
		strings.Replace(decisionsOf(""), "decisions 1", "decisions 2", 1):                          `not "roletrail decisions 1"`,
		strings.Replace(decisionsOf(""), "2026-04-01", "2026-08-01", 1):                            "its window is empty",
		decisionsOf(`{` + role + `,"decision":"burn"}`):                                            `there is no decision "burn"`,
		decisionsOf(`{` + role + `,"decision":"keep","until":"2026-12-31"}`):                       "only an exception ends",
		decisionsOf(`{` + role + `,"decision":"exception","until":"31.12.2026"}`):                  "is no day like",
		decisionsOf(`{"decision":"keep"}`):                                                         "it names no role",
		decisionsOf(`{` + role + `},{` + role + `}`):                                               "is a second one about",
		decisionsOf(`{` + role + `,"color":"red"}`):                                                `unknown field "color"`,
		decisionsOf(`{` + role + `,"granted":-1}`):                                                 "no fewer permissions",
		decisionsOf(`{` + role + `,"reason":"` + strings.Repeat("a", 1001) + `"}`):                 "more than 1000 characters",
		decisionsOf(`{"role_id":"` + strings.Repeat("a", 2049) + `"}`):                             "name of the role is too long",
		decisionsOf("") + strings.Repeat(" ", 16<<20):                                              "larger than 16 MiB",
		strings.Replace(decisionsOf(""), `"reviewer"`, `"numbers":{"roles":-1},"reviewer"`, 1):     "headline numbers are none",
		strings.Replace(decisionsOf(""), `"reviewer"`, `"numbers":{"granted":9e18},"reviewer"`, 1): "it has no decisions",
		"\xff": "not UTF-8",
	} {
		if _, err := ReadDecisions(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.120s: %v, want %q", text, err, want)
		}
	}
	d, err := ReadDecisions(strings.NewReader(decisionsOf(`{` + role + `,"decision":"exception","until":"2026-12-31","reason":"r","granted":5}`)))
	if err != nil || len(d.Decisions) != 1 || d.Decisions[0].key() != "AROA1" || *d.Decisions[0].Granted != 5 || *d.Reviewer != "alice" {
		t.Errorf("good decisions: %+v, %v", d, err)
	}
}

// TestWhatBecameOfDecisions: a role that was made again under its name is not the one that
// was decided about.
func TestWhatBecameOfDecisions(t *testing.T) {
	text := func(s string) *string { return &s }
	roles := func() (*reader, *Role, *Role) {
		r := &reader{review: &Review{Window: Window{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}}, byID: map[Text]*Role{}}
		there := &Role{RoleID: "AROA1", RoleARN: "arn:aws:iam::1:role/a", RoleName: "a", State: "present", InReview: true, Grants: &Grants{Granted: 10}}
		gone := &Role{RoleID: "AROA2", RoleARN: "arn:aws:iam::1:role/b", RoleName: "b", State: "deleted"}
		again := &Role{RoleID: "AROA3", RoleARN: "arn:aws:iam::1:role/b", RoleName: "b", State: "present", InReview: true}
		for _, role := range []*Role{there, gone, again} {
			r.roles, r.byID[role.RoleID] = append(r.roles, role), role
		}
		return r, there, again
	}
	granted := func(n int64) *int64 { return &n }
	for _, c := range []struct {
		d       Decision
		outcome Text
		finding string
	}{
		{Decision{RoleID: text("AROA1"), Decision: text("keep")}, "kept", ""},
		{Decision{RoleID: text("AROA1"), Decision: text("remove")}, "not_done", "decision_not_done"},
		{Decision{RoleID: text("AROA2"), Decision: text("remove")}, "done", ""},
		{Decision{RoleID: text("AROA9"), RoleARN: text("arn:aws:iam::1:role/a"), Decision: text("remove")}, "done", ""},
		{Decision{RoleARN: text("arn:aws:iam::1:role/a"), Decision: text("remove")}, "not_done", "decision_not_done"},
		{Decision{RoleID: text("AROA1"), Decision: text("trim"), Granted: granted(30)}, "done", ""},
		{Decision{RoleID: text("AROA1"), Decision: text("trim"), Granted: granted(10)}, "not_done", "decision_not_done"},
		{Decision{RoleID: text("AROA1"), Decision: text("trim")}, "not_known", ""},
		{Decision{RoleID: text("AROA1"), Decision: text("exception"), Until: text("2026-10-01")}, "running", ""},
		{Decision{RoleID: text("AROA1"), Decision: text("exception"), Until: text("2026-09-30")}, "ran_out", "exception_ran_out"},
		{Decision{RoleID: text("AROA1"), Decision: text("exception")}, "not_known", ""},
	} {
		r, there, again := roles()
		d := &Decisions{Window: DecisionsWindow{Since: r.review.Window.Since.AddDate(0, -3, 0), Until: r.review.Window.Since}, Decisions: []Decision{c.d, {RoleID: text("AROA4")}}}
		if err := r.compare(d); err != nil {
			t.Fatal(err)
		}
		there.judgeEarlier()
		got := ""
		if len(there.Findings) > 0 {
			got = string(there.Findings[0].Code)
		}
		e := r.review.Earlier
		if len(e.Outcomes) != 1 || e.Outcomes[0].Outcome != c.outcome || got != c.finding || e.Undecided != 1 || again.Earlier != nil {
			t.Errorf("%s of %s became %+v with finding %q, want %s and %q", *c.d.Decision, c.d.key(), e.Outcomes, got, c.outcome, c.finding)
		}
	}
	r, _, _ := roles()
	if err := r.compare(&Decisions{Window: DecisionsWindow{Since: r.review.Window.Since, Until: r.review.Window.Until.AddDate(0, 0, 1)}}); !errors.Is(err, errOtherWindow) {
		t.Errorf("decisions about a later window: %v", err)
	}
}

// FuzzReadDecisions: what is read can be compared, whatever it is.
func FuzzReadDecisions(f *testing.F) {
	f.Add(decisionsOf(`{"role_id":"AROA1","decision":"exception","until":"2026-12-31"}`))
	f.Add(decisionsOf(`{"role_arn":"a","decision":"trim","granted":3}`))
	f.Add("PK\x03\x04")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ReadDecisions(strings.NewReader(text))
		if err != nil {
			return
		}
		r := &reader{review: &Review{Window: Window{Since: d.Window.Until, Until: d.Window.Until.AddDate(0, 3, 0)}}, byID: map[Text]*Role{}}
		if err := r.compare(d); err != nil {
			t.Fatal(err)
		}
		if e := r.review.Earlier; len(e.Outcomes)+e.Undecided != len(d.Decisions) {
			t.Errorf("%d outcomes and %d undecided of %d decisions", len(e.Outcomes), e.Undecided, len(d.Decisions))
		}
	})
}

// TestDeltas: the numbers of the last review stand beside those of this one, where its
// decisions tell them, and good and bad are said only where less is better.
func TestDeltas(t *testing.T) {
	now := Numbers{Roles: 10, Active: 7, WithoutUse: 2, Granted: 1000, Unused: 5000, UnexpectedCallers: 3, Changes: 4}
	before := Numbers{Roles: 8, Active: 9, WithoutUse: 2, Granted: 1000, Unused: 2500, UnexpectedCallers: 5, Changes: 9}
	r := &Review{Window: Window{Days: 1}, Numbers: now, Earlier: &Earlier{Quarter: "2026Q2", Numbers: &before}}
	type delta struct {
		text          string
		better, worse bool
	}
	want := []delta{{"2 more than in 2026Q2", false, false}, {"2 fewer than in 2026Q2", false, false}, {"as in 2026Q2", false, false},
		{"2,500 more than in 2026Q2", false, true}, {"2 fewer than in 2026Q2", true, false}, {"5 fewer than in 2026Q2", false, false}}
	for i, n := range newPage(r).Numbers {
		if got := (delta{n.Delta, n.Better, n.Worse}); got != want[i] {
			t.Errorf("%s: %+v, want %+v", n.Name, got, want[i])
		}
	}
	r.Earlier.Numbers = nil
	for _, n := range newPage(r).Numbers {
		if n.Delta != "" {
			t.Errorf("%s: %q without the numbers of the last review", n.Name, n.Delta)
		}
	}
}
