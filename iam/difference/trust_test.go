package difference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"roletrail/iam/policy"
	"roletrail/iam/trust"
)

var judge = Embedded()

// own: the role's account is 111111111111, and 222222222222 is another one of ours.
func own(account string) bool { return account == "111111111111" || account == "222222222222" }

const (
	foreignRoot  = `"Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"sts:AssumeRole"`
	ownRoot      = `"Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"sts:AssumeRole"`
	hereRole     = `"Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"sts:AssumeRole"`
	service      = `"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"`
	anybody      = `"Principal":"*","Action":"sts:AssumeRole"`
	github       = `"Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity"`
	externalID   = `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`
	mfa          = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	sourceArn    = `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b"},"StringEquals":{"aws:SourceAccount":"111111111111"}}`
	organisation = `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-x"}}`
	branch       = `,"Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:o/app:ref:refs/heads/main"}}`
	repository   = `,"Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},"StringLike":{"token.actions.githubusercontent.com:sub":"repo:o/app:*"}}`
	audience     = `,"Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`
)

// policyOf is a document of statements that allow, or deny behind "!".
func policyOf(statements ...string) Document {
	for i, s := range statements {
		effect := "Allow"
		if rest, denies := strings.CutPrefix(s, "!"); denies {
			effect, s = "Deny", rest
		}
		statements[i] = fmt.Sprintf(`{"Effect":%q,%s}`, effect, s)
	}
	return DocumentOf(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
}

// TestTrust holds the severity of a change of a trust policy, and the first of its
// reasons, to what is different.
func TestTrust(t *testing.T) {
	none, unknown := Document{State: Absent}, Document{State: Unknown}
	for _, c := range []struct {
		name          string
		before, after Document
		severity      string
		reasons       string
	}{
		{"the same", policyOf(service), policyOf(service), "info", "nothing changes in effect"},
		{"another spelling", policyOf(`"Sid":"a",` + foreignRoot + externalID), policyOf(`"Principal":{"AWS":["999999999999"]},"Action":["sts:AssumeRole"]` + externalID), "info", "nothing changes in effect"},
		{"two statements of one", policyOf(`"Principal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]},"Action":"sts:AssumeRole"`),
			policyOf(service, `"Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"`), "info", "nothing changes in effect"},
		{"a condition that tests nothing", policyOf(service), policyOf(service + `,"Condition":{}`), "info", "nothing changes in effect"},
		{"service added", policyOf(service), policyOf(service, `"Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"`), "high", "lets in lambda.amazonaws.com"},
		{"service removed", policyOf(service, hereRole), policyOf(hereRole), "low", "no longer lets in ec2.amazonaws.com"},
		{"anybody", policyOf(service), policyOf(anybody), "critical", "lets in anybody|no longer lets in ec2.amazonaws.com"},
		{"anybody of the organisation", policyOf(service), policyOf(service, anybody+organisation), "high", "lets in anybody (StringEquals aws:principalorgid o-x)"},
		{"no longer of the organisation", policyOf(anybody + organisation), policyOf(anybody), "critical", "lets in anybody|no longer asks anybody for StringEquals aws:principalorgid o-x"},
		{"closed again", policyOf(anybody), policyOf(service), "high", "lets in ec2.amazonaws.com|no longer lets in anybody"},
		{"foreign account", policyOf(service), policyOf(service, foreignRoot), "critical", "lets in account 999999999999 without a condition"},
		{"foreign account with external id", policyOf(service), policyOf(service, foreignRoot+externalID), "high", "lets in account 999999999999 (StringEquals sts:externalid x)"},
		{"account of one's own", policyOf(service), policyOf(service, ownRoot), "high", "lets in account 222222222222"},
		{"external id lost", policyOf(foreignRoot + externalID), policyOf(foreignRoot), "critical",
			"lets in account 999999999999 without a condition|no longer asks account 999999999999 for StringEquals sts:externalid x"},
		{"external id lost, network stays", policyOf(foreignRoot + `,"Condition":{"StringEquals":{"sts:ExternalId":"x"},"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`),
			policyOf(foreignRoot + `,"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`), "critical", "no longer asks account 999999999999 for StringEquals sts:externalid x"},
		{"external id gained", policyOf(foreignRoot), policyOf(foreignRoot + externalID), "low", "asks account 999999999999 for StringEquals sts:externalid x"},
		{"external id changed", policyOf(foreignRoot + externalID), policyOf(foreignRoot + strings.Replace(externalID, `"x"`, `"y"`, 1)), "high",
			"asks account 999999999999 for less: StringEquals sts:externalid y where it was StringEquals sts:externalid x|asks account 999999999999 for StringEquals sts:externalid y"},
		{"another statement without", policyOf(foreignRoot + externalID), policyOf(foreignRoot+externalID, foreignRoot), "critical",
			"lets in account 999999999999 without a condition|no longer asks account 999999999999 for StringEquals sts:externalid x"},
		{"mfa lost here", policyOf(hereRole + mfa), policyOf(hereRole), "high", "no longer asks arn:aws:iam::111111111111:role/a for Bool aws:multifactorauthpresent true"},
		{"mfa if it exists", policyOf(hereRole + mfa), policyOf(hereRole + strings.Replace(mfa, "Bool", "BoolIfExists", 1)), "high",
			"asks arn:aws:iam::111111111111:role/a for less: BoolIfExists aws:multifactorauthpresent true where it was Bool aws:multifactorauthpresent true"},
		{"source lost", policyOf(service + sourceArn), policyOf(service), "high",
			"no longer asks ec2.amazonaws.com for ArnLike aws:sourcearn arn:aws:s3:::b|no longer asks ec2.amazonaws.com for StringEquals aws:sourceaccount 111111111111"},
		{"provider", policyOf(service), policyOf(service, github+branch), "high", "lets in arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com (StringEquals token.actions.githubusercontent.com:aud sts.amazonaws.com; StringEquals token.actions.githubusercontent.com:sub repo:o/app:ref:refs/heads/main)"},
		{"subject widened", policyOf(github + branch), policyOf(github + repository), "high",
			"asks arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com for less: StringLike token.actions.githubusercontent.com:sub repo:o/app:* where it was StringEquals token.actions.githubusercontent.com:sub repo:o/app:ref:refs/heads/main"},
		{"subject narrowed", policyOf(github + repository), policyOf(github + branch), "low",
			"asks arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com for StringEquals token.actions.githubusercontent.com:sub repo:o/app:ref:refs/heads/main"},
		{"subject lost", policyOf(github + branch), policyOf(github + audience), "critical",
			"lets in every token of token.actions.githubusercontent.com|no longer asks arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com for StringEquals token.actions.githubusercontent.com:sub repo:o/app:ref:refs/heads/main"},
		{"all but some", policyOf(service), policyOf(`"NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/u"},"Action":"sts:AssumeRole"`), "critical",
			"lets in all but some|lets in all but arn:aws:iam::111111111111:user/u|no longer lets in ec2.amazonaws.com"},
		{"a denial goes", policyOf(hereRole, "!"+anybody+mfa), policyOf(hereRole), "high", "no longer refuses anybody"},
		{"a denial comes", policyOf(hereRole), policyOf(hereRole, "!"+anybody+mfa), "low", "refuses anybody"},
		{"another way in", policyOf(hereRole), policyOf(strings.Replace(hereRole, `"sts:AssumeRole"`, `"sts:*"`, 1)), "high", "lets in arn:aws:iam::111111111111:role/a by sts:AssumeRoleWithSAML|lets in arn:aws:iam::111111111111:role/a by sts:AssumeRoleWithWebIdentity"},
		{"a tag is no way in", policyOf(hereRole), policyOf(hereRole, `"Principal":"*","Action":"sts:TagSession"`), "info", "nothing changes in effect"},
		{"new role", none, policyOf(service), "high", "lets in ec2.amazonaws.com"},
		{"unknown before, open", unknown, policyOf(foreignRoot), "critical", "lets in account 999999999999 without a condition|what was before is unknown"},
		{"unknown before, ours", unknown, policyOf(ownRoot), "high", "what was before is unknown"},
		{"unknown after", policyOf(service), unknown, "", "content unknown"},
	} {
		d := judge.Trust(c.before, c.after, own)
		severity := ""
		if d.Severity != nil {
			severity = d.Severity.String()
		}
		if got := strings.Join(d.Reasons, "|"); severity != c.severity || got != c.reasons {
			t.Errorf("%s: %s %q, want %s %q", c.name, severity, got, c.severity, c.reasons)
		}
		if back := judge.Trust(c.after, c.before, own); d.Trust != nil && back.Trust != nil && (len(d.Trust.Added) != len(back.Trust.Removed) || len(d.Trust.DenialsLost) != len(back.Trust.DenialsGained)) {
			t.Errorf("%s: %+v, and backwards %+v", c.name, d.Trust, back.Trust)
		}
	}
}

// TestImplies: if one condition implies another, no request meets the first and fails the
// second.
func TestImplies(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	random := func() trust.Condition {
		c := trust.Condition{Key: "aws:k", Quantifier: pick("", "", "any", "all"), IfExists: r.IntN(3) == 0,
			Operator: pick("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
			Values:   []string{pick("a", "b", "A", "ab", "a*", "?", "*", "?b")}}
		c.Negated = strings.Contains(c.Operator, "Not")
		if r.IntN(2) == 0 {
			c.Values = append(c.Values, pick("a", "b", "a?", "*b"))
		}
		return c
	}
	requests := [][]string{nil, {"a"}, {"b"}, {"A"}, {"ab"}, {"cb"}, {"c"}, {"a*"}, {"?"}, {"*"}, {"a", "b"}, {"c", "ab"}, {"B", "c"}}
	meets := func(c trust.Condition, values []string) bool {
		test := policy.Test{Quantifier: c.Quantifier, IfExists: c.IfExists, Negated: c.Negated}
		return test.Holds(values, func(v string) bool {
			return slices.ContainsFunc(c.Values, func(p string) bool {
				switch formOf(c) {
				case policy.FormFold:
					return strings.EqualFold(p, v)
				case policy.FormText:
					return p == v
				}
				return like(p, strings.ReplaceAll(v, "*", "+"))
			})
		})
	}
	implied := 0
	for range 200_000 {
		a, b := random(), random()
		if !implies(a, b) {
			continue
		}
		implied++
		for _, values := range requests {
			if len(values) > 1 && a.Quantifier == "" {
				continue // such a key has one value
			}
			if meets(a, values) && !meets(b, values) {
				t.Fatalf("%s implies %s, but %q meets the first alone", conditionText(a), conditionText(b), values)
			}
		}
	}
	if implied < 1000 {
		t.Errorf("only %d pairs were looked at", implied)
	}
}

// TestImpliesOfOtherForms are pairs of conditions of which the second lets through at
// least as much, or does not.
func TestImpliesOfOtherForms(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`"IpAddress":{"aws:SourceIp":"192.0.2.7"}`, `"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, true},
		{`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, `"IpAddress":{"aws:SourceIp":"192.0.2.7/32"}`, false},
		{`"IpAddress":{"aws:SourceIp":["2001:db8::1","192.0.2.7"]}`, `"IpAddress":{"aws:SourceIp":["192.0.2.0/24","2001:db8::/32"]}`, true},
		{`"IpAddress":{"aws:SourceIp":"nonsense"}`, `"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}`, false},
		{`"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::b"}`, `"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:b"}`, true},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b:c"}`, `"ArnLike":{"aws:SourceArn":"arn:*:b:c"}`, false},
		{`"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}`, `"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}`, true},
		{`"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}`, `"NumericGreaterThan":{"aws:MultiFactorAuthAge":"300"}`, false},
		{`"NumericLessThan":{"aws:MultiFactorAuthAge":"200"}`, `"NumericLessThan":{"aws:MultiFactorAuthAge":"300"}`, false},
		{`"Null":{"aws:TokenIssueTime":"true"}`, `"Null":{"aws:TokenIssueTime":"true"}`, true},
		{`"Null":{"aws:TokenIssueTime":"true"}`, `"Null":{"aws:TokenIssueTime":"false"}`, false},
		{`"StringEquals":{"aws:A":"x"}`, `"StringEquals":{"aws:B":"x"}`, false},
		{`"StringEquals":{"AWS:a":"x"}`, `"StringLike":{"aws:A":"x*"}`, true},
	} {
		read := func(condition string) trust.Condition {
			p, err := trust.Parse(`{"Statement":{"Effect":"Allow",` + service + `,"Condition":{` + condition + `}}}`)
			if err != nil {
				t.Fatal(err)
			}
			return p.Conditions[0]
		}
		if got := implies(read(c.a), read(c.b)); got != c.want {
			t.Errorf("%s, %s: %v", c.a, c.b, got)
		}
	}
}
