package organisation

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func answerRows[T any](t *testing.T, name string) []T {
	t.Helper()
	var a struct{ Rows []T }
	if err := json.Unmarshal(mustTree(t)["expected/"+name], &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Rows) == 0 {
		t.Fatalf("expected/%s has no rows", name)
	}
	return a.Rows
}

// TestAnswersAgreeWithRecords adds the records up, slowly and obviously, and
// compares with the answers, which were computed from the journal.
func TestAnswersAgreeWithRecords(t *testing.T) {
	type sum struct {
		uses, denied, failed int
		last, id, action     string
		sessions             map[string]bool
	}
	sums := map[string]*sum{}
	for _, e := range events(t) {
		if !e.acts() || e.EventTime >= stamp(until) {
			continue
		}
		id := e.UserIdentity.SessionContext.SessionIssuer.PrincipalID
		if sums[id] == nil {
			sums[id] = &sum{sessions: map[string]bool{}}
		}
		s := sums[id]
		if o := e.outcome(); e.EventTime >= stamp(since) {
			s.sessions[e.UserIdentity.PrincipalID+e.UserIdentity.SessionContext.Attributes.CreationDate] = true
			switch o {
			case denied:
				s.denied++
			case failed:
				s.failed++
				fallthrough
			default:
				s.uses++
			}
		}
		if e.outcome() != denied && e.EventTime > s.last {
			source, _, _ := strings.Cut(e.EventSource, ".")
			s.last, s.id, s.action = e.EventTime, e.EventID, permission(source, e.EventName)
		}
	}
	for _, row := range answerRows[lastUsedRow](t, "last_used.json") {
		s := sums[row.RoleID]
		delete(sums, row.RoleID)
		if s == nil {
			s = &sum{}
		}
		got := fmt.Sprint(row.Uses, row.Denied, row.Failed, deref(row.LastUsed), deref(row.LastAction))
		if want := fmt.Sprint(s.uses, s.denied, s.failed, s.last, s.action); got != want {
			t.Errorf("%s: the journal says %s, the records %s", row.RoleName, got, want)
		}
		if s.id != "" && deref(row.Evidence) != s.id {
			t.Errorf("%s: evidence %s, want %s", row.RoleName, deref(row.Evidence), s.id)
		}
		if row.Sessions < len(s.sessions) {
			t.Errorf("%s: %d sessions, but calls of %d were logged", row.RoleName, row.Sessions, len(s.sessions))
		}
	}
	for id := range sums {
		t.Errorf("role %s acts in the records, but no answer has it", id)
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// TestAnswersAreUnambiguous holds that no answer hangs on the order of events of
// the same second.
func TestAnswersAreUnambiguous(t *testing.T) {
	w := newWorld()
	for _, r := range w.roles {
		sum, newest, assumed := w.tally(r), 0, 0
		for _, u := range w.uses {
			if sum.last != nil && u.role == r && u.outcome != denied && u.at.Equal(sum.last.at) {
				newest++
			}
		}
		for _, a := range w.assumptions {
			if sum.lastAssumption != nil && a.role == r && a.at.Equal(sum.lastAssumption.at) {
				assumed++
			}
		}
		if newest > 1 || assumed > 1 {
			t.Errorf("%s has %d newest uses and %d newest assumptions: change its dice", r.name, newest, assumed)
		}
	}
	sessions := map[string]bool{}
	for _, s := range w.sessions {
		k := s.role.id + s.name + stamp(s.created)
		if sessions[k] {
			t.Errorf("two sessions of %s are called %s and were made at %s", s.role.name, s.name, stamp(s.created))
		}
		sessions[k] = true
	}
}

func TestEveryVerdictOccurs(t *testing.T) {
	got := map[string]bool{}
	for _, row := range answerRows[lastUsedRow](t, "last_used.json") {
		got[row.Verdict] = true
	}
	for _, want := range []string{"active", "dormant", "never_used", "denied_only", "service_linked", "unknown"} {
		if !got[want] {
			t.Errorf("no role is %s", want)
		}
	}
}

func TestEverySeverityOccurs(t *testing.T) {
	severities, outcomes := map[string]bool{}, map[outcome]bool{}
	for _, row := range answerRows[changeRow](t, "changes.json") {
		severities[row.Severity], outcomes[row.Outcome] = true, true
	}
	if len(severities) != 5 || len(outcomes) != 3 {
		t.Errorf("severities %v, outcomes %v: want all five and all three", sortedKeys(severities), outcomes)
	}
}

// TestGapsAreTheOnlyMissingDays holds what the coverage answer takes for granted.
func TestGapsAreTheOnlyMissingDays(t *testing.T) {
	days := map[string]bool{}
	for _, e := range events(t) {
		days[e.RecipientAccountID+e.EventTime[:10]] = true
	}
	c := newCast()
	for _, a := range []*account{c.workloads, c.tooling, c.data} {
		for d := since; d.Before(until); d = d.AddDate(0, 0, 1) {
			if days[a.id+d.Format(time.DateOnly)] == a.trailDown(d) {
				t.Errorf("account %s, %s: trail down is %v, but events found is %v", a.id, d.Format(time.DateOnly), a.trailDown(d), !a.trailDown(d))
			}
		}
	}
}

func TestIngestAnswerAddsUp(t *testing.T) {
	all := len(events(t))
	for _, row := range answerRows[ingestRow](t, "ingest.json") {
		if row.Records != row.Written+row.Duplicate {
			t.Errorf("%s: %d records, but %d written and %d duplicates", row.Family, row.Records, row.Written, row.Duplicate)
		}
		if row.Family == "CloudTrail" && (row.Written != all || row.Records != readBack.records || row.Duplicate == 0) {
			t.Errorf("answer %+v, but %d events in %d records were read", row, all, readBack.records)
		}
	}
}
