package main

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
)

func TestUnused(t *testing.T) {
	engine := newFake()
	got := try(t, engine, "", "unused", "--quarter", "2026Q3", "--role", "deploy", "--verdict", "unused", "--verdict", "too_new", "--format", "csv")
	want := "account_id,role_arn,role_id,action,verdict\n111111111111,arn:aws:iam::111111111111:role/deploy,AROA1,s3:PutObject,used\n"
	if got.code != cli.ExitDone || got.stdout != want {
		t.Errorf("got %+v, want %s", got, want)
	}
	if !reflect.DeepEqual(engine.params.Verdicts, []string{"unused", "too_new"}) || engine.params.Role != "deploy" {
		t.Errorf("asked %+v", engine.params)
	}
	got = try(t, engine, "", "unused", "--summary", "--format", "ndjson")
	if want := `{"account_id":"111111111111","role_arn":"arn:aws:iam::111111111111:role/deploy","role_id":"AROA1","granted":7,"unused":6}` + "\n"; got.stdout != want {
		t.Errorf("got %+v, want %s", got, want)
	}
}

func TestUnusedUsage(t *testing.T) {
	for args, want := range map[string]string{
		"unused --verdict unusd":            "report: invalid value \"unusd\" for --verdict: must be one of used, possibly_used, denied_only, unobservable, too_new, unused, probably_unused\ndid you mean \"unused\"?\n",
		"unused --summary --verdict unused": "report: --summary counts all verdicts, --verdict picks rows of the list\nleave one of them out\n",
		"unused deploy":                     "report: report unused takes no argument, not \"deploy\"\nsee report unused --help\n",
	} {
		if got := try(t, newFake(), "", strings.Fields(args)...); got.code != cli.ExitUsage || got.stderr != want || got.stdout != "" {
			t.Errorf("%s:\n got %+v\nwant %s", args, got, want)
		}
	}
}

// bare is a lake without an inventory.
type bare struct{ *fakeEngine }

func (e bare) Meta(ctx context.Context, p queries.Params) (queries.Meta, error) {
	meta, err := e.fakeEngine.Meta(ctx, p)
	meta.Inventory, meta.Coverage.WithoutInventory = nil, []string{"111111111111", "2\x1b[2J"}
	return meta, err
}

func TestUnusedWithoutInventory(t *testing.T) {
	engine := newFake()
	engine.answers["unused"] = gathered{columns: engine.answers["unused"].columns}
	got := try(t, bare{engine}, "", "unused", "--role", "deploy", "--format", "csv")
	want := "\nwarning: no inventory of 111111111111, 2\ufffd[2J, so nothing is known to be granted; " +
		"ingest iam adds one from the output of aws iam get-account-authorization-details\n"
	if got.code != cli.ExitDone || got.stdout != "account_id,role_arn,role_id,action,verdict\n" || !strings.Contains(got.stderr, want) || strings.Count(got.stderr, "no inventory") != 1 {
		t.Errorf("got %+v, want %s", got, want)
	}
	got = try(t, bare{engine}, "", "unused", "--format", "csv", "--log-format", "json")
	for line := range strings.Lines(got.stderr) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
	if !strings.Contains(got.stderr, `so nothing is known to be granted; ingest iam adds one`) {
		t.Errorf("nothing is said of the inventory: %s", got.stderr)
	}
}

// TestUnusedOfARoleWithoutRows: no row is an answer only if the inventory has the
// role.
func TestUnusedOfARoleWithoutRows(t *testing.T) {
	for state, want := range map[string]outcome{
		"present": {cli.ExitDone, "account_id,role_arn,role_id,action,verdict\n", ""},
		"deleted": {cli.ExitFailed, "", "report: finding role \"deploy\": only the logs know it, not the inventory that says what roles may do\nreport role shows what it did\n"},
		"unknown": {cli.ExitFailed, "", "report: finding role \"deploy\": only the logs know it: the lake has no inventory of 222222222222, so nothing is known to be granted\n" +
			"ingest iam adds one from the output of aws iam get-account-authorization-details\n"},
		"": {cli.ExitFailed, "", "report: finding role \"deploy\": neither the logs nor the inventory know it\ndid you mean \"deploy\" or \"deploy-eu\"?\n"},
	} {
		engine := newFake()
		engine.answers["unused"] = gathered{columns: engine.answers["unused"].columns}
		known := gathered{columns: columns("state:varchar", "account_id:varchar")}
		if state != "" {
			known.rows = [][]any{{state, map[bool]string{true: "222222222222", false: "111111111111"}[state == "unknown"]}}
		}
		engine.answers["last_used"] = known
		got := try(t, engine, "", "unused", "--role", "deploy", "--format", "csv")
		if state == "present" {
			got.stderr = "" // the head
		}
		if got != want {
			t.Errorf("%q:\n got %+v\nwant %+v", state, got, want)
		}
	}
}

