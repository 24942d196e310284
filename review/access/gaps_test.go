package access

import (
	"fmt"
	"strings"
	"testing"

	"roletrail/queries"
)

// TestGapsOfManyAccounts: accounts without any logs are one sentence, and so are those that are
// too many to have one each, of which those with too few logs come first; the first screen stays
// one.
func TestGapsOfManyAccounts(t *testing.T) {
	r := &reader{review: &Review{Window: Window{Since: july, Days: 4}}}
	add := func(n int, days string) {
		for range n {
			id := Text(fmt.Sprintf("%012d", len(r.review.Accounts)+1))
			missing := int64(strings.Count(days, "m"))
			r.review.Accounts = append(r.review.Accounts, Account{AccountID: id, Days: days, DaysMissing: missing, DaysPresent: 4 - missing, Thin: missing > 1, Roles: 1})
			r.roles = append(r.roles, &Role{AccountID: id, InReview: true, Verdict: "unknown"})
		}
	}
	add(9, "mmmm")
	add(7, "fmff")
	add(1, "fmmf")
	add(2, "ffff")
	r.tellGaps(dates{2026})
	var got []string
	for _, u := range r.review.Unknowns {
		got = append(got, string(u.What)+" "+string(u.Then))
	}
	if len(got) != 2+mostGaps {
		t.Fatalf("%d sentences: %q", len(got), got)
	}
	for place, want := range map[int]string{
		0: "9 accounts with roles have no logs in this window: 000000000001, 000000000002, 000000000003 and 6 more. That is too thin to call a role unused: the verdict on 9 roles is unknown, and permissions there are probably_unused at most.",
		1: "Account 000000000017 has no logs of 2 days: 2 Jul to 3 Jul. That is too thin to call a role unused: the verdict on 1 role is unknown, and permissions there are probably_unused at most.",
		2: "Account 000000000010 has no logs of 1 day: 2 Jul. What happened then is not known; the verdicts rest on the other days.",
		7: "2 more accounts have no logs of some days: 000000000015 and 000000000016. What happened then is not known; Coverage has their days, one by one.",
	} {
		if got[place] != want {
			t.Errorf("sentence %d is %q, want %q", place, got[place], want)
		}
	}
	r.review.Accounts, r.review.Unknowns = r.review.Accounts[:1], nil
	if r.tellGaps(dates{2026}); len(r.review.Unknowns) != 1 || r.review.Unknowns[0].What != "Account 000000000001 has no logs of 4 days: 1 Jul to 4 Jul." {
		t.Errorf("one account alone: %+v", r.review.Unknowns)
	}
	r.review.Accounts[0].AccountID, r.review.Unknowns = "", nil
	if r.tellGaps(dates{2026}); !strings.HasPrefix(string(r.review.Unknowns[0].What), "Account not known has") {
		t.Errorf("an account that events do not name: %+v", r.review.Unknowns)
	}
}

// TestLeadSaysWhatIsOnlyProbable: permissions that nothing proves to be unused are told apart in
// the first sentence.
func TestLeadSaysWhatIsOnlyProbable(t *testing.T) {
	r := &Review{Window: Window{Quarter: "2026Q3"}, Meta: queries.Meta{Coverage: queries.MetaCoverage{Events: 1}}, Numbers: Numbers{Roles: 2, Granted: 100, Unused: 60}, Roles: []Role{{InReview: true, Grants: &Grants{Unused: 20, ProbablyUnused: 40}}, {Grants: &Grants{ProbablyUnused: 7}}}}
	lead := func() (text string) {
		for _, s := range newPage(r).Lead {
			text += s.Text
		}
		return text
	}
	if want := "60 of 100 permissions were not seen in use, 40 of them only probably unused. "; !strings.Contains(lead(), want) {
		t.Errorf("the lead is %q, want %q", lead(), want)
	}
	r.Roles[0].Grants = &Grants{Unused: 60}
	if want := "60 of 100 permissions were not needed, as far as the logs can show. "; !strings.Contains(lead(), want) {
		t.Errorf("the lead is %q, want %q", lead(), want)
	}
	if want := "Of 2 roles under review, 0 were used this quarter. "; !strings.HasPrefix(lead(), want) {
		t.Errorf("the lead is %q, want %q…", lead(), want)
	}
	r.Window.Quarter, r.Meta.Coverage.Events = "", 0
	if want := "The lake holds no event of this window. Of 2 roles under review, 0 were used in this window. "; !strings.HasPrefix(lead(), want) {
		t.Errorf("the lead is %q, want %q…", lead(), want)
	}
}
