package inventory

import (
	"net/url"
	"strings"
	"testing"

	"roletrail/iam/action"
	"roletrail/iam/policy"
)

// privilegeOf is the privilege of a role by all policies of its inventory.
func privilegeOf(inv *Inventory, role int) policy.Privilege {
	return NewJudge(inv, action.Embedded(), nil).Role(&inv.Roles[role]).Privilege
}

func inlineJSON(docs ...string) string {
	out := ""
	for i, d := range docs {
		if i > 0 {
			out += ","
		}
		out += `{"PolicyName":"p","PolicyDocument":` + d + `}`
	}
	return `"RolePolicyList":[` + out + `]`
}

func attachedJSON(arns ...string) string {
	out := ""
	for i, a := range arns {
		if i > 0 {
			out += ","
		}
		out += `{"PolicyArn":"` + a + `"}`
	}
	return `"AttachedManagedPolicies":[` + out + `]`
}

func TestPrivilege(t *testing.T) {
	const mine, theirs = "arn:aws:iam::111111111111:policy/mine", "arn:aws:iam::aws:policy/AdministratorAccess"
	const boundary = `"PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111111111111:policy/b"}`
	for name, c := range map[string]struct {
		role     string
		policies string
		want     policy.Privilege
	}{
		"nothing":               {roleJSON("a"), "", policy.None},
		"nothing, bounded":      {roleJSON("a", boundary), "", policy.None},
		"lists not there":       {`{"Arn":"arn:aws:iam::111111111111:role/a","AttachedManagedPolicies":[]}`, "", policy.Ungraded},
		"lists null":            {roleJSON("a", `"RolePolicyList":null`), "", policy.Ungraded},
		"list unreadable":       {roleJSON("a", `"RolePolicyList":7`), "", policy.Ungraded},
		"inline read":           {roleJSON("a", inlineJSON(readDoc)), "", policy.Read},
		"inline empty":          {roleJSON("a", inlineJSON(`{"Version":"2012-10-17","Statement":[]}`)), "", policy.None},
		"inline admin":          {roleJSON("a", inlineJSON(readDoc, adminDoc)), "", policy.Admin},
		"inline admin, string":  {roleJSON("a", inlineJSON(quoted(t, adminDoc))), "", policy.Admin},
		"inline admin, encoded": {roleJSON("a", inlineJSON(quoted(t, url.PathEscape(adminDoc)))), "", policy.Admin},
		"beside unreadable one": {roleJSON("a", inlineJSON(`"%7B"`, adminDoc)), "", policy.Admin},
		"bounded":               {roleJSON("a", inlineJSON(adminDoc), boundary), "", policy.Ungraded},
		"boundary unreadable":   {roleJSON("a", inlineJSON(adminDoc), `"PermissionsBoundary":"x"`), "", policy.Ungraded},
		"denied":                {roleJSON("a", inlineJSON(adminDoc, denyDoc)), "", policy.None},
		"attached admin":        {roleJSON("a", attachedJSON(mine)), policyJSON(mine, adminDoc), policy.Admin},
		"attached, encoded":     {roleJSON("a", attachedJSON(mine)), policyJSON(mine, quoted(t, url.PathEscape(adminDoc))), policy.Admin},
		"not the default":       {roleJSON("a", attachedJSON(mine)), policyJSON(mine, readDoc), policy.Read},
		"default by id": {roleJSON("a", attachedJSON(mine)),
			`{"Arn":"` + mine + `","DefaultVersionId":"v7","PolicyVersionList":[{"VersionId":"v7","Document":` + adminDoc + `}]}`, policy.Admin},
		"attached denies":  {roleJSON("a", attachedJSON(mine), inlineJSON(adminDoc)), policyJSON(mine, denyDoc), policy.None},
		"policy not here":  {roleJSON("a", attachedJSON(mine)), "", policy.Ungraded},
		"AWS's own":        {roleJSON("a", attachedJSON(theirs)), "", policy.Admin},
		"AWS's, elsewhere": {roleJSON("a", attachedJSON("arn:aws-cn:iam::aws:policy/AdministratorAccess")), "", policy.Admin},
		"namesake":         {roleJSON("a", attachedJSON("arn:aws:iam::111111111111:policy/AdministratorAccess")), "", policy.Ungraded},
		"no ARNs":          {roleJSON("a", attachedJSON("")), policyJSON("", adminDoc), policy.Ungraded},
	} {
		page := `{"Policies":[` + c.policies + `],"RoleDetailList":[` + c.role + `]}`
		if inv := parseText(t, page); privilegeOf(inv, 0) != c.want {
			t.Errorf("%s: got %q, want %q; %q", name, privilegeOf(inv, 0), c.want, problems(inv))
		}
	}
}

