package pipeline_test

import (
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

// takeFromLogs replays the events of a lake into its tables.
func takeFromLogs(t *testing.T, dir string) *pipeline.FromLogs {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	replayed, err := pipeline.ReplayLogs(t.Context(), lake, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.IngestInventory(t.Context(), lake, replayed.Inventory, pipeline.InventoryOptions{At: replayed.At, Version: "test"}); err != nil {
		t.Fatal(err)
	}
	return replayed
}

// changedRoles are the roles that the changes of the test organisation name and leave,
// by the answers of its generator.
func changedRoles(t *testing.T) map[string]bool {
	type change struct {
		Change, Action, Outcome string
		Roles                   []string `json:"role_arns"`
	}
	direct := []string{"role_created", "role_updated", "role_tagged", "trust_changed", "policy_attached", "policy_detached", "inline_policy_put",
		"inline_policy_deleted", "boundary_put", "boundary_deleted", "instance_profile_changed", "service_linked_role_created", "role_deleted"}
	roles := map[string]bool{}
	for _, c := range readAnswer[change](t, "changes.json") {
		if c.Outcome != "success" || !strings.HasPrefix(c.Action, "iam:") || !slices.Contains(direct, c.Change) {
			continue
		}
		for _, arn := range c.Roles {
			if roles[arn] = true; c.Change == "role_deleted" {
				delete(roles, arn)
			}
		}
	}
	return roles
}

// TestFromLogs: the logs of the test organisation show the roles that its generator
// changed, and of those it made all that the inventory says of them. Once the
// inventory is there, it alone counts, whatever its date.
func TestFromLogs(t *testing.T) {
	dir := organisationLogs.copied(t)
	replayed := takeFromLogs(t, dir)
	want := changedRoles(t)
	got := map[string]bool{}
	for _, r := range askSQL(t, dir, "select arn, origin from roles") {
		got[r["arn"].(string)] = r["origin"] == "logs"
	}
	if len(want) != 11 || !maps.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if len(replayed.Inventory.Problems) != 1 || replayed.Changes != 27 || len(replayed.Skipped) > 0 || replayed.At.Format(time.DateOnly) != "2026-10-07" {
		t.Errorf("replayed %d changes of %v, problems %v", replayed.Changes, replayed.At, replayed.Inventory.Problems)
	}
	fromLogs := grantsOf(t, dir)

	takeInventory(t, dir)
	if left := askSQL(t, dir, "select count(*) filter (where origin = 'logs') as logs, count(*) as roles, min(snapshot_date) as day from roles"); left[0]["logs"] != int64(0) ||
		left[0]["roles"].(int64) < 25 || !left[0]["day"].(time.Time).Equal(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("after the inventory came: %v", left)
	}
	fromIAM := grantsOf(t, dir)
	if role := "payments-worker"; !reflect.DeepEqual(fromLogs[role], fromIAM[role]) {
		t.Errorf("%s: the logs say %v, the inventory %v", role, fromLogs[role], fromIAM[role])
	}
	for _, role := range []string{"invoice-printer", "vendor-billing", "legacy-batch", "AWSServiceRoleForElasticLoadBalancing"} {
		if trust := fromLogs[role]["trust"]; trust == "" || trust != fromIAM[role]["trust"] {
			t.Errorf("%s: the logs trust %v, the inventory %v", role, trust, fromIAM[role]["trust"])
		}
	}
	if g := fromIAM["payments-worker"]; len(g) != 4 || g["sqs:ReceiveMessage"] != "2026-08-12T09:02:54Z" {
		t.Errorf("payments-worker has %v", g)
	}
	if again := takeFromLogs(t, dir); len(again.Skipped) != 2 || len(again.Inventory.Roles) != 0 || again.Changes != 0 {
		t.Errorf("an account with inventory was replayed: %+v", again)
	}
	if n := len(grantsOf(t, dir)); n != len(fromIAM) {
		t.Errorf("%d roles after the second replay, not %d", n, len(fromIAM))
	}
}

// grantsOf are trust and granted actions of each role by name, with since when.
func grantsOf(t *testing.T, dir string) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, r := range askSQL(t, dir, `select roles.name, roles.role_id, coalesce(roles.trust_policy, '') as trust, permissions.action, permissions.granted_at
		from roles left join role_permissions as permissions on roles.arn = permissions.role_arn`) {
		role := r["name"].(string)
		if out[role] == nil {
			out[role] = map[string]any{"trust": r["trust"]}
		}
		if action, ok := r["action"].(string); ok {
			out[role][action] = nil
			if at, ok := r["granted_at"].(time.Time); ok {
				out[role][action] = at.UTC().Format(time.RFC3339)
			}
		}
	}
	return out
}

// TestFromLogsOfNothing: a lake without events has nothing to replay.
func TestFromLogsOfNothing(t *testing.T) {
	lake, err := parquet.CreateLake(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	if _, err := pipeline.ReplayLogs(t.Context(), lake, nil); err == nil || !strings.Contains(err.Error(), "the lake holds no event; ingest logs brings them in") {
		t.Errorf("got %v", err)
	}
}

// TestRealFromLogs replays the real records of every folder: each change is taken, and
// the reports read what comes of them.
func TestRealFromLogs(t *testing.T) {
	folders, err := os.ReadDir(realData)
	if err != nil {
		t.Skip("no real records beside the project")
	}
	changes, roles, policies := 0, 0, 0
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		dir := filepath.Join(t.TempDir(), "lake")
		if s := ingest(t, dir, pipeline.Options{Workers: 1}, filepath.Join(realData, folder.Name())); s.Records.Written == 0 {
			continue
		}
		replayed := takeFromLogs(t, dir)
		changes += replayed.Changes
		for _, p := range replayed.Inventory.Problems {
			t.Logf("%s: %s", folder.Name(), p)
		}
		known := 0
		for _, r := range replayed.Inventory.Roles {
			if r.TrustPolicy != "" {
				policies++
			}
			known++
		}
		roles += known
		if known == 0 {
			continue
		}
		for _, row := range ask(t, dir, "last_used", queries.Params{Since: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}) {
			if row["state"] == "deleted" {
				t.Errorf("%s: a role is called deleted: %v", folder.Name(), row)
			}
			if row["state"] == "present" {
				known--
			}
		}
		if known != 0 {
			t.Errorf("%s: the report misses %d roles that the logs show", folder.Name(), known)
		}
	}
	t.Logf("%d changes, %d roles, %d trust policies", changes, roles, policies)
	if changes < 60 || roles < 3 || policies < 1 { // most of what they make they delete again
		t.Errorf("only %d changes were replayed into %d roles, %d of them with trust", changes, roles, policies)
	}
}
