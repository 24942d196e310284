package difference

import (
	"encoding/json"
	"strings"
	"testing"
)

const someRole = "arn:aws:iam::111111111111:role/app"

func on(resource string, actions ...string) string {
	return `"Action":["` + strings.Join(actions, `","`) + `"],"Resource":"` + resource + `"`
}

// TestGrants holds the severity of a change of a policy to what is different.
func TestGrants(t *testing.T) {
	none, unknown := Document{State: Absent}, Document{State: Unknown}
	const all = "*"
	for _, c := range []struct {
		name          string
		before, after Document
		severity      string
		reasons       string
	}{
		{"the same", policyOf(on(all, "s3:GetObject")), policyOf(on(all, "s3:getobject", "S3:GetObject")), "info", "nothing changes in effect"},
		{"as two statements", policyOf(on(all, "s3:GetObject", "s3:PutObject")), policyOf(on(all, "s3:GetObject"), on(all, "s3:PutObject")), "info", "nothing changes in effect"},
		{"reads more", policyOf(on(all, "s3:GetObject")), policyOf(on(all, "s3:GetObject", "s3:ListBucket")), "low", "gains s3:ListBucket"},
		{"reads secrets", policyOf(on(all, "s3:GetObject")), policyOf(on(all, "s3:GetObject", "secretsmanager:GetSecretValue")), "medium", "gains secretsmanager:GetSecretValue"},
		{"writes", policyOf(on(all, "s3:GetObject")), policyOf(on(all, "s3:GetObject", "s3:PutObject", "s3:DeleteObject")), "medium", "gains 2 actions (s3:DeleteObject, s3:PutObject)"},
		{"grants first", policyOf(on(all, "s3:GetObject")), policyOf(on("arn:aws:s3:::b", "s3:GetObject", "s3:DeleteObject", "s3:PutBucketPolicy", "s3:PutObject", "s3:AbortMultipartUpload")), "medium",
			"gains 4 actions (s3:PutBucketPolicy, s3:AbortMultipartUpload, s3:DeleteObject, …)|may do less with s3:GetObject"},
		{"writes less", policyOf(on(all, "s3:PutObject", "s3:DeleteObject")), policyOf(on(all, "s3:PutObject")), "low", "loses s3:DeleteObject"},
		{"administrator", policyOf(on(all, "s3:GetObject")), policyOf(on(all, "*")), "high", "allows every action|"},
		{"no more administrator", policyOf(on(all, "*")), policyOf(on(all, "s3:GetObject")), "low", "loses "},
		{"administrator as before", policyOf(on(all, "*")), policyOf(on(all, "*:*")), "info", "nothing changes in effect"},
		{"a way to be one", policyOf(on(all, "s3:GetObject")), policyOf(on(all, "s3:GetObject", "lambda:UpdateFunctionCode")), "high", "makes an administrator by lambda:UpdateFunctionCode|gains lambda:UpdateFunctionCode"},
		{"a way to itself", none, policyOf(on(someRole, "iam:PutRolePolicy")), "high", "makes an administrator by iam:PutRolePolicy|gains iam:PutRolePolicy"},
		{"a way to another", none, policyOf(on("arn:aws:iam::111111111111:role/b", "iam:PutRolePolicy")), "medium", "gains iam:PutRolePolicy"},
		{"passes any role", policyOf(on(all, "ec2:RunInstances")), policyOf(on(all, "ec2:RunInstances", "iam:PassRole")), "high", "allows iam:passrole|gains iam:PassRole"},
		{"on more", policyOf(on("arn:aws:s3:::a/*", "s3:PutObject")), policyOf(on("arn:aws:s3:::*", "s3:PutObject")), "medium", "may do more with s3:PutObject"},
		{"on less", policyOf(on("arn:aws:s3:::*", "s3:PutObject")), policyOf(on("arn:aws:s3:::a/*", "s3:PutObject")), "low", "may do less with s3:PutObject"},
		{"reads on more", policyOf(on("arn:aws:s3:::a/*", "s3:GetObject")), policyOf(on(all, "s3:GetObject")), "low", "may do more with s3:GetObject"},
		{"condition lost", policyOf(on(all, "s3:PutObject") + mfa), policyOf(on(all, "s3:PutObject")), "medium", "may do more with s3:PutObject"},
		{"condition gained", policyOf(on(all, "s3:PutObject")), policyOf(on(all, "s3:PutObject") + mfa), "low", "may do less with s3:PutObject"},
		{"denial lost", policyOf(on(all, "s3:*"), "!"+on(all, "s3:DeleteBucket")), policyOf(on(all, "s3:*")), "high", "no longer denies s3:DeleteBucket|gains s3:DeleteBucket"},
		{"denial lost of what another policy allows", policyOf("!" + on(all, "s3:DeleteBucket")), none, "high", "no longer denies s3:DeleteBucket"},
		{"denial weakened", policyOf("!" + on(all, "s3:DeleteBucket")), policyOf("!" + on(all, "s3:DeleteBucket") + mfa), "high", "no longer denies s3:DeleteBucket"},
		{"denial gained", policyOf(on(all, "s3:*")), policyOf(on(all, "s3:*"), "!"+on(all, "s3:DeleteBucket")), "low", "loses s3:DeleteBucket|denies s3:DeleteBucket"},
		{"an action that nobody knows", policyOf(on(all, "s3:GetObject")), policyOf(on(all, "s3:GetObject", "nosuch:DoIt")), "medium", "gains nosuch:doit"},
		{"new policy that only denies", none, policyOf("!" + on(all, "s3:DeleteBucket")), "low", "denies s3:DeleteBucket"},
		{"unknown before", unknown, policyOf(on(all, "*")), "", "allows every action|what was before is unknown"},
		{"unknown after", policyOf(on(all, "*")), unknown, "", "content unknown"},
	} {
		d := judge.Grants(c.before, c.after, someRole)
		severity := ""
		if d.Severity != nil {
			severity = d.Severity.String()
		}
		got := strings.Join(d.Reasons, "|")
		if whole := !strings.HasSuffix(c.reasons, "|") && !strings.HasSuffix(c.reasons, " "); severity != c.severity || whole && got != c.reasons || !strings.HasPrefix(got, c.reasons) {
			t.Errorf("%s: %s %q, want %s %q", c.name, severity, got, c.severity, c.reasons)
		}
		if back := judge.Grants(c.after, c.before, someRole); d.Grants != nil && (d.Grants.Gained.Count != back.Grants.Lost.Count || d.Grants.Wider.Count != back.Grants.Narrower.Count ||
			d.Grants.DenialsLost.Count != back.Grants.DenialsGained.Count) {
			t.Errorf("%s: %+v, and backwards %+v", c.name, d.Grants, back.Grants)
		}
	}
}

