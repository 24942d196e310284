package reach

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/iam/history"
)

const (
	here, there = "111111111111", "333333333333"
	idp         = "arn:aws:iam::" + here + ":saml-provider/Idp"
	policyARN   = "arn:aws:iam::" + here + ":policy/app"
	setARN      = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
	reserved    = ":role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Power_0123456789abcdef"
)

func role(account, name string) string { return "arn:aws:iam::" + account + ":role/" + name }

// known is an inventory of the account here, with one role of there.
func known() *Inventory {
	i := NewInventory()
	for _, l := range []Link{
		{AccountID: here, RoleARN: role(here, "a"), RoleID: "AROAA"}, {AccountID: here, RoleARN: role(here, "b")},
		{AccountID: here, RoleARN: role(here, "b"), Via: policyARN}, {AccountID: here, RoleARN: role(here, "a"), Via: policyARN}, {AccountID: here, RoleARN: role(here, "a"), Via: policyARN},
		{AccountID: here, RoleARN: role(here, "a"), Via: idp}, {AccountID: here, RoleARN: role(here, "b"), Via: RolesAnywhere},
		{AccountID: here, RoleARN: "arn:aws:iam::" + here + reserved}, {AccountID: there, RoleARN: "arn:aws:iam::" + there + reserved},
		{AccountID: here, RoleARN: role(here, "AWSReservedSSO_Power_0123456789abcdef")}, // by name alone it is none of Identity Center
		{AccountID: here, Via: "arn:aws:organizations::1:policy/o-x/service_control_policy/p-inventory"}, {AccountID: "444444444444"},
	} {
		i.Add(l)
	}
	return i
}

func told(source, name string, second int, request string, response ...string) *Change {
	return &Change{Source: source, Succeeded: true, Change: history.Change{
		ID: fmt.Sprint(second, name), Time: time.Unix(int64(second), 0), AccountID: here, Name: name, Request: []byte(request), Response: []byte(strings.Join(response, "")),
	}}
}

// earlier is what the logs tell: a permission set with its name and two accounts, and a policy
// that was attached to three targets, from one of which it was taken.
func earlier() *history.InMemory {
	m := history.NewInMemory()
	set := `"permissionSetArn":"` + setARN + `"`
	for _, c := range []*Change{
		told(ssoSource, "CreatePermissionSet", 1, `{"name":"power"}`, `{"permissionSet":{`+set+`}}`),
		told(ssoSource, "CreateAccountAssignment", 2, `{`+set+`,"targetId":"`+there+`"}`), told(ssoSource, "CreateAccountAssignment", 2, `{`+set+`,"targetId":"555555555555"}`),
		told(organizationsSource, "AttachPolicy", 1, `{"policyId":"p-1","targetId":"ou-1"}`), told(organizationsSource, "AttachPolicy", 1, `{"policyId":"p-1","targetId":"`+here+`"}`),
		told(organizationsSource, "AttachPolicy", 1, `{"policyId":"p-1","targetId":"`+there+`"}`), told(organizationsSource, "DetachPolicy", 3, `{"policyId":"p-1","targetId":"`+there+`"}`),
		told(organizationsSource, "AttachPolicy", 99, `{"policyId":"p-1","targetId":"999999999999"}`), // after what is asked for
		told("example.com", "AttachPolicy", 1, `{"policyId":"p-1","targetId":"888888888888"}`), told(organizationsSource, "AttachPolicy", 1, `{"policyId":"p-1","targetId":"x y"}`),
	} {
		m.Put(FactsOf(c)...)
	}
	return m
}

