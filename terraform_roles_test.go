package roletrail_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"roletrail/pipeline/bucket/s3test"
)

// shippedStatements are those of the policies of docs/operations.md, by the role that has them.
var shippedStatements = map[string][]string{
	"function": {"ListTrailAndLake", "TakeLogFiles", "WriteLake"}, "compact": {"ListCompactedLake", "CompactLake"},
	"inventory": {"ListChangedLake", "ChangeLake"}, "review": {"ListLake", "ReadLake"},
}

// unbounded are the actions that know no resource.
var unbounded = []string{"ecr:GetAuthorizationToken", "iam:GetAccountAuthorizationDetails"}

// roleProblems: statements about S3 are those of the documentation, with which the programs
// are tested, and no role has a wildcard that is not needed.
func roleProblems(t *testing.T, in *infrastructure) (problems []string) {
	policies := map[string][]any{}
	add := func(role string, text any) {
		list, _ := at(decoded(t, text), "Statement").([]any)
		policies[role] = append(policies[role], list...)
	}
	jobs, _ := in.resource(t, "aws_iam_role_policy.job").(map[string]any)
	for name, policy := range jobs {
		add(name, at(policy, "policy"))
	}
	for _, name := range []string{"function", "execution", "scheduler"} {
		add(name, at(in.resource(t, "aws_iam_role_policy."+name), "policy"))
	}
	add("ask_athena", at(in.resource(t, "aws_iam_policy.ask_athena"), "policy"))
	for role, statements := range policies {
		problems = append(problems, tooWide(role, statements)...)
	}
	for role, sids := range shippedStatements {
		problems = append(problems, notAsShipped(t, role, sids, policies[role])...)
	}
	problems = append(problems, keyProblems(in, policies)...)
	if len(policies) != 7 {
		problems = append(problems, fmt.Sprintf("%d roles", len(policies)))
	}
	return append(problems, strangers(t, in)...)
}

// keyProblems: of keys each role may use those that are given alone, and only to do what docs/operations.md says
// in words beside its policy.
func keyProblems(in *infrastructure, policies map[string][]any) (problems []string) {
	for role, words := range map[string]string{"function": "trail Decrypt, lake Decrypt GenerateDataKey", "compact": "lake Decrypt GenerateDataKey", "inventory": "lake Decrypt GenerateDataKey", "review": "lake Decrypt"} {
		want := []string{}
		for _, word := range strings.Split(words, ", ") {
			of, actions, _ := strings.Cut(word, " ")
			if key, err := in.variable(of + "_kms_key_arn"); err == nil && !key.IsNull() {
				want = append(want, fmt.Sprintf("[kms:%s] [%s]", strings.ReplaceAll(actions, " ", " kms:"), key.AsString()))
			}
		}
		got := []string{}
		for _, s := range policies[role] {
			if text := fmt.Sprint(at(s, "Action"), " ", at(s, "Resource")); strings.Contains(text, "kms:") {
				got = append(got, text)
			}
		}
		if !slices.Equal(got, want) {
			problems = append(problems, fmt.Sprintf("%s may use keys %q, and is to use %q", role, got, want))
		}
	}
	return problems
}

// tooWide are the wildcards of a role.
func tooWide(role string, statements []any) (problems []string) {
	for _, statement := range statements {
		actions, _ := at(statement, "Action").([]any)
		resources, _ := at(statement, "Resource").([]any)
		if len(actions) == 0 || len(resources) == 0 {
			problems = append(problems, role+" has a statement without actions or resources")
		}
		for _, action := range actions {
			name, _ := action.(string)
			if strings.Contains(name, "*") {
				problems = append(problems, role+" may "+name)
			}
			if slices.Contains(resources, any("*")) && !slices.Contains(unbounded, name) {
				problems = append(problems, role+" may "+name+" of every resource")
			}
		}
	}
	return problems
}

// notAsShipped are the differences from the policy of the page. The page's WriteLake is that
// of ingest logs, too, which reads; the function does not.
func notAsShipped(t *testing.T, role string, sids []string, statements []any) (problems []string) {
	for _, want := range s3test.ShippedPolicy(t, "docs/operations.md", sids[0]).Statement {
		if !slices.Contains(sids, want.Sid) {
			problems = append(problems, role+": the page has a statement "+want.Sid+" more")
		}
		actions := slices.DeleteFunc(slices.Clone(want.Action), func(action string) bool { return want.Sid == "WriteLake" && action == "s3:GetObject" })
		place := slices.IndexFunc(statements, func(s any) bool { return at(s, "Sid") == want.Sid })
		if place < 0 {
			problems = append(problems, role+" lacks "+want.Sid)
			continue
		}
		got, wanted := statements[place].(map[string]any), map[string]any{"Sid": want.Sid, "Effect": want.Effect, "Action": anys(actions), "Resource": anys(want.Resource)}
		if !reflect.DeepEqual(got, wanted) {
			problems = append(problems, fmt.Sprintf("%s: %v, and the page has %v", role, got, wanted))
		}
	}
	for _, statement := range statements {
		actions, _ := at(statement, "Action").([]any)
		sid, _ := at(statement, "Sid").(string)
		if role == "function" && fmt.Sprint(actions, at(statement, "Resource")) == "[s3:GetObject] [arn:aws:s3:::lake/roletrail/outbox/* arn:aws:s3:::lake/roletrail/memory/* arn:aws:s3:::lake/roletrail/commits/* arn:aws:s3:::lake/roletrail/iam/*]" {
			continue // which is a part of what WriteLake of the page allows
		}
		for _, action := range actions {
			if strings.HasPrefix(action.(string), "s3:") && !slices.Contains(sids, sid) {
				problems = append(problems, role+" may do more in S3: "+sid)
			}
		}
	}
	return problems
}

func anys(texts []string) (out []any) {
	for _, text := range texts {
		out = append(out, text)
	}
	return out
}

// tellingProblems: the function may read the parameter that its environment names, and no other.
func tellingProblems(t *testing.T, in *infrastructure) (problems []string) {
	name := at(in.resource(t, "aws_lambda_function.ingest"), "environment", 0, "variables", "ROLETRAIL_SLACK_WEBHOOK_PARAMETER")
	statements, _ := at(decoded(t, at(in.resource(t, "aws_iam_role_policy.function"), "policy")), "Statement").([]any)
	var may []any
	for _, s := range statements {
		if fmt.Sprint(at(s, "Action")) == "[ssm:GetParameter]" {
			may, _ = at(s, "Resource").([]any)
		}
	}
	if name == nil && len(may) > 0 || name != nil && fmt.Sprint(may) != fmt.Sprint("[arn:aws:ssm:eu-west-1:111111111111:parameter", name, "]") {
		problems = append(problems, fmt.Sprintf("the function may read %v and is told %v", may, name))
	}
	return problems
}

// strangers are services that may have a role for others than this account.
func strangers(t *testing.T, in *infrastructure) (problems []string) {
	for _, name := range []string{"function", "execution", "scheduler"} {
		trust := at(decoded(t, at(in.resource(t, "aws_iam_role."+name), "assume_role_policy")), "Statement", 0)
		account := at(trust, "Condition", "StringEquals", "aws:SourceAccount")
		if service := at(trust, "Principal", "Service"); service != "lambda.amazonaws.com" && account != "111111111111" {
			problems = append(problems, fmt.Sprintf("%s: %v may have it for any account", name, service))
		}
	}
	return problems
}
