package access

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"roletrail/queries"
	"roletrail/review/proposal"
)

// inventoried is a role as the inventory of a quarter has it: name, id, how many permissions it
// is granted, and whether it is gone.
type inventoried struct {
	name, id string
	granted  int64
	gone     bool
}

// reviewed is the review of a quarter, the first being that of 2026, with the decisions of the
// one before.
func reviewed(t *testing.T, quarter int, roles []inventoried, before *Decisions) *Review {
	t.Helper()
	since := time.Date(2026, time.Month(1+3*quarter), 1, 0, 0, 0, 0, time.UTC)
	until := since.AddDate(0, 3, 0)
	name := fmt.Sprintf("%dQ%d", since.Year(), 1+(int(since.Month())-1)/3)
	meta := queries.Meta{Since: since, Until: until, Inventory: []queries.MetaSnapshot{{AccountID: "111111111111", Date: until, Roles: len(roles), Origin: "inventory"}}}
	r := &reader{review: &Review{Meta: meta, Window: Window{Since: since, Until: until, Quarter: Text(name), Days: int(until.Sub(since).Hours() / 24)}},
		byID: map[Text]*Role{}, byARN: map[Text][]*Role{}, held: map[*Role]*proposal.Held{}, scope: Scope{Decisions: before}}
	for _, is := range roles {
		role := &Role{AccountID: "111111111111", RoleName: Text(is.name), RoleARN: Text("arn:aws:iam::111111111111:role/" + is.name), RoleID: Text(is.id), State: "present",
			Kind: "service", Verdict: "active", Reason: "used inside the window", Grants: &Grants{Granted: is.granted, Used: 1, Unused: is.granted - 1}}
		if is.gone {
			role.State, role.Grants = "deleted", nil
		}
		role.InReview = underReview(role.State, role.Verdict)
		r.roles, r.byID[role.RoleID] = append(r.roles, role), role
	}
	if err := r.finish(); err != nil {
		t.Fatalf("the review of %s: %v", name, err)
	}
	return r.review
}

