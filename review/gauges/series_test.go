package gauges

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"roletrail/queries"
)

// gathered counts all series of a registry as Prometheus does, and sums those of a name by their account.
func gathered(t *testing.T, registry *prometheus.Registry, name string) (series int, sums map[string]float64) {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sums = map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			series++
			if h := m.GetHistogram(); h != nil {
				series += len(h.GetBucket()) + 2 // +Inf, sum and count for the one that was counted
			}
			for _, l := range m.GetLabel() {
				if len(l.GetValue()) > maxLabel || strings.ContainsAny(l.GetValue(), "\"\n<>{}\u202e") {
					t.Errorf("%s has a label %s=%q", f.GetName(), l.GetName(), l.GetValue())
				}
				if f.GetName() == name && l.GetName() == "account_id" {
					sums[l.GetValue()] += m.GetGauge().GetValue()
				}
			}
		}
	}
	return series, sums
}

// TestMostSeries floods all gauges at once, with more kinds of everything than there are: the series stay as few as
// is published, nothing is lost of their sums, and the first accounts keep theirs.
func TestMostSeries(t *testing.T) {
	const accounts = 2 * MostAccounts
	engine := answers{rows: map[string][]map[string]any{}}
	add := func(question string, row map[string]any) { engine.rows[question] = append(engine.rows[question], row) }
	verdicts := []string{"active", "dormant", "never_used", "denied_only", "service_linked", "unknown"}
	hostile := "a\"},\n<!channel>\u202e"
	roles, callers := 0, 0
	for n := range accounts {
		account := fmt.Sprintf("%012d", n)
		add("accounts", map[string]any{"account_id": account})
		for i := range 2 * len(roleKinds) {
			kind := append(roleKinds, fmt.Sprint(hostile, n, i))[min(i, len(roleKinds))]
			add("last_used", role(account, "r", "present", kind, []string{"admin", "permissions"}[i%2], verdicts[i%len(verdicts)], 1, int64(n)))
			roles++
		}
		for i := range 2 * len(callerKinds) {
			kind := append(callerKinds, fmt.Sprint(hostile, n, i))[min(i, len(callerKinds))]
			add("unexpected", map[string]any{"account_id": account, "caller_kind": kind, "assumptions": int64(1), "findings": []any{"not_trusted"}, "last_seen": september(2)})
			callers++
		}
		add("service_uses", map[string]any{"service": fmt.Sprint("s", n), "uses": int64(1)})
		engine.meta.Inventory = append(engine.meta.Inventory, queries.MetaSnapshot{AccountID: account, Origin: "inventory", Date: september(1)})
	}
	_, registry := refreshed(t, engine)
	series, sums := gathered(t, registry, "roletrail_roles")
	if series > MostSeries || series < MostAccountSeries {
		t.Errorf("%d series, at most %d are published", series, MostSeries)
	}
	total := 0.0
	for _, n := range sums {
		total += n
	}
	if total != float64(roles) || sums["000000000000"] == 0 || sums[OtherAccounts] == 0 {
		t.Errorf("%v of %d roles, %v of the first account", total, roles, sums["000000000000"])
	}
	if without := testutil.ToFloat64(one(t, registry, "roletrail_report_accounts_without_series")); int(without) != accounts-(len(sums)-1) {
		t.Errorf("%v accounts without series, and %d with", without, len(sums)-1)
	}
	if _, dates := gathered(t, registry, "roletrail_inventory_timestamp_seconds"); dates[OtherAccounts] != 0 || len(dates) != len(sums)-1 {
		t.Errorf("%d dates of inventories, of others %v", len(dates), dates[OtherAccounts])
	}
	_, came := gathered(t, registry, "roletrail_assumptions")
	for _, n := range came {
		callers -= int(n)
	}
	if callers != 0 {
		t.Errorf("%d assumptions are lost", callers)
	}
}
