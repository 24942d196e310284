package trust

import (
	"fmt"
	"regexp"
	"testing"
)

// conditionOf parses a policy with one condition.
func conditionOf(t *testing.T, operator, key, values string) Condition {
	t.Helper()
	p := parse(t, document(fmt.Sprintf(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{%q:{%q:%s}}}`, operator, key, values)))
	if len(p.Conditions) != 1 {
		t.Fatalf("%s %s %s: %d conditions", operator, key, values, len(p.Conditions))
	}
	return p.Conditions[0]
}

func TestConditionPatterns(t *testing.T) {
	const role = "arn:aws:iam::222222222222:role/a/x"
	for _, c := range []struct {
		operator, values  string
		negated, exact    bool
		fitting, unfitted []string
	}{
		{"StringEquals", `"a.b"`, false, true, []string{"a.b"}, []string{"", "A.B", "axb", "a.b\n", "xa.b", "a.bx"}},
		{"StringEquals", `["a","*",""]`, false, true, []string{"a", "*", ""}, []string{"b", "a*"}},
		{"StringEquals", `5`, false, true, []string{"5"}, []string{"05"}},
		{"stringnotequals", `"a|b"`, true, true, []string{"a|b"}, []string{"a", "b"}},
		{"StringEqualsIgnoreCase", `"aB-k"`, false, true, []string{"aB-k", "Ab-K"}, []string{"ab_k", "ab-\u212a"}},
		{"StringNotEqualsIgnoreCase", `"É"`, true, true, []string{"É"}, []string{"é"}},
		{"StringLike", `"repo:org/*"`, false, false, []string{"repo:org/", "repo:org/x:y\nz"}, []string{"repo:org", "xrepo:org/x"}},
		{"StringLike", `"a?c"`, false, false, []string{"abc", "a\nc", "aéc"}, []string{"ac", "abbc"}},
		{"StringLike", `"plain"`, false, true, []string{"plain"}, []string{"plainer"}},
		{"StringLike", `["**a**"]`, false, false, []string{"a", "xax"}, []string{"", "x"}},
		{"StringNotLike", `"[x]*"`, true, false, []string{"[x]", "[x]y"}, []string{"x"}},
		{"ArnEquals", `"` + role + `"`, false, true, []string{role}, []string{role + "y"}},
		{"ArnEquals", `"arn:aws:iam::*:role/*"`, false, false, []string{role}, []string{"arn:aws:iam::1:2:role/x", "arn:aws:iam::1:user/x"}},
		{"ArnLike", `"arn:aws*:iam::222222222222:*"`, false, false, []string{role, "arn:aws-cn:iam::222222222222:a:b"}, []string{"arn:aws:x:iam::222222222222:a"}},
		{"ArnNotLike", `"arn:aws:iam::22222222222?:root"`, true, false, []string{"arn:aws:iam::222222222222:root"}, []string{"arn:aws:iam::22222222222::root"}},
		{"ArnNotEquals", `"` + role + `"`, true, true, []string{role}, []string{""}},
		{"Bool", `true`, false, true, []string{"true", "True"}, []string{"false", "1"}},
		{"Bool", `"False"`, false, true, []string{"false"}, []string{"true"}},
		{"Null", `"true"`, true, true, []string{"", "x", "x\ny"}, nil},
		{"Null", `false`, false, true, []string{"", "x", "x\ny"}, nil},
		{"IpAddress", `"192.0.2.7"`, false, true, []string{"192.0.2.7"}, []string{"192.0.2.70", "192a0.2.7"}},
		{"IpAddress", `"192.0.2.7/32"`, false, true, []string{"192.0.2.7"}, []string{"192.0.2.8"}},
		{"IpAddress", `["10.0.0.0/8","192.0.2.128/25"]`, false, false, []string{"10.255.0.1", "192.0.2.128", "192.0.2.255"}, []string{"11.0.0.1", "192.0.2.127", "10.0.0.0.0", "lambda.amazonaws.com"}},
		{"NotIpAddress", `"0.0.0.0/0"`, true, false, []string{"8.8.8.8"}, []string{"::1", "AWS Internal"}},
	} {
		got := conditionOf(t, c.operator, "aws:X", c.values)
		if got.Negated != c.negated || got.Exact != c.exact || got.Pattern == "" {
			t.Errorf("%s %s: got %+v", c.operator, c.values, got)
			continue
		}
		pattern := regexp.MustCompile(got.Pattern)
		for _, v := range c.fitting {
			if !pattern.MatchString(v) {
				t.Errorf("%s %s: %s does not fit %q", c.operator, c.values, got.Pattern, v)
			}
		}
		for _, v := range c.unfitted {
			if pattern.MatchString(v) {
				t.Errorf("%s %s: %s fits %q", c.operator, c.values, got.Pattern, v)
			}
		}
	}
}

// These are kept, with their values, and what they say is not known.
func TestConditionsWithoutPattern(t *testing.T) {
	for _, c := range []struct {
		operator, values string
		negated          bool
	}{
		{"StringEquals", `"${aws:username}"`, false},
		{"StringNotLike", `["a","x-${aws:PrincipalTag/team}-*"]`, true},
		{"ArnLike", `"*"`, false},
		{"ArnLike", `"arn:aws:iam::*"`, false},
		{"IpAddress", `"2001:db8::/32"`, false},
		{"IpAddress", `["10.0.0.0/8","2001:db8::1"]`, false},
		{"IpAddress", `"10.0.0.0/33"`, false},
		{"IpAddress", `"::ffff:10.0.0.1"`, false},
		{"NumericLessThan", `3600`, false},
		{"NumericNotEquals", `3600`, true},
		{"DateGreaterThan", `"2026-01-01T00:00:00Z"`, false},
		{"DateNotEquals", `"2026-01-01"`, true},
		{"BinaryEquals", `"eA=="`, false},
		{"Null", `["true","false"]`, false},
		{"Null", `"perhaps"`, false},
		{"StringEquals", `[]`, false},
		{"Perhaps", `"x"`, false},
		{"", `"x"`, false},
	} {
		got := conditionOf(t, c.operator, "aws:X", c.values)
		if got.Pattern != "" || got.Exact || got.Negated != c.negated || got.holds(Call{Shown: map[string][]string{"aws:x": {"x"}}}) != notShown {
			t.Errorf("%s %s: got %+v", c.operator, c.values, got)
		}
	}
}

// Variables came with version 2012-10-17.
func TestVariablesNeedTheirVersion(t *testing.T) {
	p := parse(t, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"StringEquals":{"aws:x":"${y}"}}}}`)
	if got := p.Conditions[0].Pattern; got != `\A(?:\$\{y\})\z` {
		t.Errorf("got %s", got)
	}
}

func TestConditionKey(t *testing.T) {
	for key, want := range map[string]string{
		"sts:ExternalId":                             "sts:externalid",
		"SAML:aud":                                   "saml:aud",
		"aws:RequestTag/Team.One":                    "aws:requesttag/team.one",
		"aws:RequestTag/a.b:C":                       "aws:requesttag/a.b:c",
		"token.actions.githubusercontent.com:SUB":    "token.actions.githubusercontent.com:sub",
		"oidc.eks.eu-west-1.amazonaws.com/id/AB:sub": "oidc.eks.eu-west-1.amazonaws.com/id/AB:sub",
		"nothing.at.all":                             "nothing.at.all",
		"":                                           "",
	} {
		if got := ConditionKey(key); got != want || ConditionKey(got) != got {
			t.Errorf("%q: got %q, want %q", key, got, want)
		}
	}
}

// TestHolds is the table of answers by operator, quantifier and what the event
// shows of the key.
func TestHolds(t *testing.T) {
	fit, other, absent := []string{"a"}, []string{"b"}, []string{}
	both := []string{"a", "b"}
	for _, c := range []struct {
		operator                 string
		fit, other, both, absent answer
	}{
		{"StringEquals", yes, no, yes, no},
		{"StringEqualsIfExists", yes, no, yes, yes},
		{"StringNotEquals", no, yes, no, yes},
		{"StringNotEqualsIfExists", no, yes, no, yes},
		{"ForAnyValue:StringEquals", yes, no, yes, no},
		{"ForAnyValue:StringEqualsIfExists", yes, no, yes, yes},
		{"ForAnyValue:StringNotEquals", no, yes, yes, no},
		{"ForAllValues:StringEquals", yes, no, no, yes},
		{"ForAllValues:StringNotEquals", no, yes, no, yes},
	} {
		condition := conditionOf(t, c.operator, "aws:X", `"a"`)
		for _, v := range []struct {
			values []string
			want   answer
		}{{fit, c.fit}, {other, c.other}, {both, c.both}, {absent, c.absent}} {
			if got := condition.holds(Call{Shown: map[string][]string{"aws:x": v.values}}); got != v.want {
				t.Errorf("%s of %v: got %d, want %d", c.operator, v.values, got, v.want)
			}
		}
		if got := condition.holds(Call{}); got != notShown {
			t.Errorf("%s of a key that is not shown: got %d", c.operator, got)
		}
	}
	for value, want := range map[string][2]answer{"true": {no, yes}, "false": {yes, no}} {
		condition := conditionOf(t, "Null", "aws:X", `"`+value+`"`)
		present := condition.holds(Call{Shown: map[string][]string{"aws:x": fit}})
		missing := condition.holds(Call{Shown: map[string][]string{"aws:x": absent}})
		if got := [2]answer{present, missing}; got != want {
			t.Errorf("Null %s: got %v, want %v", value, got, want)
		}
	}
}
