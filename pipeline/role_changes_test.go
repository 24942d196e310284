package pipeline_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
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
	dir := organisationLogs.copied(t)
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
	count, others := map[string]int{}, map[string]int{}
	columns := parquet.EventsSchema.Only("event_source", "event_name", "change", "change_severity", "outcome", "change_summary", "read_only")
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
			} else if reads, _ := row[6].(bool); !reads && slices.Contains(accessServices, text(0)) {
				others[strings.Join([]string{folder.Name(), text(0), text(1), text(4)}, "\t")]++
			}
		})
	}
	compareGolden(t, "testdata/real_changes.golden", counted(count))
	compareGolden(t, "testdata/real_no_changes.golden", counted(others))
}

// accessServices decide who may do what: what they do that is no role change stands in a table too, FOLDER
// SOURCE NAME OUTCOME COUNT, which was read for what is missed.
var accessServices = []string{
	"iam.amazonaws.com", "sts.amazonaws.com", "sso.amazonaws.com", "sso-directory.amazonaws.com", "identitystore.amazonaws.com",
	"organizations.amazonaws.com", "rolesanywhere.amazonaws.com",
}

// counted is a table of what was counted, by line.
func counted(count map[string]int) string {
	var table strings.Builder
	for _, line := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(&table, "%d\t%s\n", count[line], line)
	}
	return table.String()
}

var update = flag.Bool("update", false, "write the golden files of role changes anew")

func compareGolden(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}

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
	dir := organisationWhole.copied(t)
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

// explained asks for changes held against the documents before them, by event id.
func explained(t *testing.T, dir string, p queries.Params) map[string]queries.ExplainedChange {
	t.Helper()
	return explainedBy(t, openEngine(t, dir), p)
}

func explainedBy(t *testing.T, engine queries.Engine, p queries.Params) map[string]queries.ExplainedChange {
	t.Helper()
	explained, err := queries.ExplainChanges(t.Context(), engine, p, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]queries.ExplainedChange{}
	for _, c := range explained.Rows {
		out[fmt.Sprint(c.Row[slices.IndexFunc(explained.Columns, func(c queries.Column) bool { return c.Name == "event_id" })])] = c
	}
	return out
}

const severityColumn, summaryColumn = 5, 13

// TestExplainedChanges holds severities, by the documents before, to what was planted, and
// what is said of some changes to what was made to happen. Logs and inventory may come in
// any order.
func TestExplainedChanges(t *testing.T) {
	p := quarter
	p.Changes.Failed = true
	dir := organisationWhole.copied(t)
	got := explained(t, dir, p)
	planted := readAnswer[plantedChange](t, "changes.json")
	reasons := map[string]string{}
	for _, want := range planted {
		c := got[want.EventID]
		if severity := c.Row[severityColumn]; severity != want.Severity {
			t.Errorf("%+v: %v, %v", want, severity, c.Row[summaryColumn])
		}
		reasons[fmt.Sprint(c.Row[0], " ", c.Row[summaryColumn])] = want.EventID
	}
	if len(got) != len(planted) {
		t.Errorf("%d changes, want %d", len(got), len(planted))
	}
	for _, want := range []string{
		"2026-07-22 14:40:11 +0000 UTC UpdateAssumeRolePolicy: lets in account 888888888888 without a condition",
		"2026-09-15 11:44:52 +0000 UTC UpdateAssumeRolePolicy: lets in batch.amazonaws.com; no longer lets in anybody",
		"2026-07-16 08:05:40 +0000 UTC DeleteRolePolicy temp-debug: loses 22,091 actions of 456 services",
		"2026-08-12 09:02:54 +0000 UTC PutRolePolicy queue: gains 3 actions (kms:Decrypt, sqs:DeleteMessage, sqs:ReceiveMessage)",
		"2026-08-12 09:03:54 +0000 UTC AttachRolePolicy AWSLambdaBasicExecutionRole: gains 3 actions (logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents)",
		"2026-09-10 09:42:17 +0000 UTC SetDefaultPolicyVersion data-lake-access: what was before is unknown; reaches 2 roles",
		"2026-09-08 10:18:00 +0000 UTC AttachManagedPolicyToPermissionSet AdministratorAccess: makes an administrator; whom it reaches is unknown: the logs do not tell the name of the permission set",
	} {
		if reasons[want] == "" {
			t.Errorf("nothing is %q", want)
		}
	}

	other := filepath.Join(t.TempDir(), "lake")
	ingest(t, other, pipeline.Options{}, filepath.Join(organisationDir, "AWSLogs/o-exampleorg/222222222222"))
	takeInventory(t, other)
	for _, account := range []string{"o-exampleorg/333333333333", "222222222222", "o-exampleorg/111111111111", "o-exampleorg/222222222222"} {
		ingest(t, other, pipeline.Options{}, filepath.Join(organisationDir, "AWSLogs", account))
	}
	if again := explained(t, other, p); !reflect.DeepEqual(again, got) {
		t.Error("in another order the changes are explained in another way")
	}
}

