package organisation

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// inventoryRole is a role as a test reads it back.
type inventoryRole struct {
	RoleID, ARN, Path        string
	AssumeRolePolicyDocument json.RawMessage
	InstanceProfileList      []json.RawMessage
	PermissionsBoundary      *struct{ PermissionsBoundaryARN string }
	RoleLastUsed             struct{ LastUsedDate string }
}

type inventoryPage struct {
	RoleDetailList []inventoryRole
	Policies       []struct {
		DefaultVersionID  string
		PolicyVersionList []json.RawMessage
	}
	IsTruncated bool
	Marker      string
}

func readInventory(t *testing.T, name string) inventoryPage {
	t.Helper()
	var page inventoryPage
	if err := json.Unmarshal(mustTree(t)["iam/"+name], &page); err != nil {
		t.Fatalf("iam/%s: %v", name, err)
	}
	return page
}

// TestInventoryHoldsThePresentRoles: present in an answer and listed in the
// inventory are the same thing.
func TestInventoryHoldsThePresentRoles(t *testing.T) {
	listed := map[string]inventoryRole{}
	for _, name := range []string{"111111111111.json", "222222222222.json", "333333333333.json"} {
		for _, r := range readInventory(t, name).RoleDetailList {
			listed[r.RoleID] = r
		}
	}
	for _, row := range answerRows[lastUsedRow](t, "last_used.json") {
		r, ok := listed[row.RoleID]
		if ok != (row.State == "present") {
			t.Errorf("%s is %s, in the inventory: %v", row.RoleName, row.State, ok)
		}
		if used := strings.Replace(r.RoleLastUsed.LastUsedDate, "+00:00", "Z", 1); used != deref(row.IAMLastUsed) {
			t.Errorf("%s: RoleLastUsed %q, answer %q", row.RoleName, used, deref(row.IAMLastUsed))
		}
		delete(listed, row.RoleID)
	}
	if len(listed) > 0 {
		t.Errorf("%d roles of the inventory have no answer", len(listed))
	}
}

func TestInventoryDocuments(t *testing.T) {
	for name, encoded := range map[string]bool{"111111111111.json": false, "222222222222.json": true, "333333333333.json": false} {
		profiles, boundaries := 0, 0
		for _, r := range readInventory(t, name).RoleDetailList {
			profiles += len(r.InstanceProfileList)
			if r.PermissionsBoundary != nil {
				boundaries++
			}
			if got := r.AssumeRolePolicyDocument[0] == '"'; got != encoded {
				t.Errorf("%s: trust of %s is a string: %v", name, r.ARN, got)
				continue
			}
			if !json.Valid(decoded(t, r.AssumeRolePolicyDocument)) {
				t.Errorf("%s: trust of %s is no JSON", name, r.ARN)
			}
		}
		if name == "111111111111.json" && (profiles != 2 || boundaries != 1) {
			t.Errorf("%s: %d instance profiles, %d boundaries", name, profiles, boundaries)
		}
	}
}

func decoded(t *testing.T, document json.RawMessage) []byte {
	t.Helper()
	if document[0] != '"' {
		return document
	}
	var text string
	if err := json.Unmarshal(document, &text); err != nil {
		t.Fatal(err)
	}
	plain, err := url.PathUnescape(text)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(plain)
}

// TestInventoryPages: two pages hold what the one file holds.
func TestInventoryPages(t *testing.T) {
	whole, first, second := readInventory(t, "333333333333.json"), readInventory(t, "pages/333333333333-1.json"), readInventory(t, "pages/333333333333-2.json")
	if !first.IsTruncated || first.Marker == "" || second.IsTruncated || second.Marker != "" || whole.IsTruncated {
		t.Error("the first page must be truncated and have a marker, the second and the whole must not")
	}
	if len(first.RoleDetailList) == 0 || len(first.RoleDetailList)+len(second.RoleDetailList) != len(whole.RoleDetailList) || len(second.Policies) != len(whole.Policies) {
		t.Error("the pages do not add up to the whole")
	}
	if n := len(whole.Policies[len(whole.Policies)-1].PolicyVersionList); n != 2 {
		t.Errorf("data-lake-access has %d versions, want 2", n)
	}
}
