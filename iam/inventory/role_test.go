package inventory

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"roletrail/iam/policy"
	"roletrail/iam/trust"
)

func TestRole(t *testing.T) {
	role, problems := parseRole(t, `{
		"Path": "/team/", "RoleName": "app", "RoleId": "AROA1234567890EXAMPLE",
		"Arn": "arn:aws:iam::111111111111:role/team/app",
		"CreateDate": "2025-01-02 03:04:05+00:00",
		"AssumeRolePolicyDocument": `+trustDoc+`,
		"InstanceProfileList": [], "RolePolicyList": [],
		"AttachedManagedPolicies": {"PolicyName": "x", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
		"MaxSessionDuration": 7200,
		"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111111111111:policy/b"},
		"Tags": [{"Key": "team", "Value": "a<b>&\"c\""}, {"Key": "cost", "Value": ""}],
		"RoleLastUsed": {"LastUsedDate": "2026-01-31T12:00:00+02:00", "Region": "eu-west-1"}
	}`)
	role.perms = permissions{}
	want := Role{
		ARN: "arn:aws:iam::111111111111:role/team/app", AccountID: "111111111111", Path: "/team/", Name: "app",
		RoleID: "AROA1234567890EXAMPLE", CreatedAt: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC),
		Kind: trust.Service, MaxSession: 7200, Boundary: "arn:aws:iam::111111111111:policy/b",
		Tags: `{"cost":"","team":"a<b>&\"c\""}`, TrustPolicy: trustDoc,
		LastUsed: time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC), LastUsedRegion: "eu-west-1",
	}
	if !reflect.DeepEqual(role, want) || len(problems) > 0 {
		t.Errorf("got  %+v\nwant %+v\n%q", role, want, problems)
	}
}

// An ARN is enough for a row; everything else is unknown, not guessed.
func TestBareRole(t *testing.T) {
	role, _ := parseRole(t, `{"Arn":"arn:aws:iam::111111111111:role/x"}`)
	want := Role{ARN: "arn:aws:iam::111111111111:role/x", AccountID: "111111111111", Path: "/", Name: "x", Kind: trust.Unknown}
	if !reflect.DeepEqual(role, want) {
		t.Errorf("got %+v\nwant %+v", role, want)
	}
}

func TestTrustPolicyForms(t *testing.T) {
	for form, raw := range map[string]string{
		"string":      quoted(t, trustDoc),
		"URL-encoded": quoted(t, strings.ReplaceAll(url.QueryEscape(trustDoc), "+", "%20")),
		"indented":    strings.ReplaceAll(trustDoc, ",", ",\n  "),
	} {
		role, problems := parseRole(t, roleJSON("a", `"AssumeRolePolicyDocument":`+raw))
		if role.TrustPolicy != trustDoc || role.Kind != trust.Service || len(problems) > 0 {
			t.Errorf("%s: %+v, %q", form, role, problems)
		}
	}
}

func TestKindFromProfileList(t *testing.T) {
	for list, want := range map[string]trust.Kind{
		`[]`: trust.Service,
		`[{"Arn":"arn:aws:iam::111111111111:instance-profile/p","Roles":[{"RoleName":"a"}]}]`: trust.InstanceProfile,
		`{"Arn":"arn:aws:iam::111111111111:instance-profile/p"}`:                              trust.InstanceProfile,
	} {
		if role, problems := parseRole(t, roleJSON("a", `"InstanceProfileList":`+list)); role.Kind != want || len(problems) > 0 {
			t.Errorf("%s: %s, %q; want %s", list, role.Kind, problems, want)
		}
	}
}

