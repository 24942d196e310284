package access

import (
	"reflect"
	"regexp"
	"testing"

	"roletrail/iam/policy"
	"roletrail/review/proposal"
)

// TestBroadGrants: what is granted by wildcards on every resource is named, and nothing else.
func TestBroadGrants(t *testing.T) {
	for text, want := range map[string][]BroadGrant{
		`{"Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`:                                                                          {{"#All", []string{"*"}, false}},
		`{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},{"Effect":"Allow","Action":["s3:*","s3:GetObject"],"Resource":["arn:aws:s3:::b","*"]}]}`: {{"#2", []string{"s3:*"}, false}},
		`{"Statement":[{"Effect":"Allow","NotAction":["iam:*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`:                         {{"#1", []string{"!iam:*"}, true}},
		`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"},{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`:               nil,
		`{"Statement":[{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b"}]}`:                                                                   nil,
		`no policy`: nil,
	} {
		if got := broadIn(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// TestSmallerFindings: wildcards are told with their policies, and a name that does not fit
// where names have to fit something.
func TestSmallerFindings(t *testing.T) {
	role := &Role{RoleName: "old_job", InReview: true}
	set := &Role{RoleName: "AWSReservedSSO_x", Kind: "permission_set", InReview: true}
	r := &reader{roles: []*Role{role, set}, held: map[*Role]*proposal.Held{role: {Policies: []policy.Source{
		{Name: "inline:a", Document: `{"Statement":[{"Effect":"Allow","Action":["s3:*","sqs:*"],"Resource":"*"},{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`},
		{Name: "arn:b", Document: `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`},
	}}}}
	r.broadGrants()
	if len(role.BroadGrants) != 3 || role.BroadGrants[1].Policy != "inline:a#2" {
		t.Errorf("%+v", role.BroadGrants)
	}
	says := func() (all []Text) {
		for _, role := range r.roles {
			role.Findings = nil
			role.judgeBroad()
			r.judgeName(role)
			for _, f := range role.Findings {
				all = append(all, f.Code+": "+f.Says)
			}
		}
		return all
	}
	broad := Text("broad_grant: is granted all actions of s3 and sqs on every resource, by inline:a and arn:b.")
	if got := says(); !reflect.DeepEqual(got, []Text{broad}) {
		t.Errorf("%q", got)
	}
	r.scope.RoleNames = regexp.MustCompile("^[A-Z]")
	if got := says(); !reflect.DeepEqual(got, []Text{broad, "name: has a name that does not fit ^[A-Z]."}) {
		t.Errorf("%q", got)
	}
}
