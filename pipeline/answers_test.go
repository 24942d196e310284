package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	logged "roletrail/cloudtrail/trail"
	"roletrail/config"
	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
)

// answer is one of the organisation's expected answers.
type answer struct {
	query, file string
	key         []string
	unexpected  queries.Unexpected
	columns     int  // that both sides have, at least
	more        bool // the report has rows of which the generator tells nothing
}

// TestAnswersOfTheOrganisation compares what the reports say of the test
// organisation with what its generator decided to happen, column by column.
func TestAnswersOfTheOrganisation(t *testing.T) {
	dir := organisationWhole.copied(t)
	engine := openEngine(t, dir)
	for _, a := range []answer{
		{"last_used", "last_used.json", []string{"role_id"}, queries.Unexpected{}, 23, false},
		{"coverage", "coverage.json", []string{"account_id", "aws_region", "family"}, queries.Unexpected{}, 9, false},
		{"unused", "unused.json", []string{"role_id", "action"}, queries.Unexpected{}, 10, true},
		{"unused_summary", "unused_summary.json", []string{"role_id"}, queries.Unexpected{}, 6, false},
		{"unexpected", "assumptions.json", []string{"role_id", "caller", "via_role"}, queries.Unexpected{All: true}, 12, true},
		{"unexpected", "unexpected.json", []string{"role_id", "caller", "via_role"}, queries.Unexpected{All: true}, 10, false},
		{"unexpected", "unexpected.json#configured", []string{"role_id", "caller", "via_role"}, configured(t), 10, false},
	} {
		t.Run(a.file, func(t *testing.T) { a.compare(t, engine) })
	}
	takeTrails(t, dir)
	engine = openEngine(t, dir)
	for _, a := range []answer{
		{"unused", "unused_trails.json", []string{"role_id", "action"}, queries.Unexpected{}, 10, true},
		{"unused_summary", "unused_trails_summary.json", []string{"role_id"}, queries.Unexpected{}, 6, false},
	} {
		t.Run(a.file, func(t *testing.T) { a.compare(t, engine) })
	}
	t.Run("scp", func(t *testing.T) { controlPolicies(t, dir, engine) })
}

// compare asks the question and compares the answers.
func (a answer) compare(t *testing.T, engine queries.Engine) {
	p := quarter
	p.Unexpected = a.unexpected
	file, column, _ := strings.Cut(a.file, "#")
	want := keyed(readAnswer[map[string]any](t, file), a.key)
	got := keyed(askFor(t, engine, a.query, p, func(row map[string]any) bool {
		return !a.more || want[keyOf(row, a.key)] != nil
	}), a.key)
	if len(want) == 0 || !a.more && len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	for key, w := range want {
		if column != "" {
			w["findings"] = w[column+"_findings"]
		}
		if n := sameColumns(t, key, got[key], w); n < a.columns {
			t.Errorf("%s: only %d columns were compared", key, n)
		}
	}
}

var quarter = queries.Params{
	Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
}

// sameColumns compares the columns that both rows have, and counts them. The words of
// reason_says must stand in the reason.
func sameColumns(t *testing.T, key string, got, want map[string]any) (compared int) {
	t.Helper()
	for column, value := range want {
		if g, ok := got[column]; ok {
			compared++
			if !reflect.DeepEqual(g, value) {
				t.Errorf("%s, %s: %v, want %v", key, column, g, value)
			}
		}
	}
	words, _ := want["reason_says"].([]any)
	for _, word := range words {
		if reason := fmt.Sprint(got["reason"]); !strings.Contains(reason, word.(string)) {
			t.Errorf("%s: the reason %q does not say %q", key, reason, word)
		}
	}
	return compared
}

// configured is what the organisation's roletrail.yaml asks of the question
// "unexpected".
func configured(t *testing.T) queries.Unexpected {
	t.Helper()
	settings, err := config.Load(filepath.Join(organisationDir, "roletrail.yaml"), "")
	if err != nil {
		t.Fatal(err)
	}
	u := queries.Unexpected{All: true, KnownAccounts: settings.KnownAccounts}
	for _, e := range settings.ExpectedCallers {
		for _, caller := range e.Callers {
			u.Expected = append(u.Expected, queries.CallerRule{Role: e.Role, Caller: caller})
		}
	}
	for _, e := range settings.Exceptions {
		u.Exceptions = append(u.Exceptions, queries.CallerException{CallerRule: queries.CallerRule{Role: e.Role, Caller: e.Caller}, Until: e.Until})
	}
	if len(u.Expected) != 2 || len(u.Exceptions) != 2 {
		t.Fatalf("%d rules and %d exceptions were read", len(u.Expected), len(u.Exceptions))
	}
	return u
}