// TestBadParts: a bad part is named and never hides the role, nor its other
// parts.
func TestBadParts(t *testing.T) {
	for extra, want := range map[string]string{
		`"AssumeRolePolicyDocument":"<URL-encoded-JSON>"`: `trust policy: decoding policy document: it begins with "<URL-encoded-JSON>" where a JSON object is expected`,
		`"AssumeRolePolicyDocument":null`:                 `trust policy: there is no policy document`,
		`"AssumeRolePolicyDocument":{}`:                   `reading trust policy: parsing policy: it has no Statement`,
		`"RoleId":"MyRole"`:                               `role id: "MyRole" is not of the form AROA…; use in the logs is found by ARN only`,
		`"RoleName":"other"`:                              `name: "other" is not the one of the ARN, which is taken`,
		`"Path":"/aws-service-role/x/"`:                   `path: "/aws-service-role/x/" is not the one of the ARN, which is taken`,
		`"Path":7`:                                        `Path is a number where something else is expected`,
		`"CreateDate":"soon"`:                             `creation date: "soon" is not a date like 2026-01-31T12:00:00Z`,
		`"RoleLastUsed":{"LastUsedDate":[]}`:              `last use: "[]" is not a date like 2026-01-31T12:00:00Z`,
		`"RoleLastUsed":7`:                                `RoleLastUsed is a number where something else is expected`,
		`"MaxSessionDuration":1`:                          `longest session: 1 seconds are not within 900 and 43200`,
		`"Tags":[{"Value":"x"}]`:                          `tags: a tag has no Key`,
		`"Tags":7`:                                        `tags: a number stands where something else is expected`,
		`"PermissionsBoundary":{}`:                        `permissions boundary: parsing ARN "": not of the form arn:partition:service:region:account:resource`,
		`"RolePolicyList":[{"PolicyName":"p","PolicyDocument":"%7B"}]`: `inline policy "p": decoding policy document: unexpected end of JSON input`,
		`"RolePolicyList":[7]`:                          `inline policies: a number stands where something else is expected`,
		`"AttachedManagedPolicies":[{"PolicyArn":"x"}]`: `attached policy: parsing ARN "x": not of the form arn:partition:service:region:account:resource`,
		`"InstanceProfileList":"x"`:                     `instance profiles: a string stands where something else is expected`,
	} {
		role, problems := parseRole(t, roleJSON("a", extra, `"RoleLastUsed2":0,"Description":"after"`))
		prefix := `"roles.json": page 1: role "arn:aws:iam::111111111111:role/a": `
		if len(problems) == 0 || problems[0] != prefix+want {
			t.Errorf("%s:\n got %q\nwant %s", extra, problems, prefix+want)
		}
		if role.Name != "a" || role.Path != "/" || role.AccountID != "111111111111" {
			t.Errorf("%s: role is %+v", extra, role)
		}
	}
}

// A field of the wrong type does not keep the fields behind it from being read.
func TestFieldsAfterBadOne(t *testing.T) {
	role, problems := parseRole(t, `{"Path":[],"RoleName":{},"RolePolicyList":"x","Tags":[],"RoleId":"AROA1234567890EXAMPLE","MaxSessionDuration":"x",
		"Arn":"arn:aws:iam::111111111111:role/x","CreateDate":0,"AssumeRolePolicyDocument":`+trustDoc+`}`)
	if role.RoleID == "" || role.TrustPolicy != trustDoc || role.Tags != "{}" || role.CreatedAt != time.Unix(0, 0).UTC() || len(problems) != 2 || role.MaxSession != 0 {
		t.Errorf("%+v %q", role, problems)
	}
}

// Only a role without an account is left out, and counted.
func TestLostRoles(t *testing.T) {
	for entry, want := range map[string]string{
		`{}`:   `role "", number 2: leaving the role out: parsing ARN "": not of the form arn:partition:service:region:account:resource`,
		`null`: `role "", number 2: leaving the role out: parsing ARN "": not of the form arn:partition:service:region:account:resource`,
		`[7]`:  `role "", number 2: leaving the role out: an array stands where something else is expected`,
		`7`:    `role "", number 2: leaving the role out: a number stands where something else is expected`,
		`{"Arn":"arn:aws:iam::../../etc:role/x"}`:            `role "arn:aws:iam::../../etc:role/x", number 2: leaving the role out: it is not the ARN of a role in an account (arn:aws:iam::111111111111:role/NAME)`,
		`{"Arn":"arn:aws:iam::111111111111:user/\u001b[2J"}`: `role "arn:aws:iam::111111111111:user/\x1b[2J", number 2: leaving the role out: it is not the ARN of a role in an account (arn:aws:iam::111111111111:role/NAME)`,
	} {
		inv := parseText(t, pageJSON(false, roleJSON("a"), entry, roleJSON("z")))
		if names(inv) != "a z" || inv.Lost != 1 || len(inv.Problems) != 1 || !inv.Problems[0].RoleLost {
			t.Errorf("%s: %+v", entry, inv)
			continue
		}
		if got := problems(inv)[0]; got != `"roles.json": page 1: `+want {
			t.Errorf("%s:\n got %s\nwant %s", entry, got, want)
		}
	}
}

func TestHostileNames(t *testing.T) {
	inv := parseText(t, pageJSON(false, `{"Arn":"arn:aws:iam::111111111111:role/../../\u0000\u001b[31m"}`))
	if r := inv.Roles[0]; r.Path != "/../../" || r.Name != "\x00\x1b[31m" {
		t.Errorf("%q %q", r.Path, r.Name)
	}
	for _, p := range problems(inv) {
		if strings.ContainsAny(p, "\x00\x1b") {
			t.Errorf("control characters in %q", p)
		}
	}
}