// TestFind holds whom each kind of change reaches, and what is said of it.
func TestFind(t *testing.T) {
	set := `"permissionSetArn":"` + setARN + `"`
	bothSets := []string{"arn:aws:iam::" + here + reserved, "arn:aws:iam::" + there + reserved}
	for _, test := range []struct {
		kind, name, request string
		change              func(c *Change)
		roles               []string
		words               string
	}{
		{"managed_policy_version_created", "CreatePolicyVersion", `{}`, func(c *Change) { c.Policy = policyARN }, []string{role(here, "a"), role(here, "b")}, "reaches 2 roles"},
		{"managed_policy_deleted", "DeletePolicy", `{}`, func(c *Change) { c.Policy = policyARN + "/none" }, nil, "reaches no role of the inventory"},
		{"managed_policy_default_changed", "SetDefaultPolicyVersion", `{}`, func(c *Change) { c.Policy = "arn:aws:iam::999999999999:policy/x" }, nil, "whom it reaches is unknown: there is no inventory of account 999999999999"},
		{"managed_policy_default_changed", "SetDefaultPolicyVersion", `{}`, func(c *Change) { c.Policy, c.Succeeded = "arn:aws:iam::999999999999:policy/x", false }, nil, ""},
		{"managed_policy_default_changed", "SetDefaultPolicyVersion", `{}`, func(c *Change) { c.Policy, c.Succeeded = policyARN, false }, []string{role(here, "a"), role(here, "b")}, "reaches 2 roles"},
		{"managed_policy_created", "CreatePolicy", `{}`, func(c *Change) { c.Policy = policyARN }, nil, ""},
		{"identity_provider_changed", "UpdateSAMLProvider", `{"SamlProviderArn":"` + idp + `"}`, nil, []string{role(here, "a")}, "reaches one role"},
		{"identity_provider_changed", "CreateOpenIDConnectProvider", `{"url":"https://x.example.com"}`, nil, nil, "whom it reaches is unknown: the record names no provider"},
		{"identity_provider_changed", "CreateOpenIDConnectProvider", ``, func(c *Change) { c.Succeeded = false }, nil, ""},
		{"identity_provider_changed", "AssociateDirectory", `{"directoryId":"d-1"}`, nil, bothSets, "reaches 2 roles"},
		{"roles_anywhere_changed", "CreateTrustAnchor", `{"name":"dc"}`, nil, []string{role(here, "b")}, "reaches one role"},
		{"roles_anywhere_changed", "CreateTrustAnchor", `{"name":"dc"}`, func(c *Change) { c.AccountID = there }, nil, "reaches no role of the inventory"},
		{"roles_anywhere_changed", "UpdateProfile", `{"profileId":"p"}`, nil, nil, "whom it reaches is unknown: the record does not name the roles of the profile"},
		{"roles_anywhere_changed", "UpdateProfile", `{"profileId":"p"}`, func(c *Change) { c.NamesRoles = true }, nil, ""},
		{"permission_set_changed", "AttachManagedPolicyToPermissionSet", `{` + set + `}`, nil, bothSets, "reaches accounts " + here + ", " + there + ", 555555555555, as far as the logs tell; reaches 2 roles"},
		{"permission_set_changed", "ProvisionPermissionSet", `{` + set + `,"targetId":"` + there + `"}`, nil, bothSets[1:], "reaches account " + there + "; reaches one role"},
		{"permission_set_changed", "UpdatePermissionSet", `{"permissionSetArn":"arn:aws:sso:::permissionSet/ssoins-1/ps-2"}`, nil, nil, "whom it reaches is unknown: the logs do not tell the name of the permission set"},
		{"permission_set_changed", "UpdateInstanceAccessControlAttributeConfiguration", `{"instanceArn":"arn:aws:sso:::instance/ssoins-1"}`, nil, bothSets, "reaches 2 roles"},
		{"permission_set_changed", "CreatePermissionSet", `{"name":"new"}`, nil, nil, ""},
		{"account_assignment_changed", "DeleteAccountAssignment", `{` + set + `,"targetId":"` + here + `"}`, nil, bothSets[:1], "reaches account " + here + "; reaches one role"},
		{"account_assignment_changed", "CreateAccountAssignment", `{` + set + `,"targetId":"555555555555"}`, nil, nil, "reaches account 555555555555; which roles is unknown: no inventory has a role of permission set power"},
		{"account_assignment_changed", "CreateApplicationAssignment", `{"applicationArn":"arn:aws:sso::1:application/x"}`, nil, nil, ""},
		{"org_policy_changed", "AttachPolicy", `{"policyId":"p-1","targetId":"` + there + `"}`, nil, nil, "reaches account " + there},
		{"org_policy_changed", "UpdatePolicy", `{"policyId":"p-1"}`, nil, nil, "reaches account " + here + " and unit ou-1 with accounts that are unknown, as far as the logs tell"},
		{"org_policy_changed", "UpdatePolicy", `{"policyId":"p-inventory"}`, nil, nil, "reaches account " + here},
		{"org_policy_changed", "UpdatePolicy", `{"policyId":"p-2"}`, nil, nil, "whom it reaches is unknown: the logs do not tell what the policy is attached to"},
		{"org_policy_changed", "UpdatePolicy", `{"policyId":"p-1"}`, func(c *Change) { c.Succeeded = false }, nil, ""},
		{"org_policy_changed", "DisablePolicyType", `{"rootId":"r-1","policyType":"SERVICE_CONTROL_POLICY"}`, nil, nil, "reaches unit r-1 with accounts that are unknown"},
		{"org_policy_changed", "CreatePolicy", `{"name":"x"}`, nil, nil, ""},
		{"organization_changed", "MoveAccount", `{"accountId":"` + there + `"}`, nil, nil, "reaches account " + there},
		{"organization_changed", "LeaveOrganization", ``, nil, nil, "reaches account " + here},
		{"organization_changed", "MoveAccount", `{"accountId":7}`, nil, nil, "whom it reaches is unknown: the record names no account"},
		{"organization_changed", "CreateAccount", `{}`, nil, nil, ""},
		{"trust_changed", "UpdateAssumeRolePolicy", `{}`, nil, nil, ""},
	} {
		c := told(iamSource, test.name, 10, test.request)
		c.Kind = test.kind
		if test.change != nil {
			test.change(c)
		}
		f := Finder{Inventory: known(), Memory: earlier()}
		r, err := f.Find(c)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix("X: "+test.words, ": ")
		if got := r.Summarise("X"); got != want || !slices.Equal(r.AddTo(nil), test.roles) {
			t.Errorf("%s %s: %q of %v, want %q of %v", test.name, test.request, got, r.AddTo(nil), want, test.roles)
		}
		if test.words != "" && !Reaches(test.kind) {
			t.Errorf("%s is taken to reach nobody", test.kind)
		}
	}
}

const iamSource = "iam.amazonaws.com"

// TestLongListsAreCut: of many accounts a summary names a few, and how many more there are.
func TestLongListsAreCut(t *testing.T) {
	r := &Reach{}
	for i := range 9 {
		r.Accounts = append(r.Accounts, fmt.Sprint(i))
	}
	if got := r.Summarise("UpdatePolicy p: gains nothing"); got != "UpdatePolicy p: gains nothing; reaches accounts 0, 1, 2, 3, 4 and 4 more" {
		t.Error(got)
	}
	if got := r.AddTo([]string{"x"}); !slices.Equal(got, []string{"x"}) {
		t.Error(got)
	}
	if got := (*Reach)(nil).Summarise("x"); got != "x" {
		t.Error(got)
	}
}
