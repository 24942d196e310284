package trust

import (
	"errors"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"roletrail/iam/policy"
)

func parse(t *testing.T, text string) Policy {
	t.Helper()
	p, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestParse(t *testing.T) {
	const (
		github = `{"Sid":"CI","Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/idp.example.com"},` +
			`"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"],"Condition":{"StringLike":{"idp.example.com:SUB":["repo:a/*","repo:b"]}}}`
		denied = `{"Effect":"Deny","NotPrincipal":{"AWS":["222222222222","222222222222","AIDA1234567890EXAMPLE"]},"Action":"*"}`
	)
	want := Policy{
		Rows: []Row{
			{
				Statement: 0, Sid: "CI", Effect: Allow, PrincipalType: "Federated",
				Principal: "arn:aws:iam::111111111111:oidc-provider/idp.example.com", PrincipalKind: PrincipalOIDC,
				PrincipalAccount: "111111111111", PrincipalKey: "oidc:idp.example.com",
				Actions:    []string{"sts:AssumeRoleWithWebIdentity"},
				Conditions: `{"StringLike":{"idp.example.com:SUB":["repo:a/*","repo:b"]}}`,
			},
			{
				Statement: 1, Effect: Deny, PrincipalType: "AWS", Principal: "222222222222", Negated: true,
				PrincipalKind: PrincipalAccount, PrincipalAccount: "222222222222", PrincipalKey: "222222222222", Actions: Actions(),
			},
			{
				Statement: 1, Effect: Deny, PrincipalType: "AWS", Principal: "AIDA1234567890EXAMPLE", Negated: true,
				PrincipalKind: PrincipalDangling, PrincipalKey: "AIDA1234567890EXAMPLE", Actions: Actions(),
			},
		},
		Conditions: []Condition{{
			Statement: 0, Key: "idp.example.com:sub", Operator: "StringLike",
			Pattern: `\A(?:repo:a/[\s\S]*|repo:b)\z`, Values: []string{"repo:a/*", "repo:b"},
		}},
	}
	plain := document(github, denied)
	for form, text := range map[string]string{
		"plain":       plain,
		"white space": " " + strings.ReplaceAll(plain, ",", ",\n  "),
		"encoded":     url.PathEscape(plain),
	} {
		if got := parse(t, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v\nwant %+v", form, got, want)
		}
	}
}

func TestCoveredActions(t *testing.T) {
	all := Actions()
	for actions, want := range map[string][]string{
		`"Action":"sts:AssumeRole"`:         all[:1],
		`"Action":"STS:assumerole"`:         all[:1],
		`"Action":"sts:AssumeRole*"`:        all,
		`"Action":"sts:*"`:                  all,
		`"Action":"*"`:                      all,
		`"Action":"sts:AssumeRoleWith????"`: all[1:2],
		`"Action":["sts:AssumeRoleWithWebIdentity","sts:AssumeRole"]`:          {all[0], all[2]},
		`"Action":["sts:TagSession","sts:SetSourceIdentity","sts:SetContext"]`: nil,
		`"Action":"s3:*"`:                       nil,
		`"NotAction":"sts:AssumeRole"`:          all[1:],
		`"NotAction":["sts:TagSession","s3:*"]`: all,
		`"NotAction":"sts:*"`:                   nil,
		`"Resource":"*"`:                        all,
		`"Action":["sts:AssumeRoleWithSAML","sts:AssumeRoleWithSAML","sts:Tag"]`: all[1:2],
	} {
		p := parse(t, document(`{"Effect":"Allow","Principal":"*",`+actions+`}`))
		if got := p.Rows[0].Actions; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", actions, got, want)
		}
	}
}