func TestTimes(t *testing.T) {
	want := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, raw := range []string{
		`"2026-01-31T12:00:00Z"`, `"2026-01-31T12:00:00+00:00"`, `"2026-01-31 12:00:00+00:00"`, `"2026-01-31 12:00:00Z"`,
		`"2026-01-31T14:00:00+0200"`, `"2026-01-31 12:00:00"`, `"2026-01-31T12:00:00"`, `"2026-01-31T12:00:00.000Z"`,
		`1769860800`, `1769860800.0`, `1.7698608e9`, `"1769860800"`, `" 2026-01-31T12:00:00Z "`,
	} {
		if got, err := parseTime([]byte(raw)); err != nil || got != want {
			t.Errorf("%s: %v, %v", raw, got, err)
		}
	}
	if got, err := parseTime([]byte(`1769860800.25`)); err != nil || got != want.Add(250*time.Millisecond) {
		t.Errorf("fraction: %v, %v", got, err)
	}
	for _, raw := range []string{``, `null`, `""`, `" "`} {
		if got, err := parseTime([]byte(raw)); err != nil || !got.IsZero() {
			t.Errorf("%q: %v, %v; want none", raw, got, err)
		}
	}
	for _, raw := range []string{`"x"`, `true`, `{}`, `-1e9`, `1e300`, `"NaN"`, `"Inf"`, `1769860800000`, `"1969-12-31T00:00:00Z"`,
		`"2026-02-30T00:00:00Z"`, `"10000-01-01T00:00:00Z"`, `"0001-01-01T00:00:00Z"`} {
		if got, err := parseTime([]byte(raw)); err == nil || !got.IsZero() {
			t.Errorf("%s: %v; want an error", raw, got)
		}
	}
}

func TestTags(t *testing.T) {
	for raw, want := range map[string]string{
		`[]`:                `{}`,
		`{}`:                `{}`,
		`null`:              ``,
		`{"b":"2","a":"1"}`: `{"a":"1","b":"2"}`,
		`[{"Key":"k","Value":"old"},{"Key":"k","Value":"new"}]`: `{"k":"new"}`,
		`[{"Key":"","Value":"\n"}]`:                             `{"":"\n"}`,
	} {
		if role, problems := parseRole(t, roleJSON("a", `"Tags":`+raw)); role.Tags != want || len(problems) > 0 {
			t.Errorf("%s: %s, %q; want %s", raw, role.Tags, problems, want)
		}
	}
	if role, _ := parseRole(t, roleJSON("a")); role.Tags != "" {
		t.Errorf("no tags key: %s", role.Tags)
	}
}

// TestDeepPolicy: a policy that is nested without end is one bad policy, wherever it
// stands, and hides neither its role nor the others.
func TestDeepPolicy(t *testing.T) {
	for _, depth := range []int{policy.MaxDepth + 1, maxDepth, 1 << 16} {
		deep := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":` +
			strings.Repeat(`{"a":`, depth) + `1` + strings.Repeat(`}`, depth) + `}]}`
		page := strings.Replace(pageJSON(false, strings.Replace(roleJSON("a"), trustDoc, deep, 1),
			strings.Replace(roleJSON("b"), `"RolePolicyList":[]`, `"RolePolicyList":[{"PolicyName":"p","PolicyDocument":`+deep+`}]`, 1), roleJSON("c")),
			`"Policies":[]`, `"Policies":[`+policyJSON("arn:aws:iam::111111111111:policy/m", deep)+`],"x":`+strings.Repeat("[", depth)+strings.Repeat("]", depth), 1)
		inv, err := Parse(iotest.OneByteReader(strings.NewReader("["+page+"]")), "f", Limits{})
		if err != nil || len(inv.Roles) != 3 {
			t.Fatalf("%d levels: %+v, %v", depth, inv, err)
		}
		checkBalance(t, inv)
		const refused = "decoding policy document: it is nested over 64 levels deep, which is the limit"
		if len(inv.Problems) != 3 || inv.Roles[0].TrustPolicy != "" || inv.Roles[2].TrustPolicy == "" {
			t.Errorf("%d levels: %v", depth, inv.Problems)
		}
		for _, p := range inv.Problems {
			if !strings.HasSuffix(p.Err.Error(), refused) || p.RoleLost {
				t.Errorf("%d levels: %v", depth, p)
			}
		}
	}
}
