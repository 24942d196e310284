package inventory

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"roletrail/iam"
)

// FuzzParse: any bytes give an error that names the file, or an inventory that
// keeps what its documentation promises.
func FuzzParse(f *testing.F) {
	page := pageJSON(true, roleJSON("a", `"Tags":[{"Key":"k","Value":"v"}]`, `"RoleLastUsed":{"LastUsedDate":0,"Region":"r"}`))
	for _, seed := range []string{
		page, "[" + page + "]", page + pageJSON(false, roleJSON("a"), roleJSON("b")), string(zipped(f, page)),
		`{"RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role/x","AssumeRolePolicyDocument":"%7B%22Statement%22:[]%7D"}]}`,
		`{"Policies":[` + policyJSON("arn:aws:iam::111111111111:policy/p", adminDoc) + `],"RoleDetailList":[null,7,{}]}`,
		`{"RoleDetailList":[` + roleJSON("a", inlineJSON(adminDoc), attachedJSON("arn:aws:iam::aws:policy/AdministratorAccess")) + `]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		inv, err := Parse(bytes.NewReader(raw), "fuzzed.json", Limits{Bytes: 1 << 20, Roles: 100})
		if err != nil {
			if inv != nil || !strings.HasPrefix(err.Error(), `reading inventory "fuzzed.json": `) {
				t.Fatalf("%v, %v", inv, err)
			}
			return
		}
		checkBalance(t, inv)
		for i, r := range inv.Roles {
			checkRole(t, r)
			if i > 0 && inv.Roles[i-1].ARN >= r.ARN {
				t.Fatalf("%q is not before %q", inv.Roles[i-1].ARN, r.ARN)
			}
		}
		if twice := Merge(inv, inv); !reflect.DeepEqual(twice.Roles, inv.Roles) {
			t.Fatal("merged with itself it is another")
		}
	})
}

// checkRole holds what is promised of the fields of a role.
func checkRole(t *testing.T, r Role) {
	t.Helper()
	a, err := iam.ParseARN(r.ARN)
	if err != nil || !iam.IsAccountID(r.AccountID) || a.AccountID != r.AccountID || a.Resource != "role"+r.Path+r.Name {
		t.Fatalf("%+v: %v", r, err)
	}
	if r.RoleID != "" && !iam.IsRoleID(r.RoleID) || r.Kind == "" {
		t.Fatalf("%+v", r)
	}
	for _, doc := range []string{r.Tags, r.TrustPolicy} {
		if doc != "" && (!json.Valid([]byte(doc)) || doc[0] != '{') {
			t.Fatalf("%q is no JSON object", doc)
		}
	}
	for _, text := range []string{r.ARN, r.Tags, r.TrustPolicy, r.Boundary, r.LastUsedRegion} {
		if !utf8.ValidString(text) {
			t.Fatalf("%q is not UTF-8", text)
		}
	}
}
