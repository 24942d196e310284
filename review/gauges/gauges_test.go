package gauges

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"roletrail/queries"
	"roletrail/review"
)

// answers is an engine that knows the answers of all questions; of others there are no rows.
type answers struct {
	queries.Engine
	rows map[string][]map[string]any
	meta queries.Meta
	err  error
}

func (a answers) Run(_ context.Context, name string, _ queries.Params) (queries.Rows, error) {
	if a.err != nil {
		return nil, a.err
	}
	var columns []queries.Column
	var rows [][]any
	for i, row := range a.rows[name] {
		if i == 0 {
			for _, column := range slices.Sorted(maps.Keys(row)) {
				columns = append(columns, queries.Column{Name: column})
			}
		}
		var cells []any
		for _, c := range columns {
			cells = append(cells, row[c.Name])
		}
		rows = append(rows, cells)
	}
	return review.HeldRows(columns, rows), nil
}

func (a answers) Meta(context.Context, queries.Params) (queries.Meta, error) { return a.meta, a.err }

func role(account, name, state, kind, privilege, verdict string, uses int64, idle any) map[string]any {
	return map[string]any{"account_id": account, "role_name": name, "state": state, "kind": kind, "privilege": privilege, "verdict": verdict, "uses": uses, "idle_days": idle}
}

func september(d int) time.Time { return time.Date(2026, 9, d, 0, 0, 0, 0, time.UTC) }

const first, second = "111111111111", "222222222222"

// organisation is two accounts with five roles, one of them deleted.
func organisation() answers {
	return answers{
		rows: map[string][]map[string]any{
			"accounts": {{"account_id": second}, {"account_id": first}},
			"last_used": {
				role(first, "admin", "present", "same_account", "admin", "dormant", 0, int64(120)),
				role(first, "deploy", "present", "web_identity", "permissions", "active", 7, int64(0)),
				role(first, "gone", "deleted", "service", "admin", "active", 100, int64(3)),
				role(second, "app", "present", "service", "write", "never_used", 0, nil),
				role(second, "app2", "unknown", "unknown", "", "active", 3, int64(20)),
			},
			"unused_summary": {
				{"account_id": first, "used": int64(3), "possibly_used": int64(1), "denied_only": int64(0), "unused": int64(10), "probably_unused": int64(2), "unobservable": int64(5), "too_new": int64(0)},
				{"account_id": first, "used": int64(1), "possibly_used": int64(0), "denied_only": int64(1), "unused": int64(4), "probably_unused": int64(0), "unobservable": int64(0), "too_new": int64(6)},
			},
			"unexpected": {
				{"account_id": first, "findings": []any{"not_trusted", "new_principal"}, "last_seen": september(3), "assumptions": int64(2), "caller_kind": "user"},
				{"account_id": first, "findings": []any{"expected"}, "last_seen": september(3), "assumptions": int64(5), "caller_kind": "user"},
				{"account_id": first, "findings": []any{"not_trusted"}, "last_seen": september(1).Add(-time.Second), "assumptions": int64(0), "caller_kind": "role"},
				{"account_id": second, "findings": []any{"expected", "human_on_machine_role"}, "last_seen": september(3), "assumptions": int64(1), "caller_kind": "root"},
				{"account_id": second, "findings": []any{"not_trusted"}, "last_seen": september(1), "assumptions": int64(0), "caller_kind": "user"},
				{"account_id": second, "findings": []any{"never_came"}, "last_seen": nil, "assumptions": int64(0), "caller_kind": "service"},
				{"account_id": second, "findings": []any{}, "last_seen": september(3), "assumptions": int64(1), "caller_kind": "unknown"},
			},
			"service_uses": {
				{"service": "s3", "uses": int64(40), "denied": int64(2)},
				{"service": nil, "uses": int64(3), "denied": int64(0)},
			},
			"coverage_gaps": {{"account_id": second, "days": int64(4)}, {"account_id": second, "days": int64(1)}},
		},
		meta: queries.Meta{
			Since: september(1), Until: september(30), Catalogue: &queries.MetaCatalogue{Date: september(26)},
			Inventory: []queries.MetaSnapshot{{AccountID: first, Date: september(29), Origin: "inventory"}, {AccountID: second, Date: september(29), Origin: "logs"}},
			Coverage:  queries.MetaCoverage{WithoutInventory: []string{second}},
		},
	}
}

func refreshed(t *testing.T, engine queries.Engine) (*Gauges, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	g := New(registry)
	if err := g.Refresh(context.Background(), engine, queries.Params{Since: september(1), Until: september(30)}); err != nil {
		t.Fatal(err)
	}
	return g, registry
}

