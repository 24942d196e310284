package access

import (
	"testing"
	"time"
)

func TestCallerText(t *testing.T) {
	for caller, want := range map[Text]string{
		"":                      "somebody whom the logs do not name",
		"sso:alice@example.com": "alice@example.com",
		"oidc:token.actions.githubusercontent.com/repo:example-org/app:ref:refs/heads/main":                   "repo:example-org/app:ref:refs/heads/main of token.actions.githubusercontent.com",
		"saml:ExampleIdP/dave@example.org":                                                                    "dave@example.org of ExampleIdP",
		"arn:aws:iam::222222222222:user/x/carol":                                                              "user carol of account 222222222222",
		"arn:aws:iam::222222222222:root":                                                                      "account 222222222222",
		"arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Power_0123456789abcdef": "permission set Power of account 222222222222",
		"arn:aws:iam::222222222222:role/AWSReservedSSO_Fake_0123456789abcdef":                                 "role AWSReservedSSO_Fake_0123456789abcdef of account 222222222222",
		"lambda.amazonaws.com":                                                                                "lambda.amazonaws.com",
		"oidc:odd":                                                                                            "oidc:odd",
		"arn:odd":                                                                                             "arn:odd",
		"x\u202ey\x1b":                                                                                        "x\uFFFDy\uFFFD",
	} {
		if got := callerText(caller, "user"); got != want {
			t.Errorf("callerText(%q) = %q, want %q", caller, got, want)
		}
	}
	if got := callerText("999999999999:AROAVENDOR", "account"); got != "AROAVENDOR of account 999999999999" {
		t.Errorf("a caller without a name is %q", got)
	}
}

func TestSpan(t *testing.T) {
	d := dates{year: 2026}
	at := func(s string) *time.Time {
		parsed, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return &parsed
	}
	for _, c := range []struct {
		first, last *time.Time
		want        string
	}{{nil, nil, ""}, {at("2026-07-02"), at("2026-07-02"), " on 2 Jul"}, {at("2025-12-31"), at("2026-07-02"), " between 31 Dec 2025 and 2 Jul"}} {
		if got := d.span(c.first, c.last); got != c.want {
			t.Errorf("span is %q, want %q", got, c.want)
		}
	}
}

func TestListed(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}, "a, b, c and 2 more": {"a", "b", "c", "d", "e"}} {
		if got := listed(names); got != want {
			t.Errorf("listed(%v) = %q, want %q", names, got, want)
		}
	}
}

func TestShare(t *testing.T) {
	for want, of := range map[string][2]int64{"0 %": {0, 10}, "50 %": {5, 10}, "under 1 %": {1, 1000}, "over 99 %": {999, 1000}, "100 %": {10, 10}} {
		if got := share(of[0], of[1]); got != want {
			t.Errorf("share(%v) = %q, want %q", of, got, want)
		}
	}
}

func TestOwnerTag(t *testing.T) {
	for tags, want := range map[Text]Text{
		``: "", `{"Owner":"a","owner":"b"}`: "a", `{"team":"c"}`: "c", `{"team":"c","OWNER":"d"}`: "d", `{"owner":""}`: "", `["owner"]`: "", `{"owner":{"a":1}}`: "",
	} {
		if got := ownerTag(tags); got != want {
			t.Errorf("the owner of %s is %q, want %q", tags, got, want)
		}
	}
}
