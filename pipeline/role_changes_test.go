package pipeline_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// plantedChange is a role change of the test organisation as it was made to happen.
type plantedChange struct {
	EventID   string   `json:"event_id"`
	Change    string   `json:"change"`
	Severity  string   `json:"severity"`
	Outcome   string   `json:"outcome"`
	PolicyARN string   `json:"policy_arn"`
	RoleARNs  []string `json:"role_arns"`
}

// TestRoleChanges holds the change columns to what was planted. They hold what the record
// says (design 9.15): roles that are reached by a policy or a permission set, and paths,
// come in with the inventory when a report is made.
func TestRoleChanges(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	ingest(t, dir, pipeline.Options{}, filepath.Join(organisationDir, "AWSLogs"))
	got := map[string]plantedChange{}
	columns := parquet.EventsSchema.Only("event_id", "change", "change_severity", "outcome", "change_policy_arn", "change_role_arns", "change_summary")
	eachEventRow(t, dir, columns, func(row []any) {
		text := func(i int) string { s, _ := row[i].(string); return s }
		roles, isList := row[5].([]string)
		if isChange := text(1) != ""; isChange != isList || isChange != (text(2) != "") || isChange != (text(6) != "") {
			t.Errorf("event %s is a change in part: %v", text(0), row)
		}
		if text(1) != "" {
			got[text(0)] = plantedChange{text(0), text(1), text(2), text(3), text(4), roles}
		}
	})
	for _, want := range readAnswer[plantedChange](t, "changes.json") {
		have, ok := got[want.EventID]
		if !ok {
			t.Errorf("not found: %+v", want)
			continue
		}
		delete(got, want.EventID)
		if have.Change != want.Change || have.Severity != want.Severity || have.Outcome != want.Outcome {
			t.Errorf("got %+v, want %+v", have, want)
		}
		for _, arn := range have.RoleARNs {
			name := filepath.Base(arn)
			if !slices.ContainsFunc(want.RoleARNs, func(w string) bool { return filepath.Base(w) == name }) {
				t.Errorf("%+v names role %s, which it does not change", want, name)
			}
		}
		if have.PolicyARN != want.PolicyARN {
			t.Errorf("got policy of %+v, want %+v", have, want)
		}
	}
	for _, extra := range got {
		if extra.Severity == "high" || extra.Severity == "critical" {
			t.Errorf("an ordinary day: %+v", extra)
		}
	}
}

// TestRoleChangesOfRealRecords holds what is found in real records, and how grave it is,
// to a table that was read line by line: FOLDER SOURCE NAME CHANGE SEVERITY OUTCOME COUNT.
func TestRoleChangesOfRealRecords(t *testing.T) {
	folders, err := os.ReadDir(realData)
	if err != nil {
		t.Skip("no real records beside the project")
	}
	count := map[string]int{}
	columns := parquet.EventsSchema.Only("event_source", "event_name", "change", "change_severity", "outcome", "change_summary")
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		dir := filepath.Join(t.TempDir(), "lake")
		ingest(t, dir, pipeline.Options{}, filepath.Join(realData, folder.Name()))
		eachEventRow(t, dir, columns, func(row []any) {
			text := func(i int) string { s, _ := row[i].(string); return s }
			if text(2) != "" {
				_, reason, _ := strings.Cut(text(5), ": ")
				count[strings.TrimRight(strings.Join([]string{folder.Name(), text(0), text(1), text(2), text(3), text(4), reason}, "\t"), "\t")]++
			}
		})
	}
	var table strings.Builder
	for _, line := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(&table, "%d\t%s\n", count[line], line)
	}
	const golden = "testdata/real_changes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if table.String() != string(want) {
		t.Errorf("found\n%s\nwant\n%s", table.String(), want)
	}
}

var update = flag.Bool("update", false, "write testdata/real_changes.golden anew")

// eachEventRow calls fn with the rows of a lake's events.
func eachEventRow(t *testing.T, dir string, columns *parquet.Schema, fn func(row []any)) {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files("events")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := parquet.EachRow(f.Path, columns, func(row []any) error { fn(row); return nil }); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReportOfChanges compares every column of `report changes` with what was planted. Whom
// an instance profile and a permission set reach, neither record nor inventory tells.
func TestReportOfChanges(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	ingest(t, dir, pipeline.Options{}, filepath.Join(organisationDir, "AWSLogs"))
	takeInventory(t, dir)
	p := quarter
	p.Changes.Failed = true
	key := []string{"event_id"}
	want := keyed(readAnswer[map[string]any](t, "changes.json"), key)
	got := keyed(askFor(t, openEngine(t, dir), "changes", p, func(map[string]any) bool { return true }), key)
	if len(got) != len(want) {
		t.Errorf("%d changes, want %d", len(got), len(want))
	}
	untold := map[any]int{"ec2:RunInstances": 1, "sso:AttachManagedPolicyToPermissionSet": 1, "sso:ProvisionPermissionSet": 1, "sso:CreateAccountAssignment": 1}
	for id, w := range want {
		if untold[w["action"]] > 0 {
			untold[w["action"]]--
			w["role_arns"] = []any{}
		}
		slices.SortFunc(w["role_arns"].([]any), func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		if n := sameColumns(t, id, got[id], w); n != 13 {
			t.Errorf("%s: %d columns were compared, want all but the summary", id, n)
		}
	}
}