// exportedBy is what the page of a review exports after somebody decided, read again.
func exportedBy(t *testing.T, r *Review, decided map[string]string) *Decisions {
	t.Helper()
	quarter, reviewer := string(r.Window.Quarter), "alice"
	d := Decisions{Format: decisionsFormat, Window: DecisionsWindow{r.Window.Since, r.Window.Until, &quarter}, Reviewer: &reviewer, Numbers: &r.Numbers}
	for i := range r.Roles {
		role := &r.Roles[i]
		if !role.InReview {
			continue
		}
		id, arn, account := string(role.RoleID), string(role.RoleARN), string(role.AccountID)
		one := Decision{RoleID: &id, RoleARN: &arn, AccountID: &account, Granted: &role.Grants.Granted}
		if what, until, _ := strings.Cut(decided[id], " "); what != "" {
			if one.Decision = &what; until != "" {
				one.Until = &until
			}
		}
		d.Decisions = append(d.Decisions, one)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return readAgain(t, string(text))
}

// filledInBy is the same, entered into the workbook.
func filledInBy(t *testing.T, r *Review, decided map[string]string) *Decisions {
	t.Helper()
	return readAgain(t, filledIn(t, r, func(book *excelize.File) {
		for i := range r.Roles {
			if what, until, _ := strings.Cut(decided[string(r.Roles[i].RoleID)], " "); what != "" {
				enter(t, book, i+2, map[string]any{"decision": what, "until": until, "reviewer": "alice"})
			}
		}
	}))
}

func readAgain(t *testing.T, text string) *Decisions {
	t.Helper()
	d, err := ReadDecisions(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestFiveQuarters: five reviews in a row, each with the decisions of the one before, by the
// page and by the workbook in turn. A decision follows the id of its role: "batch" is deleted
// and made again under its name twice, and no decision about one of the three is held against
// another.
func TestFiveQuarters(t *testing.T) {
	quarters := []struct {
		roles   []inventoried
		decided map[string]string // by id
		// outcomes are by id what became of the decisions of the quarter before; findings those of
		// roles that are there.
		outcomes, findings []string
		undecided          int
		orders             []string // what actions/ is about, by id, with why there are no commands
	}{
		{
			roles:   []inventoried{{"orders", "AROA1", 100, false}, {"batch", "AROA2", 20, false}, {"partner", "AROA3", 10, false}, {"admin", "AROA4", 900, false}, {"new", "AROA5", 5, false}},
			decided: map[string]string{"AROA1": "trim", "AROA2": "remove", "AROA3": "exception 2026-08-15", "AROA4": "trim"},
		},
		{
			roles:     []inventoried{{"orders", "AROA1", 40, false}, {"batch", "AROA2", 20, false}, {"partner", "AROA3", 10, false}, {"admin", "AROA4", 900, false}, {"new", "AROA5", 5, false}},
			decided:   map[string]string{"AROA1": "keep", "AROA2": "remove", "AROA3": "exception 2026-08-15", "AROA4": "trim", "AROA5": "keep"},
			outcomes:  []string{"AROA1 trim done", "AROA2 remove not_done", "AROA3 exception running", "AROA4 trim not_done"},
			findings:  []string{"AROA2 decision_not_done", "AROA4 decision_not_done"},
			undecided: 1,
			orders:    []string{"AROA2 remove", "AROA4 trim"},
		},
		{ // batch was removed, and made again by somebody
			roles:    []inventoried{{"orders", "AROA1", 40, false}, {"batch", "AROA2", 0, true}, {"batch", "AROA6", 30, false}, {"partner", "AROA3", 10, false}, {"admin", "AROA4", 950, false}, {"new", "AROA5", 5, false}},
			decided:  map[string]string{"AROA1": "keep", "AROA6": "remove", "AROA3": "remove", "AROA4": "exception 2027-03-31", "AROA5": "trim"},
			outcomes: []string{"AROA1 keep kept", "AROA2 remove done", "AROA3 exception ran_out", "AROA4 trim not_done", "AROA5 keep kept"},
			findings: []string{"AROA3 exception_ran_out", "AROA4 decision_not_done"},
			orders:   []string{"AROA4 trim"},
		},
		{ // once more, and of the first the inventory no longer knows
			roles:    []inventoried{{"orders", "AROA1", 45, false}, {"batch", "AROA6", 0, true}, {"batch", "AROA7", 30, false}, {"admin", "AROA4", 950, false}, {"new", "AROA5", 2, false}},
			decided:  map[string]string{"AROA7": "keep", "AROA4": "exception 2027-03-31"},
			outcomes: []string{"AROA1 keep kept", "AROA3 remove done", "AROA4 exception running", "AROA5 trim done", "AROA6 remove done"},
		},
		{
			roles:     []inventoried{{"orders", "AROA1", 45, false}, {"batch", "AROA7", 0, true}, {"admin", "AROA4", 950, false}, {"new", "AROA5", 2, false}},
			outcomes:  []string{"AROA4 exception ran_out", "AROA7 keep kept"},
			findings:  []string{"AROA4 exception_ran_out"},
			undecided: 2,
		},
	}
	var before *Review
	var decisions *Decisions
	for i, q := range quarters {
		r := reviewed(t, i, q.roles, decisions)
		name := string(r.Window.Quarter)
		outcomes := []string(nil)
		findings, orders := ofDecisions(r)
		for j := range r.Roles {
			if role := &r.Roles[j]; role.Earlier != nil && !decisions.about(string(role.RoleID)) {
				t.Errorf("%s: nothing was decided about %s, which inherits %+v", name, role.RoleID, role.Earlier)
			}
		}
		if e := r.Earlier; e != nil {
			for k, o := range e.Outcomes {
				outcomes = append(outcomes, deref(decisions.decided()[k].RoleID)+" "+string(o.Decision)+" "+string(o.Outcome))
			}
			if e.Undecided != q.undecided || *e.Numbers != before.Numbers || e.Quarter != before.Window.Quarter || e.Reviewer != "alice" {
				t.Errorf("%s: it compares with %+v, and %d undecided, want %d", name, e, e.Undecided, q.undecided)
			}
		} else if i > 0 {
			t.Errorf("%s says nothing of the quarter before", name)
		}
		for _, list := range []*[]string{&outcomes, &findings, &orders} {
			slices.Sort(*list)
		}
		if !slices.Equal(outcomes, q.outcomes) || !slices.Equal(findings, q.findings) || !slices.Equal(orders, q.orders) {
			t.Errorf("%s:\noutcomes %v\nwant     %v\nfindings %v\nwant     %v\norders   %v\nwant     %v", name, outcomes, q.outcomes, findings, q.findings, orders, q.orders)
		}
		before = r
		if decisions = exportedBy(t, r, q.decided); i%2 == 1 {
			decisions = filledInBy(t, r, q.decided)
		}
	}
}

// decided are the decisions about which something was decided.
func (d *Decisions) decided() (list []Decision) {
	for _, one := range d.Decisions {
		if one.Decision != nil {
			list = append(list, one)
		}
	}
	return list
}

// about says whether something was decided about an id.
func (d *Decisions) about(id string) bool {
	return slices.ContainsFunc(d.decided(), func(one Decision) bool { return deref(one.RoleID) == id })
}

// ofDecisions are the findings that come of decisions, and what commands are about, by id.
func ofDecisions(r *Review) (findings, orders []string) {
	for i := range r.Roles {
		for _, f := range r.Roles[i].Findings {
			if f.Code == "decision_not_done" || f.Code == "exception_ran_out" {
				findings = append(findings, string(r.Roles[i].RoleID)+" "+string(f.Code))
			}
		}
	}
	for _, o := range r.orders {
		orders = append(orders, o.RoleID+" "+string(o.Decision))
	}
	return findings, orders
}
