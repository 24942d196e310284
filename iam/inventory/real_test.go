package inventory

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/iam/action"
	"roletrail/iam/policy"
)

const realFolder = "../../../shared/realdata/iam"

// realInventories are the files with a RoleDetailList, as an independent reading
// of the folder finds them, with what they say.
func realInventories(t *testing.T) map[string]oracle {
	t.Helper()
	if _, err := os.Stat(realFolder); os.IsNotExist(err) {
		t.Skip("the real inventories are not on this machine")
	}
	found := map[string]oracle{}
	err := filepath.WalkDir(realFolder, func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var o oracle
		if json.Unmarshal(raw, &o) == nil && o.RoleDetailList != nil {
			o.raw = raw
			rel, err := filepath.Rel(realFolder, path)
			found[filepath.ToSlash(rel)] = o
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// oracle reads an inventory the slow and obvious way.
type oracle struct {
	raw            []byte
	RoleDetailList []map[string]any
	Policies       []map[string]any
}

func (o oracle) dated() (n int) {
	for _, r := range o.RoleDetailList {
		if used, ok := r["RoleLastUsed"].(map[string]any); ok && used["LastUsedDate"] != nil {
			n++
		}
	}
	return n
}

// TestRealInventories: every role of every real inventory comes out, with what
// it was said to be.
func TestRealInventories(t *testing.T) {
	found := realInventories(t)
	if len(found) < 15 {
		t.Fatalf("only %d inventories found", len(found))
	}
	for path, o := range found {
		inv, err := Parse(bytes.NewReader(o.raw), path, Limits{})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		checkBalance(t, inv)
		if len(inv.Roles) != len(o.RoleDetailList) || inv.Lost+inv.Duplicates > 0 {
			t.Errorf("%s: %d roles, want %d", path, len(inv.Roles), len(o.RoleDetailList))
		}
		for _, want := range o.RoleDetailList {
			compareRole(t, path, inv, want)
		}
		for _, p := range problems(inv) {
			if !strings.Contains(p, "role id") { // some of the files have made-up ids
				t.Errorf("%s: %s", path, p)
			}
		}
	}
}

// compareRole finds the role that JSON describes and compares what is text there.
func compareRole(t *testing.T, path string, inv *Inventory, want map[string]any) {
	t.Helper()
	for _, r := range inv.Roles {
		if r.ARN != want["Arn"] {
			continue
		}
		if r.Name != want["RoleName"] || r.Path != want["Path"] || r.RoleID != "" && r.RoleID != want["RoleId"] || r.Kind == "" {
			t.Errorf("%s: got %+v, want %v", path, r, want)
		}
		doc, err := json.Marshal(want["AssumeRolePolicyDocument"])
		if err != nil {
			t.Fatal(err)
		}
		var got any
		if json.Unmarshal([]byte(r.TrustPolicy), &got) != nil || mustJSON(t, got) != string(doc) {
			t.Errorf("%s: %s: trust policy %s, want %s", path, r.Name, r.TrustPolicy, doc)
		}
		if said := want["CreateDate"].(string); r.CreatedAt.Format("2006-01-02 15:04:05") != strings.Replace(said[:19], "T", " ", 1) {
			t.Errorf("%s: %s: created %v, want %s", path, r.Name, r.CreatedAt, said)
		}
		return
	}
	t.Errorf("%s: role %v is missing", path, want["Arn"])
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestLargestRealInventory holds the figures of the largest real inventory, which
// were counted by hand and with other tools.
func TestLargestRealInventory(t *testing.T) {
	o, ok := realInventories(t)["cloudsplaining/examples/files/example.json"]
	if !ok {
		t.Fatal("the inventory is missing")
	}
	inv := parseText(t, string(o.raw))
	used, kinds, grades := 0, map[string]int{}, map[policy.Privilege]int{}
	judge := NewJudge(inv, action.Embedded(), nil)
	for i, r := range inv.Roles {
		if !r.LastUsed.IsZero() && r.LastUsedRegion != "" {
			used++
		}
		kinds[string(r.Kind)]++
		grades[judge.Role(&inv.Roles[i]).Privilege]++
	}
	if len(inv.Roles) != 78 || used != 26 || o.dated() != used {
		t.Errorf("%d roles, %d used, %d dated; want 78, 26, 26", len(inv.Roles), used, o.dated())
	}
	if got, want := mustJSON(t, kinds), realKinds; got != want {
		t.Errorf("kinds are %s, want %s", got, want)
	}
	if got, want := mustJSON(t, grades), realGrades; got != want {
		t.Errorf("privileges are %s, want %s", got, want)
	}
	// Three of its roles belong to a second account and have made-up ids.
	if len(inv.Problems) != 3 || len(inv.Incomplete) > 0 || len(inv.Accounts) != 2 {
		t.Errorf("%q %q %q", problems(inv), inv.Incomplete, inv.Accounts)
	}
}

const (
	realKinds  = `{"cross_account":2,"instance_profile":2,"permission_set":2,"same_account":45,"service":19,"service_linked":8}`
	realGrades = `{"admin":41,"none":6,"permissions":24,"read":1,"write":6}`
)

// TestRealEscalations: an inventory by other hands has a role for each of many ways
// to become an administrator, named after it, and roles that only look so (fp…).
func TestRealEscalations(t *testing.T) {
	o, ok := realInventories(t)["cloudsplaining/examples/files/example.json"]
	if !ok {
		t.Fatal("the inventory is missing")
	}
	inv := parseText(t, string(o.raw))
	judge := NewJudge(inv, action.Embedded(), nil)
	// These need more than the role has by itself: another principal, an instance, or
	// a stack that exists.
	others := map[string]bool{
		"privesc-AssumeRole-intermediate-role": true, "privesc-AssumeRole-starting-role": true, "privesc-CloudFormationUpdateStack-role": true,
		"privesc-ec2InstanceConnect-role": true, "privesc-permissive-role-trust": true,
	}
	ways, lookalikes := 0, 0
	for i := range inv.Roles {
		r := &inv.Roles[i]
		g := judge.Role(r)
		switch {
		case others[r.Name]:
		case strings.HasPrefix(r.Name, "privesc"):
			if ways++; g.Privilege != policy.Admin || g.Path == "" {
				t.Errorf("%s: %q %q", r.Name, g.Privilege, g.Path)
			}
		case strings.HasPrefix(r.Name, "fp"):
			if lookalikes++; g.Privilege == policy.Admin {
				t.Errorf("%s is no administrator, yet %q", r.Name, g.Path)
			}
		}
	}
	if ways < 25 || lookalikes < 5 {
		t.Errorf("%d ways and %d lookalikes were seen", ways, lookalikes)
	}
}