// What cannot be read may be about anybody.
func TestUnreadStatements(t *testing.T) {
	good, bad := allow(`{"AWS":"222222222222"}`), `{"Effect":"Allow","Principal":{"AWS":{"x":1}},"Action":"sts:AssumeRole"}`
	may := Row{Effect: Allow, PrincipalKind: PrincipalUnknown, Actions: Actions()}
	at := func(r Row, statement int, sid, effect string) Row {
		r.Statement, r.Sid, r.Effect = statement, sid, effect
		return r
	}
	for name, c := range map[string]struct {
		text string
		want []Row
		err  string
	}{
		"an Allow":    {document(bad, good), []Row{may, at(parse(t, document(good)).Rows[0], 1, "", Allow)}, "statement 1: "},
		"a Deny":      {document(good, `{"Sid":"s","Effect":"Deny","Principal":{"AWS":{"x":1}},"Action":"*"}`), []Row{parse(t, document(good)).Rows[0], at(may, 1, "s", Allow), at(may, 1, "s", Deny)}, "statement 2 (Sid "},
		"an effect":   {document(`{"Sid":"s","Effect":"Perhaps","Principal":"*"}`), []Row{at(may, 0, "s", Allow), at(may, 0, "s", Deny)}, `effect "Perhaps"`},
		"a condition": {document(`{"Effect":"Allow","Principal":"*","Condition":{"Bool":7}}`), []Row{may}, "Condition"},
		"no JSON":     {"<nothing>", []Row{may, at(may, 0, "", Deny)}, "a JSON object is expected"},
		"too large":   {document(allow(`"` + strings.Repeat("x", MaxBytes) + `"`)), []Row{may, at(may, 0, "", Deny)}, "over the limit of 32768 for a trust policy"},
	} {
		p, err := Parse(c.text)
		if err == nil || !strings.HasPrefix(err.Error(), "reading trust policy: ") || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got error %v, want one with %q", name, err, c.err)
		}
		if !reflect.DeepEqual(p.Rows, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, p.Rows, c.want)
		}
	}
}

// TestUnread: nobody may be called not trusted for a policy that cannot be read.
func TestUnread(t *testing.T) {
	want, _ := Parse("<nothing>")
	if got := Unread(); !reflect.DeepEqual(got.Rows, want.Rows) || len(got.Rows) != 2 {
		t.Errorf("got %+v, want %+v", got.Rows, want.Rows)
	}
}

// What is left out for its number stands behind all that was read.
func TestStatementsOverTheLimit(t *testing.T) {
	many := append([]string{"{}"}, slices.Repeat([]string{`{"Effect":"Deny"}`}, policy.MaxStatements)...)
	p, err := Parse(`{"Statement":[` + strings.Join(many, ",") + `]}`)
	if err == nil || !strings.Contains(err.Error(), "over the limit") {
		t.Fatalf("got error %v", err)
	}
	var got []int
	for _, r := range p.Rows {
		got = append(got, r.Statement)
	}
	if want := []int{0, 0, policy.MaxStatements, policy.MaxStatements}; !slices.Equal(got, want) {
		t.Errorf("rows of %d statements, want %v", len(got), want)
	}
}

// A policy that is not there admits nobody, and that is certain.
func TestNoStatements(t *testing.T) {
	for text, want := range map[string]error{
		"":                         policy.ErrAbsent,
		`{"Version":"2012-10-17"}`: policy.ErrNoStatement,
		`{"Statement":[]}`:         policy.ErrNoStatement,
	} {
		if p, err := Parse(text); !errors.Is(err, want) || len(p.Rows)+len(p.Conditions) > 0 {
			t.Errorf("%q: got %+v, %v; want nothing, %v", text, p, err, want)
		}
	}
}

func TestNotPrincipalOfNobody(t *testing.T) {
	p := parse(t, document(`{"Effect":"Allow","NotPrincipal":{},"Action":"sts:AssumeRole"}`))
	if len(p.Rows) != 1 || p.Rows[0].PrincipalKind != PrincipalUnknown || !p.Rows[0].Negated {
		t.Errorf("got %+v, want one row of kind unknown", p.Rows)
	}
}
