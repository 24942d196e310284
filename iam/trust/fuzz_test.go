package trust

import (
	"encoding/json"
	"testing"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// FuzzTrust: any document gives a kind of the closed set, an unreadable one
// never a comforting kind, and one more statement that lets anybody in makes
// every readable document cross_account.
func FuzzTrust(f *testing.F) {
	f.Add(document(allow(`{"Service":"ec2.amazonaws.com"}`)), true)
	f.Add(document(allow(`{"AWS":["111111111111","AIDA1234567890EXAMPLE"]}`)), false)
	f.Add(`{"Statement":{"Effect":"Allow","NotPrincipal":"*"}}`, false)
	f.Add(`{"Statement":[{"Effect":"Allow","Principal":{"Federated":"accounts.google.com"}},7]}`, false)
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