// TestBoundary: a boundary that allows more lets a role do more.
func TestBoundary(t *testing.T) {
	none, unknown := Document{State: Absent}, Document{State: Unknown}
	small, large := policyOf(on("*", "s3:*")), policyOf(on("*", "s3:*", "ec2:*"))
	for _, c := range []struct {
		before, after Document
		severity      string
	}{{small, large, "high"}, {large, small, "low"}, {small, small, "info"}, {none, small, "medium"}, {small, none, "high"}, {unknown, none, "high"}, {unknown, small, ""}, {small, unknown, ""}} {
		d := judge.Boundary(c.before, c.after, someRole)
		severity := ""
		if d.Severity != nil {
			severity = d.Severity.String()
		}
		if severity != c.severity || len(d.Reasons) == 0 {
			t.Errorf("%v to %v: %s %q, want %s", c.before, c.after, severity, d.Reasons, c.severity)
		}
	}
}

// FuzzDifference compares hostile documents: nothing panics, what is said is bounded, and
// a document and itself are not different.
func FuzzDifference(f *testing.F) {
	f.Add(`{"Statement":{"Effect":"Allow",`+anybody+`}}`, `{"Statement":[{"Effect":"Deny","NotAction":"*","Resource":"*"}]}`)
	f.Add(`{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":["*"]},"Action":"sts:*","Condition":{"StringLike":{"a:b":["*"]}}}}`, `{}`)
	f.Add(`{"Statement":{"Effect":"Allow","Action":"<!channel>:\u001b[31m*","Resource":"\u202e"}}`, `[]`)
	f.Fuzz(func(t *testing.T, a, b string) {
		before, after := DocumentOf(a), DocumentOf(b)
		for _, d := range []*Difference{judge.Trust(before, after, own), judge.Grants(before, after, someRole), judge.Boundary(before, after, someRole)} {
			if len(d.Reasons) == 0 || len(d.Reasons) > maxLines+1 {
				t.Errorf("%d reasons", len(d.Reasons))
			}
			for _, reason := range d.Reasons {
				if len(reason) > maxReason {
					t.Errorf("a reason of %d bytes", len(reason))
				}
			}
			if _, err := json.Marshal(d); err != nil {
				t.Error(err)
			}
		}
		for _, d := range []*Difference{judge.Trust(before, before, own), judge.Grants(before, before, someRole)} {
			if d.Severity != nil && *d.Severity != Info {
				t.Errorf("%s is %s from itself: %q", a, d.Severity, d.Reasons)
			}
		}
	})
}
