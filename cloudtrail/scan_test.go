package cloudtrail

import (
	"encoding/json"
	"strings"
	"testing"
)

// scanTexts are JSON values and texts that nearly are. Which of them are valid is
// for encoding/json to say.
var scanTexts = []string{
	`null`, `true`, `false`, `nul`, `nulL`, `tru`, `truex`, `falsy`, `NULL`, `nil`,

	`0`, `-0`, `1`, `12`, `-12`, `01`, `-01`, `00`, `-`, `+1`, `--1`, `.5`, `1.`, `1.5`, `-0.0`, `1..5`, `1.5.5`, `0x1`,
	`1e5`, `1E5`, `1e+5`, `1e-5`, `1e`, `1e+`, `1e-`, `1.e5`, `1.5e5`, `1e5.5`, `1e999`, `1_000`, `Infinity`, `NaN`,
	`123456789012345678901234567890`, `0.000000000000000000001`,

	`""`, `"a"`, `"a`, `"`, `'a'`, `"\""`, `"\\"`, `"\/"`, `"\b\f\n\r\t"`, `"\a"`, `"\x41"`, `"\'"`, `"\`, `"\"`, `"\\\"`,
	`"\u0041"`, `"\uD83D\uDE00"`, `"\ud800"`, `"\udc00\ud800"`, `"\u004"`, `"\u004g"`, `"\u"`, `"\U0041"`, `"\u 041"`,
	"\"\x00\"", "\"\x1f\"", "\"\x20\"", "\"\x7f\"", "\"\x80\"", "\"\xff\"", "\"é\u2028\U0001F600\"", "\"a\nb\"", "\"a\tb\"",
	`"0123456"`, `"01234567"`, `"012345678"`, "\"0123456\x01\"", "\"01234567\x01\"", "\"\x80\x80\x80\x80\x80\x80\x80\x01\"",
	`"!#[]!#[]!#[]!#[]"`, `"aaaaaaaaaaaaaaa\"aaaaaaaaaaaaa\\"`,

	`{}`, `{ }`, `{`, `}`, `{"a"}`, `{"a":}`, `{"a":1}`, `{"a":1,}`, `{,}`, `{"a" 1}`, `{"a":1 "b":2}`, `{"a":1,"b":2}`, `{a:1}`,
	`{"a":1,,"b":2}`, `{"a"::1}`, `{1:1}`, `{"a":1]`, `{"a":{"b":{}}}`, `{"\u0061":1}`, `{"":""}`, `{"a":1}}`, `{"a":1,"a":2}`,
	"{\v}", "{\u00a0}", " {\t\"a\" :\r\n1 } ",

	`[]`, `[ ]`, `[`, `]`, `[1]`, `[1,]`, `[,1]`, `[1,2]`, `[1 2]`, `[1}`, `[[]]`, `[[]`, `[]]`, `[nul]`, `["a",{"b":[true,null,-1.5e3]}]`,
	``, ` `, `,`, `:`, `//`, `/**/1`, "\xef\xbb\xbf1", `1 2`, `[1]x`,
}

// scans reports whether the scanner takes all of a text for a value.
func scans(text string) (code int, all bool) {
	b := []byte(text)
	next := new(scanner).skipValue(b, skipSpace(b, 0), 100)
	return next, next >= 0 && skipSpace(b, next) == len(b)
}

func TestScannerAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range scanTexts {
		if code, all := scans(text); all != json.Valid([]byte(text)) {
			t.Errorf("%q: scanner %v (%d), encoding/json %v", text, all, code, !all)
		}
	}
}

// TestScannerOnEveryByte puts every byte in every place of a text.
func TestScannerOnEveryByte(t *testing.T) {
	for _, text := range []string{` {"a\n":[1.5e-3,true,"\u00e9 longer than a word"]} `, `-0.5E+1`, `[null,false]`} {
		b := []byte(text)
		for i, was := range b {
			for c := range 256 {
				b[i] = byte(c)
				if _, all := scans(string(b)); all != json.Valid(b) {
					t.Errorf("%q: scanner %v", b, all)
				}
			}
			b[i] = was
		}
	}
}

// TestScannerOnCutText holds that valid text which breaks off is told from broken
// text, so that a window is moved on; only a bare number may end anywhere.
func TestScannerOnCutText(t *testing.T) {
	text := `{"a":[1.5e-3,-1,0,true,false,null,"\"\u00e9",{"b c":{}}],"d":"e"}`
	for i := range len(text) {
		if code, _ := scans(text[:i]); code != scanEnd {
			t.Errorf("%q: %d", text[:i], code)
		}
	}
	for _, number := range []string{"-1.5e-3", "10", "0.5E+10"} {
		for i := 1; i < len(number); i++ {
			code, all := scans(number[:i])
			if all != json.Valid([]byte(number[:i])) || !all && code != scanEnd {
				t.Errorf("%q: %d", number[:i], code)
			}
		}
	}
}

func TestScannerDepth(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		shut := map[string]string{"[": "]", `{"a":`: "}"}[open]
		text := []byte(strings.Repeat(open, 5) + "1" + strings.Repeat(shut, 5))
		var s scanner
		if next := s.skipValue(text, 0, 5); next != len(text) {
			t.Errorf("%s at its limit: %d", text, next)
		}
		if next := s.skipValue(text, 0, 4); next != scanDepth {
			t.Errorf("%s above its limit: %d", text, next)
		}
	}
}

// TestScannerSuspects holds that few records are searched for tokens.
func TestScannerSuspects(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{`{"a":"sessionToken"}`, false},
		{`{"tokenValue":"x","sessionIssue":"x","sessionTokens":"x"}`, false},
		{`{"policyDocument":"{\"Action\":\"\u003csts:AssumeRole\u0026\",\"a\":\"b\\n\"}"}`, false},
		{`{"a":{"b":[{"sessionToken":1}]}}`, true},
		{`{"SESSION_TOKEN":1}`, true},
		{`{"a":"{\"sessionToken\":1}"}`, true},
		{`{"a":"{\"to\u006ben\":1}"}`, true},
		{`["{\"TOKEN\":1}"]`, true},
		{`["{\"SESSIONTO\u004bEN\":1}"]`, true},
		{`["\u005bx"]`, true}, // perhaps
		{`["\u003cx"]`, false},
		{`{"\u0061":1}`, true}, // perhaps
	}
	for _, test := range tests {
		var s scanner
		s.skipValue([]byte(test.text), 0, 10)
		if s.suspect != test.want {
			t.Errorf("%s: %v", test.text, s.suspect)
		}
	}
}