// TestExplainedChangesOfRealRecords holds what is said of real records, without any
// inventory, to a table that was read line by line: FOLDER NAME, the severity by the record
// alone and by what was before it, and why.
func TestExplainedChangesOfRealRecords(t *testing.T) {
	folders, err := os.ReadDir(realData)
	if err != nil {
		t.Skip("no real records beside the project")
	}
	p := queries.Params{Since: time.Unix(0, 0).UTC(), Until: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
	count := map[string]int{}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		dir := filepath.Join(t.TempDir(), "lake")
		ingest(t, dir, pipeline.Options{}, filepath.Join(realData, folder.Name()))
		shown := map[string]string{}
		eachEventRow(t, dir, parquet.EventsSchema.Only("event_id", "change_severity"), func(row []any) {
			id, _ := row[0].(string)
			if severity, _ := row[1].(string); severity != "" {
				shown[id] = severity
			}
		})
		if len(shown) == 0 {
			continue // no change, and none to explain
		}
		for id, c := range explained(t, dir, p) {
			if c.Difference != nil {
				name, _, _ := strings.Cut(fmt.Sprint(c.Row[summaryColumn]), " ")
				name = strings.TrimSuffix(name, ":")
				count[strings.Join([]string{folder.Name(), name, shown[id], fmt.Sprint(c.Row[severityColumn]), strings.Join(c.Difference.Reasons, "; ")}, "\t")]++
			}
		}
	}
	compareGolden(t, "testdata/real_differences.golden", counted(count))
}

// TestCountedChangesAreExplained: what a run counts, by what the ledger keeps of documents, is
// what the report says of all of them. What the ledger does not keep yet is taken from the
// lake, as where runs came before that nobody watched.
func TestCountedChangesAreExplained(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	takeInventory(t, dir)
	logs := filepath.Join(organisationDir, "AWSLogs")
	unwatched := ingest(t, dir, pipeline.Options{}, filepath.Join(logs, "o-exampleorg/111111111111/CloudTrail/us-east-1/2026/07"))
	summary := ingest(t, dir, pipeline.Options{Explaining: &pipeline.Explaining{}}, logs)
	p := quarter
	p.Since, p.Until, p.Changes.Failed = time.Unix(0, 0), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), true
	want, before := map[pipeline.RoleChange]int64{}, int64(0)
	for _, c := range explained(t, dir, p) {
		text := func(i int) string { s, _ := c.Row[i].(string); return s }
		if at := c.Row[0].(time.Time); text(2) == "111111111111" && text(3) == "us-east-1" && at.Format("2006-01") == "2026-07" {
			before++
			continue
		}
		want[pipeline.RoleChange{Account: text(2), Change: text(4), Severity: text(severityColumn), Outcome: text(6)}]++
	}
	counted := int64(0)
	for _, n := range unwatched.RoleChanges.Recent {
		counted += n
	}
	if counted != before || before == 0 {
		t.Errorf("%d changes were counted before, want %d", counted, before)
	}
	if got := summary.RoleChanges.Recent; !maps.Equal(got, want) || len(want) < 15 {
		t.Errorf("counted %v\nwant %v", got, want)
	}
	if last := summary.RoleChanges.Last["critical"]; last.Format(time.RFC3339) != "2026-09-15T11:04:30Z" {
		t.Errorf("the last critical one was at %v", last)
	}
}

// TestMostExplained: beyond a number of changes the severity is that of the record.
func TestMostExplained(t *testing.T) {
	removed := func(id int) string {
		document := `"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"`
		return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventTime":"2026-09-05T10:00:%02dZ","eventSource":"iam.amazonaws.com","eventName":"UpdateAssumeRolePolicy",
			"awsRegion":"us-east-1","eventType":"AwsApiCall","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"111111111111","requestParameters":{"roleName":"app","policyDocument":%s}}`, id, id, document)
	}
	for most, want := range map[int]int64{0: 4, 2: 1} {
		folder := t.TempDir()
		write(t, folder, "a.json", trail(removed(1), removed(2), removed(3), removed(4), removed(5)))
		summary := ingest(t, filepath.Join(t.TempDir(), "lake"), pipeline.Options{Explaining: &pipeline.Explaining{Most: most}}, folder)
		same := pipeline.RoleChange{Account: "111111111111", Change: "trust_changed", Severity: "info", Outcome: "success"}
		if got := summary.RoleChanges.Recent; got[same] != want || len(got) != 2 {
			t.Errorf("at most %d: %v, want %d that change nothing", most, got, want)
		}
	}
}