// controlPolicies takes the inventory once more, with the policies at the root of the
// organisation. The guardrail takes one action from the administrator, who stays one:
// the quarantine is not about him. What quarantine-scan is refused is no riddle any
// more: it may do nothing.
func controlPolicies(t *testing.T, dir string, engine queries.Engine) {
	everything := func(map[string]any) bool { return true }
	before := keyed(askFor(t, engine, "unused_summary", quarter, everything), []string{"role_arn"})
	path := filepath.Join(organisationDir, "scp", "root.json")
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	root, err := inventory.ParseControlPolicies(file, path, inventory.Limits{})
	if err != nil || len(root) != 3 {
		t.Fatalf("%d policies, %v", len(root), err)
	}
	takeInventoryAt(t, dir, time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC), [][]inventory.ControlPolicy{root})
	engine = openEngine(t, dir)
	after := keyed(askFor(t, engine, "unused_summary", quarter, everything), []string{"role_arn"})
	admin := "arn:aws:iam::111111111111:role/console-admin "
	if lost := before[admin]["granted"].(float64) - after[admin]["granted"].(float64); lost != 1 {
		t.Errorf("%v actions were taken from console-admin, want organizations:LeaveOrganization alone", lost)
	}
	quarantined := "arn:aws:iam::111111111111:role/quarantine-scan "
	if was, is := before[quarantined]["granted"].(float64), after[quarantined]; was != 7 || is != nil && is["granted"].(float64) != 0 {
		t.Errorf("quarantine-scan: %v granted actions became %v, want 7 and none", was, is)
	}
	roles := keyed(askFor(t, engine, "last_used", quarter, everything), []string{"role_arn"})
	for role, want := range map[string]string{admin: "admin", quarantined: "none"} {
		if got := roles[role]["privilege"]; got != want {
			t.Errorf("%s: privilege %v, want %s", role, got, want)
		}
	}
	p := quarter
	p.Role = "quarantine-scan"
	if rows := askFor(t, engine, "unused", p, everything); len(rows) > 0 {
		t.Errorf("%d actions of quarantine-scan are called granted, the first is %v", len(rows), rows[0])
	}
}

// takeTrails ingests what the organisation's trails log, as of the end of the quarter.
func takeTrails(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(organisationDir, "trails", "*.json"))
	if err != nil || len(paths) != 2 {
		t.Fatalf("trails %v, %v", paths, err)
	}
	var all []logged.Selector
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		selectors, err := logged.Parse(file, path)
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, selectors...)
	}
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	if err := pipeline.IngestTrails(lake, all, pipeline.TrailOptions{At: quarter.Until, Version: "test"}); err != nil {
		t.Fatal(err)
	}
}

// takeInventory ingests the organisation's inventories.
func takeInventory(t *testing.T, dir string) {
	t.Helper()
	takeInventoryAt(t, dir, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), nil)
}

// takeInventoryAt ingests them as of a moment, under control policies.
func takeInventoryAt(t *testing.T, dir string, at time.Time, control [][]inventory.ControlPolicy) {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	problems, err := pipeline.IngestInventory(t.Context(), lake, organisationInventory(t), pipeline.InventoryOptions{At: at, Control: control, Version: "test"})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
}

// organisationInventory reads the organisation's inventories.
func organisationInventory(t *testing.T) *inventory.Inventory {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(organisationDir, "iam", "*.json"))
	if err != nil || len(paths) != 3 {
		t.Fatalf("inventories %v, %v", paths, err)
	}
	var parts []*inventory.Inventory
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		part, err := inventory.Parse(file, path, inventory.Limits{})
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	return inventory.Merge(parts...)
}

// openEngine opens a lake for reading.
func openEngine(t *testing.T, dir string) queries.Engine {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := queries.OpenDuckDB(context.Background(), lake, queries.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close(); lake.Close() })
	return engine
}

// ask runs a question on a lake and returns its rows as they look in JSON.
func ask(t *testing.T, dir, query string, p queries.Params) []map[string]any {
	t.Helper()
	return askFor(t, openEngine(t, dir), query, p, func(map[string]any) bool { return true })
}

// askFor keeps the rows that are wanted.
func askFor(t *testing.T, engine queries.Engine, query string, p queries.Params, wanted func(map[string]any) bool) []map[string]any {
	t.Helper()
	rows, err := engine.Run(context.Background(), query, p)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []map[string]any
	for rows.Next() {
		row := map[string]any{}
		for i, c := range rows.Columns() {
			row[c.Name] = rows.Row()[i]
		}
		if !wanted(row) {
			continue
		}
		text, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		row = nil
		if err := json.Unmarshal(text, &row); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func keyed(rows []map[string]any, columns []string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, row := range rows {
		out[keyOf(row, columns)] = row
	}
	return out
}

func keyOf(row map[string]any, columns []string) (key string) {
	for _, column := range columns {
		key += fmt.Sprint(row[column], " ")
	}
	return key
}
