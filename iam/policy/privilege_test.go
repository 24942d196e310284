package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"roletrail/iam/action"
	"roletrail/iam/policy"
)

const me = "arn:aws:iam::111111111111:role/team/me"

func allow(actions, resources string) string {
	quote := func(list string) string { return `["` + strings.ReplaceAll(list, " ", `","`) + `"]` }
	return fmt.Sprintf(`{"Effect":"Allow","Action":%s,"Resource":%s}`, quote(actions), quote(resources))
}

func TestGrade(t *testing.T) {
	u := policy.NewUniverse(action.Embedded().Names())
	grader := policy.NewGrader(u, benchLevels())
	const everything = `{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}`
	const mfa = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`
	for name, c := range map[string]struct {
		statements string
		want       policy.Privilege
		path       string
	}{
		"nothing":             {"", policy.None, ""},
		"everything":          {everything, policy.Admin, "p#All"},
		"in two halves":       {`{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, policy.Admin, "p#1 + p#2"},
		"everything but":      {everything + `,{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*"}`, policy.Admin, "iam:PutRolePolicy"},
		"everything but IAM":  {`{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}`, policy.Admin, "lambda:UpdateFunctionCode"},
		"everything with MFA": {strings.TrimSuffix(everything, "}") + mfa, policy.Permissions, ""},
		"everything on S3":    {allow("*", "arn:aws:s3:::*"), policy.Permissions, ""},
		"read":                {allow("s3:GetObject s3:ListBucket ec2:Describe*", "*"), policy.Read, ""},
		"tags":                {allow("s3:GetObject ec2:CreateTags", "*"), policy.Write, ""},
		"bucket policy":       {allow("s3:PutBucketPolicy", "arn:aws:s3:::a"), policy.Permissions, ""},
		"itself":              {allow("iam:PutRolePolicy", me), policy.Admin, "iam:PutRolePolicy"},
		"another":             {allow("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/you"), policy.Permissions, ""},
		"all roles":           {allow("iam:PutRolePolicy", "arn:aws:iam::*:role/*"), policy.Admin, "iam:PutRolePolicy"},
		"all of IAM":          {allow("iam:AttachRolePolicy", "arn:aws:iam::*"), policy.Admin, "iam:AttachRolePolicy"},
		"other account":       {allow("iam:PutRolePolicy", "arn:aws:iam::222222222222:role/*"), policy.Permissions, ""},
		"other partition":     {allow("iam:PutRolePolicy", "arn:aws-cn:iam::111111111111:role/*"), policy.Permissions, ""},
		"a path of roles":     {allow("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/apps/*"), policy.Permissions, ""},
		"all policies":        {allow("iam:CreatePolicyVersion", "arn:aws:iam::111111111111:policy/*"), policy.Admin, "iam:CreatePolicyVersion"},
		"policies, not roles": {allow("iam:CreatePolicyVersion", "arn:aws:iam::111111111111:role/*"), policy.Permissions, ""},
		"all but one":         {`{"Effect":"Allow","Action":"iam:PutRolePolicy","NotResource":"arn:aws:iam::111111111111:role/admin"}`, policy.Admin, "iam:PutRolePolicy"},
		"all but roles":       {`{"Effect":"Allow","Action":"iam:PutRolePolicy","NotResource":"arn:aws:iam::*:role/*"}`, policy.Permissions, ""},
		"denied in part":      {allow("iam:PutRolePolicy", "*") + `,{"Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::*:role/admin"}`, policy.Permissions, ""},
		"another, and all with MFA": {allow("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/you") + "," +
			strings.TrimSuffix(allow("iam:PutRolePolicy", "*"), "}") + mfa, policy.Permissions, ""},
		"trust, alone":         {allow("iam:UpdateAssumeRolePolicy", "*"), policy.Permissions, ""},
		"trust and assume":     {allow("iam:UpdateAssumeRolePolicy sts:AssumeRole", "*"), policy.Admin, "iam:UpdateAssumeRolePolicy + sts:AssumeRole"},
		"pass to function":     {allow("iam:PassRole lambda:CreateFunction lambda:InvokeFunction", "*"), policy.Admin, "iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction"},
		"pass one to function": {allow("iam:PassRole", "arn:aws:iam::111111111111:role/x") + "," + allow("lambda:*Function", "*"), policy.Write, ""},
		"one function":         {allow("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111111111111:function:x"), policy.Write, ""},
		"functions of Region":  {allow("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111111111111:function:*"), policy.Admin, "lambda:UpdateFunctionCode"},
		"passed with condition": {strings.TrimSuffix(allow("iam:PassRole", "*"), "}") + `,"Condition":{"StringEquals":{"iam:PassedToService":"ecs.amazonaws.com"}}},` +
			allow("ec2:RunInstances", "*"), policy.Write, ""},
		"first in the file":   {allow("lambda:UpdateFunctionCode iam:CreateAccessKey iam:AddUserToGroup", "*"), policy.Admin, "iam:CreateAccessKey"},
		"unknown service":     {allow("made-up:*", "*"), policy.Ungraded, ""},
		"no such action":      {allow("s3:MadeUp", "*"), policy.None, ""},
		"unknown, to read":    {allow("made-up:List* made-up:getThing", "*"), policy.Read, ""},
		"unknown, not only":   {allow("made-up:List* made-up:L*", "*"), policy.Ungraded, ""},
		"unknown, with more":  {allow("made-up:List* s3:PutObject", "*"), policy.Write, ""},
		"unknown and known":   {allow("made-up:* s3:GetObject", "*"), policy.Ungraded, ""},
		"unreadable":          {allow("s3:GetObject", "*") + `,{"Effect":"Allow","Action":{}}`, policy.Ungraded, ""},
		"unreadable, but all": {everything + `,{"Effect":"Allow","Action":{}}`, policy.Admin, "p#All"},
	} {
		set := policy.Set{Identity: []policy.Named{{Name: "p", Policy: u.Compile(policy.Parse(`{"Statement":[` + c.statements + `]}`))}}}
		got, path := grader.Grade(policy.Evaluate(u, set), me)
		if got != c.want || path != c.path {
			t.Errorf("%s: %q, %q; want %q, %q", name, got, path, c.want, c.path)
		}
	}
}

// A boundary takes the admin away, and a lost one the grade.
func TestGradeWithinBoundary(t *testing.T) {
	u := policy.NewUniverse(action.Embedded().Names())
	grader := policy.NewGrader(u, benchLevels())
	all := policy.Named{Name: "all", Policy: u.Compile(policy.Parse(`{"Statement":[` + allow("*", "*") + `]}`))}
	read := policy.Named{Name: "read", Policy: u.Compile(policy.Parse(`{"Statement":[` + allow("s3:Get*", "*") + `]}`))}
	for name, c := range map[string]struct {
		boundary *policy.Named
		want     policy.Privilege
	}{
		"none": {nil, policy.Admin}, "wide": {&all, policy.Admin}, "narrow": {&read, policy.Read}, "lost": {&policy.Named{Name: "b"}, policy.Ungraded},
	} {
		got, path := grader.Grade(policy.Evaluate(u, policy.Set{Identity: []policy.Named{all}, Boundary: c.boundary}), me)
		if got != c.want || (path != "") != (got == policy.Admin) {
			t.Errorf("%s: %q, %q", name, got, path)
		}
	}
}