// TestUnusedOfARoleWithAnUnreadablePolicy: what it may do besides is not left unsaid.
func TestUnusedOfARoleWithAnUnreadablePolicy(t *testing.T) {
	engine := proposalFake()
	engine.answers["role_policies"].rows[0][3] = `{"Statement":[{"Effect":"Allow","Action":"svc:*","Resource":"*"},7,"x"]}`
	want := "\nwarning: role \"uploader\" may do more than is listed: reading policy \"inline:all\": parsing policy: statement 2: \"7\" where an object is expected\n"
	for _, args := range []string{"unused --role uploader --format csv", "unused --role uploader --summary --format csv"} {
		if got := try(t, engine, "", strings.Fields(args)...); got.code != cli.ExitDone || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: got %+v, want %s", args, got, want)
		}
	}
	engine.answers["role_policies"].rows[0][3], engine.answers["role_policies"].rows[0][5] = `{"Statement":[]}`, true
	want = "\nwarning: role \"uploader\" may do more than is listed: its policies have more patterns that fit no action of the catalogue than are looked at\n"
	if got := try(t, engine, "", "unused", "--role", "uploader"); got.code != cli.ExitDone || !strings.Contains(got.stdout, want) {
		t.Errorf("got %+v, want %s", got, want)
	}
	for _, args := range []string{"unused --format csv", "unused --summary --format csv"} {
		if got := try(t, engine, "", strings.Fields(args)...); got.code != cli.ExitDone || strings.Contains(got.stderr, "may do more") {
			t.Errorf("%s: all policies are known: %s", args, got.stderr)
		}
	}
	engine.answers["meta_policies"] = gathered{columns: columns("account_id:varchar", "role_arn:varchar", "unread_policies:list"), rows: [][]any{
		{"111111111111", proposalRole, []any{"inline:all"}}, {"111111111111", "arn:aws:iam::111111111111:role/\x1b[2J", []any{"…"}},
	}}
	want = "\nwarning: policies of 2 roles are missing from the inventory or cannot be read in full, so that the roles may do more than is listed: " + proposalRole +
		", arn:aws:iam::111111111111:role/\ufffd[2J; --summary --wide names the policies, --role says what is wrong with them\n"
	for _, args := range []string{"unused --format csv", "unused --summary --format csv"} {
		if got := try(t, engine, "", strings.Fields(args)...); got.code != cli.ExitDone || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: got %+v, want %s", args, got, want)
		}
	}
	if got := try(t, engine, "", "unused", "--format", "json"); !strings.Contains(got.stdout, `"warnings":["policies of 2 roles are missing`) {
		t.Errorf("JSON does not say it: %s", got.stdout)
	}
}

// TestUnusedWhereControlPoliciesAllowNothing: no rows look like nothing too much.
func TestUnusedWhereControlPoliciesAllowNothing(t *testing.T) {
	engine := proposalFake()
	const begin = "the control policies given with the inventory of "
	for _, args := range []string{"unused --format csv", "unused --summary --format csv", "unused --role uploader --format csv"} {
		engine.answers["meta_control"] = gathered{columns: columns("account_id:varchar")}
		if got := try(t, engine, "", strings.Fields(args)...); got.code != cli.ExitDone || strings.Contains(got.stderr, begin) {
			t.Errorf("%s: nothing is capped: %+v", args, got)
		}
		engine.answers["meta_control"] = gathered{columns: columns("account_id:varchar"), rows: [][]any{{"111111111111"}, {"222222222222"}}}
		want := "\nwarning: " + begin + "111111111111, 222222222222 leave its roles nothing that they may do, so that there is no row of them; ingest iam tells which policies do that\n"
		if got := try(t, engine, "", strings.Fields(args)...); got.code != cli.ExitDone || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: got %+v, want %s", args, got, want)
		}
	}
}

// TestUnusedWhereCallsAreNotMapped: the head names the services, whether their rows are
// shown or only counted.
func TestUnusedWhereCallsAreNotMapped(t *testing.T) {
	engine := proposalFake()
	const begin = "\nwarning: calls of "
	for _, args := range []string{"unused --format csv", "unused --summary --format csv", "unused --role uploader --format csv"} {
		engine.answers["meta_unmapped"] = gathered{columns: columns("service:varchar", "roles:bigint")}
		if got := try(t, engine, "", strings.Fields(args)...); got.code != cli.ExitDone || strings.Contains(got.stderr, begin) {
			t.Errorf("%s: all calls are mapped: %+v", args, got)
		}
		engine.answers["meta_unmapped"] = gathered{columns: columns("service:varchar", "roles:bigint"), rows: [][]any{{"brandnew", int64(2)}, {"odd", int64(1)}}}
		want := begin + "brandnew, odd could not be mapped to actions, so that nothing of these services is called unused for the roles that made them; "
		if got := try(t, engine, "", strings.Fields(args)...); got.code != cli.ExitDone || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: got %+v, want %s", args, got, want)
		}
	}
}
