package inventory

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/iam/action"
	"roletrail/iam/policy"
)

func document(effect, action, resource, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"one","Effect":"` + effect + `","Action":` + action + `,"Resource":"` + resource + `"` + more + `}]}`
}

// permissionsOf are the permissions of role a, a text each.
func permissionsOf(t *testing.T, page string, levels ...[]ControlPolicy) (texts []string, j *Judge) {
	t.Helper()
	inv := parseText(t, page)
	j = NewJudge(inv, action.Embedded(), levels)
	for p := range j.Role(&inv.Roles[0]).Permissions() {
		pattern := ""
		if p.IsPattern {
			pattern = " pattern"
		}
		texts = append(texts, fmt.Sprintf("%s %s%s via %s on %s since %s", p.Action, p.Effect, pattern,
			strings.Join(p.Via, ","), strings.Join(p.Resources, ","), p.GrantedAt.Format(time.DateOnly)))
	}
	return texts, j
}

func inventoryJSON(roles, policies string) string {
	return `{"RoleDetailList":[` + roles + `],"Policies":[` + policies + `]}`
}

const mineARN, boundARN = "arn:aws:iam::111111111111:policy/mine", "arn:aws:iam::111111111111:policy/bound"

func TestPermissions(t *testing.T) {
	inline := inlineJSON(document("Allow", `["SQS:sendmessage","sqs:SendMessage"]`, "arn:aws:sqs:*:*:jobs", ""))
	mine := policyJSON(mineARN, document("Allow", `["sqs:SendMessage","sqs:GetQueueUrl"]`, "*", ""))
	for name, c := range map[string]struct {
		page   string
		levels [][]ControlPolicy
		want   []string
	}{
		"inline":              {inventoryJSON(roleJSON("a", inline), ""), nil, []string{"sqs:SendMessage allowed via inline:p#one on arn:aws:sqs:*:*:jobs since 2026-01-02"}},
		"inline and attached": {inventoryJSON(roleJSON("a", inline, attachedJSON(mineARN)), mine), nil, []string{"sqs:GetQueueUrl allowed via " + mineARN + "#one on * since 2026-01-02", "sqs:SendMessage allowed via " + mineARN + "#one,inline:p#one on * since 2026-01-02"}},
		"bounded": {inventoryJSON(roleJSON("a", attachedJSON(mineARN), `"PermissionsBoundary":{"PermissionsBoundaryArn":"`+boundARN+`"}`), mine+","+policyJSON(boundARN, document("Allow", `"sqs:Get*"`, "*", ""))),
			nil, []string{"sqs:GetQueueUrl allowed via " + mineARN + "#one on * since 2026-01-02"}},
		"capped by a control policy": {inventoryJSON(roleJSON("a", attachedJSON(mineARN)), mine), [][]ControlPolicy{
			{{Policy: Policy{Name: "all", Document: adminDoc}}, {Policy: Policy{Name: "no", Document: document("Deny", `"sqs:Send*"`, "*", "")}}}},
			[]string{"sqs:GetQueueUrl allowed via " + mineARN + "#one on * since 2026-01-02"}},
		"not allowed by a level": {inventoryJSON(roleJSON("a", attachedJSON(mineARN)), mine), [][]ControlPolicy{
			{{Policy: Policy{Name: "all", Document: adminDoc}}}, {{Policy: Policy{Name: "s3", Document: readDoc}}}}, nil},
		"resource control policy": {inventoryJSON(roleJSON("a", inline), ""), [][]ControlPolicy{
			{{Policy: Policy{Name: "no", Document: document("Deny", `"sqs:*"`, "*", "")}, Resource: true}}},
			[]string{"sqs:SendMessage conditional via inline:p#one on arn:aws:sqs:*:*:jobs since 2026-01-02"}},
		"under a condition": {inventoryJSON(roleJSON("a", inlineJSON(document("Allow", `"sqs:SendMessage"`, "*", `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`))), ""),
			nil, []string{"sqs:SendMessage conditional via inline:p#one on * since 2026-01-02"}},
		"unknown service": {inventoryJSON(roleJSON("a", inlineJSON(document("Allow", `"nosuchservice:Do*"`, "*", ""))), ""),
			nil, []string{"nosuchservice:Do* allowed pattern via inline:p#one on * since 2026-01-02"}},
	} {
		if got, _ := permissionsOf(t, c.page, c.levels...); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

// Without events nobody knows which of the older versions was the default one. A grant
// is as old as the policy where all of them have it (design 9.21), else as the default
// version (9.11), also where one of them that need never have been the default has it.
func TestGrantAge(t *testing.T) {
	version := func(id string, isDefault bool, date string, actions string) string {
		return fmt.Sprintf(`{"VersionId":%q,"IsDefaultVersion":%t,"CreateDate":%q,"Document":%s}`, id, isDefault, date, document("Allow", actions, "*", ""))
	}
	policies := `{"Arn":"` + mineARN + `","PolicyVersionList":[` + strings.Join([]string{
		version("v4", false, "2026-05-01T00:00:00Z", `["sqs:SendMessage","sqs:DeleteMessage"]`), // perhaps the default until it was taken back
		version("v3", true, "2026-04-01T00:00:00Z", `["sqs:SendMessage","sqs:GetQueueUrl","sqs:ReceiveMessage","sqs:PurgeQueue"]`),
		version("v1", false, "2026-02-01T00:00:00Z", `["sqs:SendMessage","sqs:GetQueueUrl"]`),
		version("v2", false, "2026-03-01T00:00:00Z", `["sqs:SendMessage","sqs:PurgeQueue"]`),
	}, ",") + `]}`
	want := []string{
		"sqs:GetQueueUrl allowed via " + mineARN + "#one on * since 2026-04-01",
		"sqs:PurgeQueue allowed via " + mineARN + "#one on * since 2026-04-01", // v2 has it and v1 has not: v2 may never have been the default
		"sqs:ReceiveMessage allowed via " + mineARN + "#one on * since 2026-04-01",
		"sqs:SendMessage allowed via " + mineARN + "#one on * since 2026-02-01",
	}
	if got, _ := permissionsOf(t, inventoryJSON(roleJSON("a", attachedJSON(mineARN)), policies)); !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	// The role is younger than the policy.
	young := roleJSON("a", attachedJSON(mineARN), `"CreateDate":"2026-06-01T00:00:00Z"`)
	got, _ := permissionsOf(t, inventoryJSON(young, policies))
	for _, text := range got {
		if !strings.HasSuffix(text, "since 2026-06-01") {
			t.Errorf("older than the role: %s", text)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d permissions", len(got))
	}
}

// TestOlderVersions: what is not known of older versions makes no grant older than the
// default one.
func TestOlderVersions(t *testing.T) {
	const granted, other = `"sqs:SendMessage"`, `"sqs:DeleteMessage"`
	type v struct{ id, date, actions string }
	for name, c := range map[string]struct {
		isDefault string
		versions  []v
		want      string
	}{
		"the first":                       {"v1", []v{{"v1", "01-10", granted}}, "01-10"},
		"the first, others made since":    {"v1", []v{{"v1", "01-10", granted}, {"v2", "01-20", other}}, "01-10"},
		"all grant it":                    {"v3", []v{{"v1", "01-10", granted}, {"v2", "01-20", granted}, {"v3", "01-30", granted}}, "01-10"},
		"never the default":               {"v3", []v{{"v1", "01-10", other}, {"v2", "01-20", granted}, {"v3", "01-30", granted}}, "01-30"},
		"one between does not":            {"v3", []v{{"v1", "01-10", granted}, {"v2", "01-20", other}, {"v3", "01-30", granted}}, "01-30"},
		"a younger one does not":          {"v2", []v{{"v1", "01-10", granted}, {"v2", "01-20", granted}, {"v3", "01-30", other}}, "01-20"},
		"a younger one does too":          {"v2", []v{{"v1", "01-10", granted}, {"v2", "01-20", granted}, {"v3", "01-30", granted}}, "01-10"},
		"the first was deleted":           {"v3", []v{{"v2", "01-20", granted}, {"v3", "01-30", granted}}, "01-30"},
		"one between was deleted":         {"v3", []v{{"v1", "01-10", granted}, {"v3", "01-30", granted}}, "01-30"},
		"one has no date":                 {"v2", []v{{"v1", "", granted}, {"v2", "01-20", granted}}, "01-20"},
		"dates against the numbers":       {"v2", []v{{"v1", "01-30", granted}, {"v2", "01-20", granted}}, "01-20"},
		"a version that is no number":     {"vx", []v{{"v1", "01-10", granted}, {"vx", "01-20", granted}}, "01-20"},
		"a version with too large number": {"v9999999999", []v{{"v1", "01-10", granted}, {"v9999999999", "01-20", granted}}, "01-20"},
	} {
		var versions []string
		for _, v := range c.versions {
			date := ""
			if v.date != "" {
				date = `"CreateDate":"2026-` + v.date + `T00:00:00Z",`
			}
			versions = append(versions, fmt.Sprintf(`{"VersionId":%q,"IsDefaultVersion":%t,%s"Document":%s}`, v.id, v.id == c.isDefault, date, document("Allow", v.actions, "*", "")))
		}
		role := roleJSON("a", attachedJSON(mineARN), `"CreateDate":"2026-01-01T00:00:00Z"`)
		got, _ := permissionsOf(t, inventoryJSON(role, `{"Arn":"`+mineARN+`","PolicyVersionList":[`+strings.Join(versions, ",")+`]}`))
		if want := []string{"sqs:SendMessage allowed via " + mineARN + "#one on * since 2026-" + c.want}; !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
		}
	}
}

// A managed policy that roles have and the inventory does not is named, once.
func TestMissingPolicies(t *testing.T) {
	inv := parseText(t, inventoryJSON(roleJSON("a", attachedJSON(mineARN, "arn:aws:iam::aws:policy/AdministratorAccess"))+","+roleJSON("b", attachedJSON(mineARN)), ""))
	j := NewJudge(inv, action.Embedded(), nil)
	for i := range inv.Roles {
		j.Role(&inv.Roles[i])
	}
	const want = `policy "` + mineARN + `": roles have it, but the inventory does not: what it grants is not known; make the inventory without --filter`
	if got := j.Problems(); len(got) != 1 || got[0].String() != want {
		t.Errorf("%q", got)
	}
	if p := j.Role(&inv.Roles[0]).Privilege; p != policy.Admin {
		t.Errorf("with AdministratorAccess: %q", p)
	}
	if p := j.Role(&inv.Roles[1]).Privilege; p != policy.Ungraded {
		t.Errorf("with a policy that is not known: %q", p)
	}
}

func TestPoliciesOf(t *testing.T) {
	inv := parseText(t, inventoryJSON(roleJSON("b", attachedJSON(mineARN), inlineJSON(readDoc))+","+
		roleJSON("a", attachedJSON(mineARN, "arn:aws:iam::aws:policy/AdministratorAccess"), inlineJSON(readDoc), `"PermissionsBoundary":{"PermissionsBoundaryArn":"`+boundARN+`"}`),
		policyJSON(mineARN, readDoc)+","+policyJSON(boundARN, readDoc)+","+policyJSON("arn:aws:iam::111111111111:policy/nobody", readDoc)))
	j := NewJudge(inv, action.Embedded(), [][]ControlPolicy{{{Policy: Policy{Name: "cap", Document: denyDoc}}}})
	var got []string
	for _, p := range j.PoliciesOf("111111111111") {
		got = append(got, fmt.Sprint(p.Kind, " ", p.ARN, p.Name, " ", p.Role, " ", p.VersionID, " ", p.Document != ""))
	}
	want := []string{
		"aws_managed arn:aws:iam::aws:policy/AdministratorAccess   true",
		"customer_managed " + boundARN + "  v2 true",
		"customer_managed " + mineARN + "  v2 true",
		"inline p arn:aws:iam::111111111111:role/a  true",
		"inline p arn:aws:iam::111111111111:role/b  true",
		"scp cap   true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}
