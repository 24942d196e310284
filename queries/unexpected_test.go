package queries

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// trustBatch is one lake of many worlds.
type trustBatch struct {
	worlds []*trustWorld
	params Params
	engine *duckEngine
}

func newTrustBatch(t testing.TB, seed uint64, n int) *trustBatch {
	m := &trustMaker{
		Rand:  rand.New(rand.NewPCG(seed, 11)),
		since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), until: time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC),
	}
	b := &trustBatch{params: Params{Since: m.since, Until: m.until}}
	u := &b.params.Unexpected
	for i := range n {
		w := m.make(i)
		b.worlds = append(b.worlds, w)
		u.Expected, u.Exceptions, u.KnownAccounts = append(u.Expected, w.expected...), append(u.Exceptions, w.exceptions...), append(u.KnownAccounts, w.known...)
	}
	u.All = true
	b.engine = openFiles(t, newWorkshop(t).writeTrust(t.TempDir(), b.worlds), Options{})
	return b
}

// key tells the rows of one answer apart: a principal that never came may bear the
// name of one that did.
func rowKey(row []any) string {
	return fmt.Sprintf("%v|%v|%v|%v|%v", row[2], row[1], row[3], row[4], row[6]) + map[bool]string{true: "|absent"}[row[8] == nil]
}

// cells are the row as the question has it.
func (r callerRow) cells() []any {
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	list := func(texts []string) []any {
		out := []any{}
		for _, s := range texts {
			out = append(out, s)
		}
		return out
	}
	row := []any{null(r.account), null(r.arn), null(r.id), null(r.caller), r.kind, null(r.callerAccount), null(r.via), list(r.findings), nil, nil, r.assumptions, r.denied, nil, nil}
	if !r.first.IsZero() {
		row[8], row[9], row[13] = r.first, r.last, r.evidence
	}
	if r.networks != nil {
		row[12] = list(r.networks)
	}
	return row
}

// TestUnexpectedAgreesWithOracle compares every row of random worlds with what
// trust.Match and a slow reading of the events say, and fails if a finding or a
// grade never came up.
func TestUnexpectedAgreesWithOracle(t *testing.T) {
	seen, unnamed, named := map[string]int{}, identities{}, spans{}
	hidden := map[string]int{}
	compared := 0
	lakes := 2
	if os.Getenv(worldsEnv) != "" {
		lakes = 4
	}
	worlds := worldsWanted(t, 1200, lakes)
	for seed := range lakes {
		b := newTrustBatch(t, uint64(seed), worlds)
		rows, err := b.engine.Run(context.Background(), "unexpected", b.params)
		got := map[string][]any{}
		for _, row := range all(t, rows, err) {
			key := rowKey(row)
			if got[key] != nil {
				t.Errorf("two rows are %s", key)
			}
			got[key] = row
		}
		bad := 0
		for _, w := range b.worlds {
			p := b.params
			p.Unexpected.Expected, p.Unexpected.Exceptions = w.expected, w.exceptions
			oracle, came := newCallerOracle(w, p), map[any]bool{}
			for _, r := range oracle.answer() {
				want := r.cells()
				key := rowKey(want)
				compared++
				seen[strings.Join(r.findings, " ")]++
				for _, f := range r.findings {
					seen[f]++
				}
				if g := got[key]; fmt.Sprint(g) != fmt.Sprint(want) {
					if bad++; bad < 4 {
						t.Errorf("seed %d, world %d\n got %v\nwant %v", seed, w.number, g, want)
					}
				}
				came[want[2]] = came[want[2]] || r.assumptions > 0 && got[key] != nil
				delete(got, key)
			}
			named.note(oracle.book)
			for why, n := range oracle.hidden {
				hidden[why] += n
			}
			unnamed.note(w.roles, oracle.w.roles, w.sightings(), func(r *inventoryRole) bool { return came[r.RoleID] })
		}
		for key := range got {
			if bad++; bad < 6 {
				t.Errorf("seed %d: the oracle has no row %s", seed, key)
			}
		}
		if bad > 0 {
			t.Fatalf("%d differences", bad)
		}
	}
	if missing := unnamed.missing(); missing != "" {
		t.Errorf("there was no role without an id %s", missing)
	}
	if missing := named.missing(); missing != "" {
		t.Errorf("there was no name %s", missing)
	}
	for _, why := range []string{"anybody's", "an instance's", "an instance's, and of another principal"} {
		if hidden[why] < 5 {
			t.Errorf("%d trusted principals may have come by a session without a beginning that is %s", hidden[why], why)
		}
	}
	if compared < 5*lakes*worlds {
		t.Errorf("only %d rows were compared", compared)
	}
	for _, f := range append(UnexpectedFindings(), "condition_dependent expected", "condition_dependent broadly_trusted", "") {
		if want := lakes * worlds / 400; seen[f] < want {
			t.Errorf("%q came up %d times, want %d", f, seen[f], want)
		}
	}
}

// TestUnexpectedShowsWhatIsAsked: by default rows of the window with a finding that
// is not plainly expected, by finding those that have it.
func TestUnexpectedShowsWhatIsAsked(t *testing.T) {
	b := newTrustBatch(t, 7, 60)
	ask := func(u func(*Unexpected)) [][]any {
		p := b.params
		u(&p.Unexpected)
		rows, err := b.engine.Run(context.Background(), "unexpected", p)
		return all(t, rows, err)
	}
	whole := ask(func(*Unexpected) {})
	for _, findings := range [][]string{nil, {"not_trusted"}, {"never_came", "new_network"}} {
		got := ask(func(u *Unexpected) { u.All, u.Findings = false, findings })
		want := slices.DeleteFunc(slices.Clone(whole), func(row []any) bool {
			if findings == nil {
				before := row[9] != nil && row[9].(time.Time).Before(b.params.Since)
				return before || fmt.Sprint(row[7]) == "[]" || fmt.Sprint(row[7]) == "[expected]"
			}
			return !slices.ContainsFunc(row[7].([]any), func(f any) bool { return slices.Contains(findings, f.(string)) })
		})
		if len(got) == 0 || len(got) == len(whole) || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v: %d rows of %d, want %d", findings, len(got), len(whole), len(want))
		}
	}
	rows, err := b.engine.Run(context.Background(), "unexpected", Params{Since: b.params.Since, Until: b.params.Until, Unexpected: Unexpected{Findings: []string{"odd'|.*"}}})
	if err == nil {
		rows.Close()
		t.Error("a finding that does not exist was asked for")
	}
}
