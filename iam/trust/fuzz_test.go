package trust

import (
	"encoding/json"
	"errors"
	"regexp"
	"testing"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// FuzzTrust: any document gives rows and a kind of the closed set, an unreadable
// one never a comforting kind, and one more statement that lets anybody in makes
// every readable document cross_account.
func FuzzTrust(f *testing.F) {
	f.Add(document(allow(`{"Service":"ec2.amazonaws.com"}`)), true)
	f.Add(document(allow(`{"AWS":["111111111111","AIDA1234567890EXAMPLE"]}`)), false)
	f.Add(`{"Statement":{"Effect":"Allow","NotPrincipal":"*"}}`, false)
	f.Add(`{"Statement":[{"Effect":"Allow","Principal":{"Federated":"accounts.google.com"}},7]}`, false)
	f.Add(trusting(`{"AWS":"222222222222"}`, `{"ForAnyValue:StringLike":{"aws:PrincipalArn":["a*?","${b}"]},"IpAddress":{"aws:SourceIp":"10.0.0.0/9"}}`), false)
	f.Add(trusting(`"*"`, `{"StringEqualsIgnoreCase":{"x.y:sub":["(a|b)","É"]},"ArnLike":{"aws:x":"a:b*:c?:d:e:f:*"},"Null":{"z":true}}`), false)
	role, err := iam.ParseARN("arn:aws:iam::111111111111:role/x")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string, onInstanceProfile bool) {
		raw, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		text, err := policy.Decode(raw)
		if err != nil {
			return
		}
		kind, err := KindOf(role, text, onInstanceProfile)
		if exposure[kind] == 0 {
			t.Fatalf("%s: kind %q is not of the set", text, kind)
		}
		checkRows(t, text)
		doc, perr := policy.Parse(text)
		if (err == nil) != (perr == nil) {
			t.Fatalf("%s: errors differ: %v, %v", text, err, perr)
		}
		if perr != nil && len(doc.Statements) > 0 && kind != Unknown && kind != CrossAccount {
			t.Fatalf("%s: %s in spite of %v", text, kind, err)
		}
		checkOpened(t, role, text)
	})
}

// checkOpened adds a statement for anybody to the document.
func checkOpened(t *testing.T, role iam.ARN, text string) {
	t.Helper()
	var top map[string]json.RawMessage
	var list []json.RawMessage
	if json.Unmarshal([]byte(text), &top) != nil || json.Unmarshal(top["Statement"], &list) != nil {
		return
	}
	opened, err := json.Marshal(map[string]any{"Statement": append(list, json.RawMessage(allow(`"*"`)))})
	if err != nil {
		t.Fatal(err)
	}
	if kind, _ := KindOf(role, string(opened), false); kind != CrossAccount {
		t.Fatalf("%s: %s although anybody may assume it", opened, kind)
	}
}

// checkRows: any document becomes rows of the closed sets and patterns that all
// engines take, no larger than its limit allows; one that cannot be read becomes
// rows as well, and whoever anybody is, a caller gets a finding.
func checkRows(t *testing.T, text string) {
	t.Helper()
	p, err := Parse(text)
	isEmpty := errors.Is(err, policy.ErrNoStatement) || errors.Is(err, policy.ErrAbsent)
	if err != nil && !isEmpty && len(p.Rows) == 0 {
		t.Fatalf("%s: no row, in spite of %v", text, err)
	}
	if len(p.Rows) > MaxBytes/4 || len(p.Conditions) > MaxBytes/4 {
		t.Fatalf("%d rows and %d conditions of %d bytes", len(p.Rows), len(p.Conditions), len(text))
	}
	for _, r := range p.Rows {
		hasKey := r.PrincipalKind != PrincipalAnyone && r.PrincipalKind != PrincipalUnknown
		if r.PrincipalKind == "" || r.Effect != Allow && r.Effect != Deny || hasKey != (r.PrincipalKey != "") {
			t.Fatalf("%s: %+v", text, r)
		}
	}
	for _, c := range p.Conditions {
		if len(c.Pattern) > maxPattern+len(anyText) || c.Exact && c.Pattern == "" {
			t.Fatalf("%s: %+v", text, c)
		}
		if c.Pattern != "" {
			checkPortable(t, c.Pattern)
			regexp.MustCompile(c.Pattern)
		}
	}
	for _, call := range []Call{ann, stranger, lambda, github, dark} {
		result := Match(p, call)
		if len(result.Findings) == 0 || err != nil && !isEmpty && call.Action == assumeRole && result.Findings[0] == Expected && len(result.NotShown) == 0 && policy.MayHideDeny(err) {
			t.Fatalf("%s: %+v for %s", text, result, call.Caller)
		}
	}
}
