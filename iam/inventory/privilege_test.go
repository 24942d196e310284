package inventory

import (
	"net/url"
	"testing"
)

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
		want     Privilege
	}{
		"nothing":               {roleJSON("a"), "", None},
		"nothing, bounded":      {roleJSON("a", boundary), "", None},
		"lists not there":       {`{"Arn":"arn:aws:iam::111111111111:role/a","AttachedManagedPolicies":[]}`, "", Ungraded},
		"lists null":            {roleJSON("a", `"RolePolicyList":null`), "", Ungraded},
		"list unreadable":       {roleJSON("a", `"RolePolicyList":7`), "", Ungraded},
		"inline read":           {roleJSON("a", inlineJSON(readDoc)), "", Ungraded},
		"inline empty":          {roleJSON("a", inlineJSON(`{"Version":"2012-10-17","Statement":[]}`)), "", Ungraded},
		"inline admin":          {roleJSON("a", inlineJSON(readDoc, adminDoc)), "", Admin},
		"inline admin, string":  {roleJSON("a", inlineJSON(quoted(t, adminDoc))), "", Admin},
		"inline admin, encoded": {roleJSON("a", inlineJSON(quoted(t, url.PathEscape(adminDoc)))), "", Admin},
		"beside unreadable one": {roleJSON("a", inlineJSON(`"%7B"`, adminDoc)), "", Admin},
		"bounded":               {roleJSON("a", inlineJSON(adminDoc), boundary), "", Ungraded},
		"boundary unreadable":   {roleJSON("a", inlineJSON(adminDoc), `"PermissionsBoundary":"x"`), "", Ungraded},
		"denied":                {roleJSON("a", inlineJSON(adminDoc, denyDoc)), "", Ungraded},
		"attached admin":        {roleJSON("a", attachedJSON(mine)), policyJSON(mine, adminDoc), Admin},
		"attached, encoded":     {roleJSON("a", attachedJSON(mine)), policyJSON(mine, quoted(t, url.PathEscape(adminDoc))), Admin},
		"not the default":       {roleJSON("a", attachedJSON(mine)), policyJSON(mine, readDoc), Ungraded},
		"default by id": {roleJSON("a", attachedJSON(mine)),
			`{"Arn":"` + mine + `","DefaultVersionId":"v7","PolicyVersionList":[{"VersionId":"v7","Document":` + adminDoc + `}]}`, Admin},
		"attached denies":  {roleJSON("a", attachedJSON(mine), inlineJSON(adminDoc)), policyJSON(mine, denyDoc), Ungraded},
		"policy not here":  {roleJSON("a", attachedJSON(mine)), "", Ungraded},
		"AWS's own":        {roleJSON("a", attachedJSON(theirs)), "", Admin},
		"AWS's, elsewhere": {roleJSON("a", attachedJSON("arn:aws-cn:iam::aws:policy/AdministratorAccess")), "", Admin},
		"namesake":         {roleJSON("a", attachedJSON("arn:aws:iam::111111111111:policy/AdministratorAccess")), "", Ungraded},
		"no ARNs":          {roleJSON("a", attachedJSON("")), policyJSON("", adminDoc), Ungraded},
	} {
		page := `{"Policies":[` + c.policies + `],"RoleDetailList":[` + c.role + `]}`
		if inv := parseText(t, page); inv.Roles[0].Privilege != c.want {
			t.Errorf("%s: got %q, want %q; %q", name, inv.Roles[0].Privilege, c.want, problems(inv))
		}
	}
}

// The policies of all pages and files count, whichever comes first.
func TestPrivilegeAcrossPages(t *testing.T) {
	const mine = "arn:aws:iam::111111111111:policy/mine"
	roles := pageJSON(true, roleJSON("a", attachedJSON(mine)))
	policies := `{"Policies":[` + policyJSON(mine, adminDoc) + `]}`
	r, p := parseText(t, roles), parseText(t, policies)
	if r.Roles[0].Privilege != Ungraded {
		t.Errorf("alone: %q", r.Roles[0].Privilege)
	}
	for way, inv := range map[string]*Inventory{
		"pages": parseText(t, roles+policies), "pages, turned": parseText(t, policies+roles),
		"files": Merge(r, p), "files, turned": Merge(p, r), "twice": Merge(Merge(r), Merge(p, r)),
	} {
		if inv.Roles[0].Privilege != Admin {
			t.Errorf("%s: %q", way, inv.Roles[0].Privilege)
		}
	}
	if r.Roles[0].Privilege != Ungraded {
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
