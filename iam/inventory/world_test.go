package inventory

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const (
	adminDoc = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	readDoc  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}`
	denyDoc  = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`
	trustDoc = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

// roleJSON is a role of account 111111111111; extra are further keys as JSON
// text, which win over the defaults.
func roleJSON(name string, extra ...string) string {
	return accountRoleJSON("111111111111", name, extra...)
}

func accountRoleJSON(account, name string, extra ...string) string {
	id := fmt.Sprintf("AROA%017X", fnv(account+name))
	fields := append([]string{
		`"Path":"/"`, `"RoleName":"` + name + `"`, `"RoleId":"` + id + `"`,
		`"Arn":"arn:aws:iam::` + account + `:role/` + name + `"`, `"CreateDate":"2026-01-02T03:04:05Z"`,
		`"AssumeRolePolicyDocument":` + trustDoc, `"RolePolicyList":[]`, `"AttachedManagedPolicies":[]`,
	}, extra...)
	return "{" + strings.Join(fields, ",") + "}"
}

func fnv(s string) (h uint32) {
	h = 2166136261
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// pageJSON is a page with these roles.
func pageJSON(truncated bool, roles ...string) string {
	return fmt.Sprintf(`{"UserDetailList":[],"GroupDetailList":[],"RoleDetailList":[%s],"Policies":[],"IsTruncated":%t,"Marker":"m"}`,
		strings.Join(roles, ","), truncated)
}

func policyJSON(arn, doc string) string {
	return `{"Arn":"` + arn + `","DefaultVersionId":"v2","PolicyVersionList":[` +
		`{"VersionId":"v1","IsDefaultVersion":false,"Document":` + adminDoc + `},` +
		`{"VersionId":"v2","IsDefaultVersion":true,"Document":` + doc + `}]}`
}

func parseText(t *testing.T, text string) *Inventory {
	t.Helper()
	inv, err := Parse(strings.NewReader(text), "roles.json", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	checkBalance(t, inv)
	return inv
}

// parseRole parses a page with one role.
func parseRole(t *testing.T, role string) (Role, []string) {
	t.Helper()
	inv := parseText(t, pageJSON(false, role))
	if len(inv.Roles) != 1 {
		t.Fatalf("got %d roles of %s", len(inv.Roles), role)
	}
	return inv.Roles[0], problems(inv)
}

func problems(inv *Inventory) []string {
	var out []string
	for _, p := range inv.Problems {
		out = append(out, p.String())
	}
	return out
}

// checkBalance holds what is promised of every inventory.
func checkBalance(t *testing.T, inv *Inventory) {
	t.Helper()
	if inv.Read != len(inv.Roles)+inv.Duplicates+inv.Lost {
		t.Fatalf("%d read, but %d roles + %d duplicates + %d lost", inv.Read, len(inv.Roles), inv.Duplicates, inv.Lost)
	}
}

func names(inv *Inventory) string {
	var out []string
	for _, r := range inv.Roles {
		out = append(out, r.Name)
	}
	return strings.Join(out, " ")
}

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func quoted(t *testing.T, s string) string {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
