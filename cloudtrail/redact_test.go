package cloudtrail

import (
	"bytes"
	"strings"
	"testing"
)

// redactions are texts with session tokens in every form, and others without.
var redactions = []struct{ name, in, want string }{
	{"none", `{"a":"b"}`, ``},
	{"as AWS writes it", `{"sessionToken":"secret"}`, `{"sessionToken":"REDACTED"}`},
	{"white space stays", "{ \"a\" : 1 ,\n\"sessionToken\" : \"secret\" , \"b\" : [ ] }", "{ \"a\" : 1 ,\n\"sessionToken\" : \"REDACTED\" , \"b\" : [ ] }"},
	{"nested", `{"responseElements":{"credentials":{"accessKeyId":"ASIAEXAMPLE","sessionToken":"secret","expiration":"x"}}}`, `{"responseElements":{"credentials":{"accessKeyId":"ASIAEXAMPLE","sessionToken":"REDACTED","expiration":"x"}}}`},
	{"in an array", `{"a":[[{"sessionToken":"secret"},{"b":1}],{"sessionToken":"more"}]}`, `{"a":[[{"sessionToken":"REDACTED"},{"b":1}],{"sessionToken":"REDACTED"}]}`},
	{"another case", `{"SessionToken":"a","SESSIONTOKEN":"b","sessiontoken":"c"}`, `{"SessionToken":"REDACTED","SESSIONTOKEN":"REDACTED","sessiontoken":"REDACTED"}`},
	{"another style", `{"session_token":"a","Session_Token":"b"}`, `{"session_token":"REDACTED","Session_Token":"REDACTED"}`},
	{"a longer name", `{"sessionTokenId":"a","mySessionToken":"b","sessionTokens":["c"]}`, ``},
	{"a value of that name", `{"a":"sessionToken","b":"x"}`, ``},
	{"twice", `{"sessionToken":"a","sessionToken":"b"}`, `{"sessionToken":"REDACTED","sessionToken":"REDACTED"}`},
	{"escaped key", `{"session\u0054oken":"secret"}`, `{"session\u0054oken":"REDACTED"}`},
	{"escaped value", `{"sessionToken":"a\"b\\"}`, `{"sessionToken":"REDACTED"}`},
	{"empty", `{"sessionToken":""}`, `{"sessionToken":"REDACTED"}`},
	{"null", `{"sessionToken":null}`, ``},
	{"redacted before", `{"sessionToken":"REDACTED"}`, ``},
	{"number", `{"sessionToken":17}`, `{"sessionToken":"REDACTED"}`},
	{"object", `{"sessionToken":{"a":"secret"},"b":2}`, `{"sessionToken":"REDACTED","b":2}`},
	{"array", `{"sessionToken":["secret",{"a":[]}],"b":2}`, `{"sessionToken":"REDACTED","b":2}`},

	{"JSON in a string", `{"a":"{\"sessionToken\":\"secret\",\"b\":1}"}`, `{"a":"{\"sessionToken\":\"REDACTED\",\"b\":1}"}`},
	{"JSON in JSON in a string", `{"a":"{\"b\":\"{\\\"sessionToken\\\":\\\"secret\\\"}\"}"}`, `{"a":"{\"b\":\"{\\\"sessionToken\\\":\\\"REDACTED\\\"}\"}"}`},
	{"JSON array in a string", `{"a":" [{\"session_token\" : \"secret\"}] "}`, `{"a":" [{\"session_token\" : \"REDACTED\"}] "}`},
	{"JSON in a string, an object", `{"a":"{\"sessionToken\":{\"b\":\"secret\"}}"}`, `{"a":"{\"sessionToken\":\"REDACTED\"}"}`},
	{"JSON in a string, escaped slash", `{"a":"{\"sessionToken\":\"sec\\/ret\"}"}`, `{"a":"{\"sessionToken\":\"REDACTED\"}"}`},
	{"JSON in a string, escaped value", `{"a":"{\"sessionToken\":\"sec\\u002bret\\\"more\"}"}`, `{"a":"{\"sessionToken\":\"REDACTED\"}"}`},
	{"JSON in a string, escaped key", `{"a":"{\"session\\u0054oken\":\"secret\"}"}`, `{"a":"{\"session\\u0054oken\":\"REDACTED\"}"}`},
	{"JSON in a string, escaped twice", `{"a":"{\"session\u0054oken\":\"secret\"}"}`, `{"a":"{\"sessionToken\":\"REDACTED\"}"}`},
	{"JSON in a string, quotes as \\u0022", `{"a":"{\u0022sessionToken\u0022:\u0022secret\u0022}"}`, `{"a":"{\"sessionToken\":\"REDACTED\"}"}`},
	{"JSON within a message", `{"a":"answer: {\"sessionToken\": \"secret\"} and {\"SessionToken\":\"more\"}."}`, `{"a":"answer: {\"sessionToken\": \"REDACTED\"} and {\"SessionToken\":\"REDACTED\"}."}`},
	{"JSON within a message, quoted again", `{"a":"x {\\\"sessionToken\\\":\\\"sec\\\\\\\"ret\\\",\\\"b\\\":1}"}`, `{"a":"x {\\\"sessionToken\\\":\\\"REDACTED\\\",\\\"b\\\":1}"}`},
	{"JSON within a message, backslash at the end", `{"a":"x {\"sessionToken\":\"s\\\\\",\"b\":1}"}`, `{"a":"x {\"sessionToken\":\"REDACTED\",\"b\":1}"}`},
	{"JSON within a message, quoted again, backslash at the end", `{"a":"x {\\\"sessionToken\\\":\\\"s\\\\\\\\\\\",\\\"b\\\":1}"}`, `{"a":"x {\\\"sessionToken\\\":\\\"REDACTED\\\",\\\"b\\\":1}"}`},
	{"JSON within a message, cut off", `{"a":"{\"b\":1,\"sessionToken\":\"secr"}`, `{"a":"{\"b\":1,\"sessionToken\":\"REDACTED"}`},
	{"JSON within a message, cut off before", `{"a":"{\"b\":1,\"sessionToken\":"}`, ``},
	{"JSON within a message, null", `{"a":"x {\"sessionToken\":null}"}`, ``},
	{"JSON within a message, redacted before", `{"a":"x {\"sessionToken\":\"REDACTED\"}"}`, ``},
	{"JSON within a message, array", `{"a":"x {\"sessionToken\":[\"secret\",{\"b\":\"]\"}],\"b\":1}"}`, `{"a":"x {\"sessionToken\":\"REDACTED\",\"b\":1}"}`},
	{"JSON within a message, object", `{"a":"x {\"sessionToken\" : {\"b\":\"secret\"} }"}`, `{"a":"x {\"sessionToken\" : \"REDACTED\" }"}`},
	{"JSON within a message, number", `{"a":"x {\"sessionToken\":17,\"b\":1}"}`, `{"a":"x {\"sessionToken\":\"REDACTED\",\"b\":1}"}`},
	{"JSON within a message, number at the end", `{"a":"x \"sessionToken\":17"}`, `{"a":"x \"sessionToken\":\"REDACTED\""}`},
	{"JSON within a message, array cut off", `{"a":"x {\"sessionToken\":[\"a\",\"secr"}`, `{"a":"x {\"sessionToken\":\"REDACTED\""}`},
	{"JSON within a message, quoted again, array", `{"a":"x {\\\"sessionToken\\\":[\\\"secret\\\"]}\" b"}`, `{"a":"x {\\\"sessionToken\\\":\\\"REDACTED\\\"}\" b"}`},
	{"JSON within a message, quoted again, array cut off", `{"a":"\"x {\\\"sessionToken\\\":[1,\" b"}`, `{"a":"\"x {\\\"sessionToken\\\":\\\"REDACTED\\\"\" b"}`},
	{"JSON within a message, escaped key", `{"a":"x {\"session\\u0054oke\\u006E\":\"secret\"}"}`, `{"a":"x {\"session\\u0054oke\\u006E\":\"REDACTED\"}"}`},
	{"JSON within a message, quoted again, escaped key", `{"a":"x {\\\"\\\\u0073ession_token\\\":\\\"secret\\\"}"}`, `{"a":"x {\\\"\\\\u0073ession_token\\\":\\\"REDACTED\\\"}"}`},
	{"JSON within a message, nothing follows", `{"a":"x {\"sessionToken\":,\"sessionToken\"::}"}`, ``},
	{"JSON as a name", `{"{\"sessionToken\":\"secret\"}":{"sessionToken":"more"},"b":1}`, `{"{\"sessionToken\":\"REDACTED\"}":{"sessionToken":"REDACTED"},"b":1}`},
	{"JSON within a name", `{"b":[{"x {\"sessionToken\":\"secret\"}":1}]}`, `{"b":[{"x {\"sessionToken\":\"REDACTED\"}":1}]}`},
	{"lone surrogate beside it", `{"a":"\ud800 {\"sessionToken\":\"secret\"}"}`, `{"a":"` + "\ufffd" + ` {\"sessionToken\":\"REDACTED\"}"}`},
	{"lone surrogate without", `{"a":"\ud800 \"token\""}`, ``},
	{"policy with letters escaped", `{"a":"{\"\u0041ction\":\"*\"}"}`, ``},
}

