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

	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
)

// TestAnswersOfTheOrganisation compares what the reports say of the test
// organisation with what its generator decided to happen, column by column.
func TestAnswersOfTheOrganisation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	ingest(t, dir, pipeline.Options{}, filepath.Join(organisationDir, "AWSLogs"))
	takeInventory(t, dir)
	quarter := queries.Params{
		Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
	}
	for _, report := range []struct {
		query, answer string
		key           []string
		columns       int // that both sides have, at least
	}{
		{"last_used", "last_used.json", []string{"role_id"}, 20},
		{"coverage", "coverage.json", []string{"account_id", "aws_region", "family"}, 9},
	} {
		t.Run(report.query, func(t *testing.T) {
			got := keyed(ask(t, dir, report.query, quarter), report.key)
			want := keyed(readAnswer[map[string]any](t, report.answer), report.key)
			if len(got) != len(want) {
				t.Errorf("%d rows, want %d", len(got), len(want))
			}
			for key, w := range want {
				compared := 0
				for column, value := range w {
					if g, ok := got[key][column]; ok {
						compared++
						if !reflect.DeepEqual(g, value) {
							t.Errorf("%s, %s: %v, want %v", key, column, g, value)
						}
					}
				}
				if compared < report.columns {
					t.Errorf("%s: only %d columns were compared", key, compared)
				}
			}
		})
	}
}

// TestCallersOfTheOrganisation compares who came to which role with what the
// generator decided, and the findings with its stories.
func TestCallersOfTheOrganisation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	ingest(t, dir, pipeline.Options{}, filepath.Join(organisationDir, "AWSLogs"))
	takeInventory(t, dir)
	quarter := queries.Params{
		Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		Unexpected: queries.Unexpected{All: true},
	}
	key := []string{"role_id", "caller", "via_role"}
	want := keyed(readAnswer[map[string]any](t, "assumptions.json"), key)
	findings, absent := map[string]string{}, map[string]bool{}
	for name, row := range keyed(ask(t, dir, "unexpected", quarter), key) {
		role := row["role_arn"].(string)[strings.LastIndex(row["role_arn"].(string), "/")+1:]
		if row["first_seen"] == nil {
			absent[role] = true
			continue
		}
		findings[role+" "+row["caller"].(string)] = fmt.Sprint(row["findings"])
		compared := 0
		for column, value := range want[name] {
			if g, ok := row[column]; ok {
				compared++
				if !reflect.DeepEqual(g, value) {
					t.Errorf("%s, %s: %v, want %v", name, column, g, value)
				}
			}
		}
		if compared < 12 {
			t.Errorf("%s: %d columns were compared", name, compared)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("no row for %s", name)
	}
	for caller, want := range map[string]string{
		"vendor-billing 888888888888:AROASTRANGEREXAMPLE01":                                        "[broadly_trusted missing_external_id new_principal]",
		"vendor-billing 999999999999:AROAVENDOREXAMPLE0001":                                        "[broadly_trusted missing_external_id]",
		"vendor-monitor 999999999999:AROAVENDOREXAMPLE0001":                                        "[broadly_trusted]",
		"broad-ops arn:aws:iam::111111111111:user/svc-nightly":                                     "[expected long_term_key]",
		"console-admin sso:bob@example.com":                                                        "[not_trusted new_principal]",
		"console-admin arn:aws:iam::222222222222:user/carol":                                       "[broadly_trusted]",
		"data-migrate arn:aws:iam::111111111111:user/svc-nightly":                                  "[not_trusted long_term_key new_principal]",
		"sandbox-tester arn:aws:iam::111111111111:user/svc-nightly":                                "[long_term_key new_principal]",
		"saml-analyst saml:ExampleIdP/dave@example.org":                                            "[expected]",
		"AWSReservedSSO_PowerUser_0123456789abcdef sso:alice@example.com":                          "[expected]",
		"AWSServiceRoleForAutoScaling autoscaling.amazonaws.com":                                   "[expected]",
		"db-admin sso:alice@example.com":                                                           "[broadly_trusted]",
		"deploy oidc:token.actions.githubusercontent.com/repo:example-org/app:ref:refs/heads/main": "[expected]",
	} {
		if findings[caller] != want {
			t.Errorf("%s: %s, want %s", caller, findings[caller], want)
		}
	}
	for _, role := range []string{"legacy-batch", "archive-reader"} {
		if !absent[role] {
			t.Errorf("nobody is told never to have come to %s", role)
		}
	}
}

// takeInventory ingests the organisation's inventories.
func takeInventory(t *testing.T, dir string) {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	problems, err := pipeline.IngestInventory(lake, organisationInventory(t), pipeline.InventoryOptions{At: at, Version: "test"})
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
	engine, err := queries.OpenDuckDB(context.Background(), lake, queries.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close(); lake.Close() })
	return engine
}

// ask runs a question and returns its rows as they look in JSON.
func ask(t *testing.T, dir, query string, p queries.Params) []map[string]any {
	t.Helper()
	rows, err := openEngine(t, dir).Run(context.Background(), query, p)
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
		key := ""
		for _, column := range columns {
			key += fmt.Sprint(row[column], " ")
		}
		out[key] = row
	}
	return out
}
