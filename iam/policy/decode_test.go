package policy

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

const sample = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"a b+c%20d"}]}`

func asString(s string) json.RawMessage {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always encodes
	}
	return raw
}

func TestDecodeForms(t *testing.T) {
	for form, raw := range map[string]json.RawMessage{
		"object":               json.RawMessage(sample),
		"object with space":    json.RawMessage("\n " + strings.ReplaceAll(sample, ",", " ,\n ") + " "),
		"plain string":         asString(sample),
		"string with space":    asString(" \n" + sample + "\n"),
		"URL-encoded":          asString(strings.ReplaceAll(url.QueryEscape(sample), "+", "%20")),
		"URL-encoded, by path": asString(url.PathEscape(sample)),
	} {
		if got, err := Decode(raw); err != nil || got != sample {
			t.Errorf("%s: got %s, %v", form, got, err)
		}
	}
}

// A space written as a plus sign is read as one only where the text is no JSON
// otherwise: within a string a plus is kept.
func TestDecodePlus(t *testing.T) {
	got, err := Decode(asString(`%7B"Statement":[],"x":"a+b"%7D`))
	if want := `{"Statement":[],"x":"a+b"}`; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	got, err = Decode(asString(`%7B%0A+"Statement":+[]+%7D`))
	if want := `{"Statement":[]}`; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		raw  json.RawMessage
		want string
	}{
		"absent":       {nil, "there is no policy document"},
		"null":         {json.RawMessage(`null`), "there is no policy document"},
		"empty":        {json.RawMessage(`" "`), "there is no policy document"},
		"number":       {json.RawMessage(`7`), `decoding policy document: it begins with "7" where a JSON object is expected`},
		"list":         {json.RawMessage(`[{}]`), `decoding policy document: it begins with "[{}]" where a JSON object is expected`},
		"placeholder":  {asString("<URL-encoded-JSON>"), `decoding policy document: it begins with "<URL-encoded-JSON>" where a JSON object is expected`},
		"cut off":      {asString(sample[:40]), `decoding policy document: unexpected end of JSON input`},
		"bad encoding": {asString("%7B%zz"), `decoding URL-encoded policy document: invalid URL escape "%zz"`},
		"twice encoded": {asString("%257B%257D"),
			`decoding policy document: it begins with "%7B%7D" where a JSON object is expected`},
		"too deep": {asString(`{"a":` + strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth) + `}`),
			`decoding policy document: it is nested over 64 levels deep, which is the limit`},
		"too large": {asString(`{"a":"` + strings.Repeat("x", MaxBytes) + `"}`),
			`decoding policy document: 1048590 bytes are over the limit of 1048576`},
	} {
		got, err := Decode(c.raw)
		if err == nil || err.Error() != c.want || got != "" {
			t.Errorf("%s: got %.40q, %v; want error %s", name, got, err, c.want)
		}
	}
	if _, err := Decode(nil); !errors.Is(err, ErrAbsent) {
		t.Errorf("no document: %v is not ErrAbsent", err)
	}
}

// FuzzDecode: what comes out is compact, valid and UTF-8, and comes out the same
// from each of the encodings.
func FuzzDecode(f *testing.F) {
	f.Add(sample)
	f.Add(`%7B%22Statement%22%3A%5B%5D%7D`)
	f.Add("{\"a\":\"\xff\"}")
	f.Fuzz(func(t *testing.T, in string) {
		text, err := Decode(asString(in))
		if err != nil {
			return
		}
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
			t.Fatalf("Decode(%q) = %q", in, text)
		}
		for _, again := range []json.RawMessage{json.RawMessage(text), asString(text), asString(url.PathEscape(text))} {
			if got, err := Decode(again); err != nil || got != text {
				t.Fatalf("Decode(%s) = %q, %v; want %q", again, got, err, text)
			}
		}
	})
}