func TestRedact(t *testing.T) {
	for _, test := range redactions {
		t.Run(test.name, func(t *testing.T) {
			out, changed := redact([]byte(test.in), new(scratch))
			want := test.want
			if want == "" {
				want = test.in
			}
			if string(out) != want {
				t.Errorf("got  %s\nwant %s", out, want)
			}
			if changed != (test.want != "") {
				t.Errorf("changed is %v", changed)
			}
			var s scanner
			if s.skipValue([]byte(test.in), 0, 10); changed && !s.suspect {
				t.Error("the scanner did not suspect it")
			}
		})
	}
}

// TestDecodeRedacts holds that no reader hands on a token, wherever it is in a
// record and in whatever the record is wrapped.
func TestDecodeRedacts(t *testing.T) {
	for _, test := range redactions {
		inner := strings.TrimSuffix(strings.TrimPrefix(test.in, "{"), "}")
		for _, members := range []string{inner, `"requestParameters":` + test.in, `"userIdentity":{"a":[` + test.in + `]}`, `"event\u0053ource":"x",` + inner} {
			record := `{"eventTime":"2026-07-10T11:42:05Z","eventName":"x",` + members + `}`
			quoted := string(appendQuoted(nil, []byte(record)))
			for _, text := range []string{record, `{"Records":[` + small + `,` + record + `]}`, `{"CloudTrailEvent":` + quoted + `}`, `{"logEvents":[{"message":` + quoted + `}]}`} {
				doc, err := decodeAll(t, []byte(text))
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				rec := cloneRecord(&doc.Records[len(doc.Records)-1])
				for _, field := range [][]byte{rec.Raw, rec.Other, rec.UserIdentity, rec.JSON[RequestParameters]} {
					if isRedacted := test.want != ""; isRedacted && (bytes.Contains(field, []byte("secr")) || bytes.Contains(field, []byte("more"))) {
						t.Errorf("%s: %s in %s", test.name, field, text)
					}
				}
				if got := bytes.Contains(rec.Raw, []byte(Redacted)); got != (test.want != "" || strings.Contains(test.in, Redacted)) {
					t.Errorf("%s: %s of %s", test.name, rec.Raw, text)
				}
			}
		}
	}
}

// TestSuspicionPasses holds that one token does not make the records behind it be
// searched.
func TestSuspicionPasses(t *testing.T) {
	p := recordReader{depth: 10}
	var rec Record
	for _, text := range []string{`{"sessionToken":"x"}`, `{"errorMessage":"\"token\""}`, `{"requestParameters":{"sessionToken":"x"}}`} {
		if p.read([]byte(text), 0, &rec); !p.scan.suspect {
			t.Errorf("%s is not suspect", text)
		}
		if p.read([]byte(small), 0, &rec); p.scan.suspect {
			t.Errorf("the record behind %s is suspect", text)
		}
	}
}