func TestGaugesAreTheAnswers(t *testing.T) {
	_, registry := refreshed(t, organisation())
	file, err := os.ReadFile("testdata/organisation.prom")
	if err != nil {
		t.Fatal(err)
	}
	want := string(file)
	var names []string
	for _, line := range strings.Split(want, "\n") {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			names = append(names, strings.Fields(name)[0])
		}
	}
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
	if len(names) != len(all)+1 {
		t.Errorf("%d names are compared, there are %d gauges", len(names), len(all))
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("the linter says %v, %v", problems, err)
	}
}

// TestTheLastAnswerStays lets a run fail.
func TestTheLastAnswerStays(t *testing.T) {
	g, registry := refreshed(t, organisation())
	before := text(t, registry)
	if err := g.Refresh(context.Background(), answers{err: errors.New("no lake")}, queries.Params{}); err == nil {
		t.Fatal("a failure is not told")
	}
	g.Failed()
	after := text(t, registry)
	want := strings.Replace(before, `outcome="failed"} 0`, `outcome="failed"} 1`, 1)
	if after != want || before == want {
		t.Errorf("after a failure:\n%s\nbefore it:\n%s", after, before)
	}
	if New(prometheus.NewRegistry()).Ready() || !g.Ready() {
		t.Error("readiness is not that there is an answer")
	}
}

// text is all that Prometheus gets, a line per sample.
func text(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		for _, m := range f.GetMetric() {
			b.WriteString(f.GetName())
			for _, l := range m.GetLabel() {
				fmt.Fprintf(&b, `{%s=%q}`, l.GetName(), l.GetValue())
			}
			fmt.Fprintln(&b, "", m.GetGauge().GetValue()+m.GetCounter().GetValue()+m.GetHistogram().GetSampleSum())
		}
	}
	return b.String()
}

// TestSeriesAreBounded asks of a lake with more accounts and roles than have series, and
// with names that nobody allows.
func TestSeriesAreBounded(t *testing.T) {
	hostile := "a\"},\n<!channel>\u202e" + strings.Repeat("x", 10_000)
	engine := answers{rows: map[string][]map[string]any{}}
	for i := range MostAccounts + 7 {
		account := fmt.Sprintf("%012d", i)
		engine.rows["accounts"] = append(engine.rows["accounts"], map[string]any{"account_id": account})
		for _, name := range []string{"app", "app", fmt.Sprint(hostile, i), fmt.Sprint(i, hostile)} {
			engine.rows["last_used"] = append(engine.rows["last_used"], role(account, name, "present", "service", "admin", "active", 1, int64(i)))
		}
	}
	engine.rows["accounts"] = append(engine.rows["accounts"], map[string]any{"account_id": hostile})
	engine.rows["last_used"] = append(engine.rows["last_used"], role(hostile, hostile, "present", "service", "admin", "active", 1, int64(1)))
	_, registry := refreshed(t, engine)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sizes, roles := map[string]int{}, 0.0
	for _, f := range families {
		sizes[f.GetName()] = len(f.GetMetric())
		for _, m := range f.GetMetric() {
			if f.GetName() == "roletrail_roles" {
				roles += m.GetGauge().GetValue()
			}
			for _, l := range m.GetLabel() {
				if len(l.GetValue()) > maxLabel || strings.ContainsAny(l.GetValue(), "\"\n<>{}\u202e") {
					t.Errorf("%s has a label %s=%q", f.GetName(), l.GetName(), l.GetValue())
				}
			}
		}
	}
	if sizes["roletrail_roles"] != MostAccounts+1 || sizes["roletrail_role_idle_seconds"] != MostIdleRoles || roles != float64(len(engine.rows["last_used"])) {
		t.Errorf("%d series of roles with %v roles of %d, %d of idle roles", sizes["roletrail_roles"], roles, len(engine.rows["last_used"]), sizes["roletrail_role_idle_seconds"])
	}
	if got := testutil.ToFloat64(one(t, registry, "roletrail_report_accounts_without_series")); got != 8 {
		t.Errorf("%v accounts without series, want 8", got)
	}
}

// one is the only gauge of a name as a collector.
func one(t *testing.T, registry *prometheus.Registry, name string) prometheus.Collector {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name && len(f.GetMetric()) == 1 {
			g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name})
			g.Set(f.GetMetric()[0].GetGauge().GetValue())
			return g
		}
	}
	t.Fatalf("there is not one %s", name)
	return nil
}

// TestRolesOfOneName are those made anew: one series, of the last use.
func TestRolesOfOneName(t *testing.T) {
	k := idlest{}
	app := idleRole{first, "app"}
	for _, days := range []float64{40, 3, 7} {
		k.add(app, days)
	}
	k.add(idleRole{second, "app"}, 5)
	if got := k.longest(); !slices.Equal(got, []idleRole{{second, "app"}, app}) || k[app] != 3 {
		t.Errorf("got %v of %v", got, k)
	}
}