// The policies of all pages and files count, whichever comes first.
func TestPrivilegeAcrossPages(t *testing.T) {
	const mine = "arn:aws:iam::111111111111:policy/mine"
	roles := pageJSON(true, roleJSON("a", attachedJSON(mine)))
	policies := `{"Policies":[` + policyJSON(mine, adminDoc) + `]}`
	r, p := parseText(t, roles), parseText(t, policies)
	if privilegeOf(r, 0) != policy.Ungraded {
		t.Errorf("alone: %q", privilegeOf(r, 0))
	}
	for way, inv := range map[string]*Inventory{
		"pages": parseText(t, roles+policies), "pages, turned": parseText(t, policies+roles),
		"files": Merge(r, p), "files, turned": Merge(p, r), "twice": Merge(Merge(r), Merge(p, r)),
	} {
		if privilegeOf(inv, 0) != policy.Admin {
			t.Errorf("%s: %q", way, privilegeOf(inv, 0))
		}
	}
	if privilegeOf(r, 0) != policy.Ungraded {
		t.Error("Merge changed its argument")
	}
}

// A managed policy that cannot be read is named, and those who have it stay.
func TestBadManagedPolicy(t *testing.T) {
	for doc, want := range map[string]string{
		`"%7B"`: `"roles.json": page 1: policy "arn:aws:iam::111111111111:policy/p": decoding policy document: unexpected end of JSON input`,
		`{}`:    `"roles.json": page 1: policy "arn:aws:iam::111111111111:policy/p": parsing policy: it has no Statement`,
	} {
		inv := parseText(t, `{"RoleDetailList":[`+roleJSON("a")+`],"Policies":[`+policyJSON("arn:aws:iam::111111111111:policy/p", doc)+`]}`)
		if got := problems(inv); len(got) != 1 || got[0] != want || names(inv) != "a" {
			t.Errorf("%s: %q", doc, got)
		}
	}
	inv := parseText(t, `{"RoleDetailList":[],"Policies":[7,{"Arn":"arn:aws:iam::111111111111:policy/p"}]}`)
	if len(inv.Problems) != 3 {
		t.Errorf("%q", problems(inv))
	}
}

// A control policy that names roles, or spares some, is held against each role: it
// takes nothing from those that it is not about.
func TestControlPolicyForSomeRoles(t *testing.T) {
	roles := []string{"admin-anna", "builder", "quarantine-scan"} // as they are sorted
	var texts []string
	for _, name := range roles {
		texts = append(texts, roleJSON(name, inlineJSON(adminDoc)))
	}
	inv := parseText(t, inventoryJSON(strings.Join(texts, ","), ""))
	full := ControlPolicy{Policy: Policy{Name: "all", Document: adminDoc}}
	deny := func(actions, operator, arn string) ControlPolicy {
		condition := `,"Condition":{"` + operator + `":{"aws:PrincipalArn":"` + arn + `"}}`
		return ControlPolicy{Policy: Policy{Name: "some", Document: document("Deny", actions, "*", condition)}}
	}
	for name, c := range map[string]struct {
		scp  ControlPolicy
		want []policy.Privilege
	}{
		"quarantine":     {deny(`"*"`, "ArnLike", "arn:aws:iam::*:role/quarantine-scan"), []policy.Privilege{policy.Admin, policy.Admin, policy.None}},
		"unless admin":   {deny(`"*"`, "ArnNotLike", "arn:aws:iam::*:role/admin-*"), []policy.Privilege{policy.Admin, policy.None, policy.None}},
		"in part":        {deny(`["s3:*","iam:*"]`, "StringLike", "*/quarantine-*"), []policy.Privilege{policy.Admin, policy.Admin, policy.Admin}},
		"of the request": {deny(`"*"`, "StringNotEquals", "${aws:PrincipalTag/owner}"), []policy.Privilege{policy.Permissions, policy.Permissions, policy.Permissions}},
	} {
		judge := NewJudge(inv, action.Embedded(), [][]ControlPolicy{{full, c.scp}})
		for i, want := range c.want {
			if got := judge.Role(&inv.Roles[i]).Privilege; got != want {
				t.Errorf("%s: %s is %q, want %q", name, roles[i], got, want)
			}
		}
	}
}
