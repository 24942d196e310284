package pipeline_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"roletrail/iam/action"
	"roletrail/iam/inventory"
	"roletrail/iam/trust"
	"roletrail/parquet"
	"roletrail/pipeline"
)

// TestInventoryTables: what an inventory says of roles is what the lake says of them,
// row by row, for all roles of the test organisation.
func TestInventoryTables(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	takeInventory(t, dir)
	inv := organisationInventory(t)
	judge := inventory.NewJudge(inv, action.Embedded(), nil)
	want := map[string]int{}
	for i := range inv.Roles {
		r := &inv.Roles[i]
		judgement := judge.Role(r)
		attached, _ := r.AttachedPolicies()
		want[text("role", r.ARN, judgement.Privilege, judgement.Path, append([]string{}, attached...))]++
		for p := range judgement.Permissions() {
			want[text("permission", r.RoleID, p.Action, p.Effect, p.IsPattern, p.Via, p.Resources, p.GrantedAt)]++
		}
		rows, err := trust.Parse(r.TrustPolicy)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows.Rows {
			want[text("trust", r.RoleID, row.Statement, row.Effect, row.PrincipalKind, row.PrincipalKey, row.Actions)]++
		}
		for _, c := range rows.Conditions {
			want[text("condition", r.RoleID, c.Statement, c.Key, c.Operator, c.Negated, c.Pattern, c.Values)]++
		}
	}
	got := map[string]int{}
	for question, row := range map[string]func(map[string]any) string{
		`select arn, privilege, coalesce(privilege_path, '') as path, attached_policies from roles`: func(r map[string]any) string {
			return text("role", r["arn"], r["privilege"], r["path"], r["attached_policies"])
		},
		`select role_id, action, effect, is_pattern, via, resources, granted_at from role_permissions`: func(r map[string]any) string {
			return text("permission", r["role_id"], r["action"], r["effect"], r["is_pattern"], r["via"], r["resources"], r["granted_at"])
		},
		`select role_id, statement, effect, principal_kind, coalesce(principal_key, '') as key, actions from role_trust`: func(r map[string]any) string {
			return text("trust", r["role_id"], r["statement"], r["effect"], r["principal_kind"], r["key"], r["actions"])
		},
		`select role_id, statement, key, operator, negated, coalesce(pattern, '') as pattern, condition_values from role_trust_conditions`: func(r map[string]any) string {
			return text("condition", r["role_id"], r["statement"], r["key"], r["operator"], r["negated"], r["pattern"], r["condition_values"])
		},
	} {
		for _, r := range askSQL(t, dir, question) {
			got[row(r)]++
		}
	}
	differences := 0
	for key, n := range want {
		if got[key] != n {
			if differences++; differences < 10 {
				t.Errorf("%d times in the lake, not %d: %s", got[key], n, key)
			}
		}
	}
	if len(got) != len(want) || len(want) < 10_000 {
		t.Errorf("the lake has %d different rows, the inventory %d", len(got), len(want))
	}
}

// TestUnlistedPolicies: a role whose inventory does not say which policies it has must
// not look like one without any, and one that has a policy that cannot be read not like
// one that may do less, or that trusts nobody.
func TestUnlistedPolicies(t *testing.T) {
	const roles = `{"RoleDetailList":[
		{"Arn":"arn:aws:iam::111111111111:role/bare","RolePolicyList":[],"AttachedManagedPolicies":[]},
		{"Arn":"arn:aws:iam::111111111111:role/broken","AssumeRolePolicyDocument":"%7Bbroken","RolePolicyList":[{"PolicyName":"p","PolicyDocument":"%7B"}],"AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::111111111111:policy/m"}]},
		{"Arn":"arn:aws:iam::111111111111:role/unlisted","RolePolicyList":[]}]}`
	inv, err := inventory.Parse(strings.NewReader(roles), "roles.json", inventory.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "lake")
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pipeline.IngestInventory(t.Context(), lake, inv, pipeline.InventoryOptions{At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Version: "test"})
	if err := errors.Join(err, lake.Close()); err != nil {
		t.Fatal(err)
	}
	got := askSQL(t, dir, "select name, attached_policies is null as unlisted, cardinality(attached_policies) as attached, unread_policies as unread from roles order by name")
	want := []map[string]any{
		{"name": "bare", "unlisted": false, "attached": int64(0), "unread": []any{}},
		{"name": "broken", "unlisted": false, "attached": int64(1), "unread": []any{"arn:aws:iam::111111111111:policy/m", "inline:p"}},
		{"name": "unlisted", "unlisted": true, "attached": nil, "unread": []any{"…"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	trusted := askSQL(t, dir, "select split_part(role_arn, '/', 2) as name, effect, principal_kind from role_trust order by all")
	if want := []map[string]any{{"name": "broken", "effect": "allow", "principal_kind": "unknown"}, {"name": "broken", "effect": "deny", "principal_kind": "unknown"}}; !reflect.DeepEqual(trusted, want) {
		t.Errorf("got %v, want %v", trusted, want)
	}
}

// text writes values so that those of the lake and of the inventory look alike.
func text(values ...any) string {
	for i, v := range values {
		switch v := v.(type) {
		case time.Time:
			values[i] = v.UTC().Format(time.RFC3339Nano)
		case []any, []string:
			list, err := json.Marshal(v)
			if err != nil {
				panic(err) // lists of text always encode
			}
			values[i] = string(list)
		}
	}
	return fmt.Sprintln(values...)
}

// askSQL runs a statement over the lake's views.
func askSQL(t *testing.T, dir, statement string) (out []map[string]any) {
	t.Helper()
	engine := openEngine(t, dir)
	rows, err := engine.SQL(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		row := map[string]any{}
		for i, c := range rows.Columns() {
			row[c.Name] = rows.Row()[i]
		}
		out = append(out, row)
	}
	if rows.Err() != nil || len(out) == 0 {
		t.Fatalf("%d rows, %v", len(out), rows.Err())
	}
	return out
}
