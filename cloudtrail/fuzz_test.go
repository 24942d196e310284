package cloudtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzSeeds are small documents of every shape that CloudTrail or its exports
// have, and of shapes that surprised readers of it.
var fuzzSeeds = []string{
	`{"Records":[` + small + `,` + small + `]}`,
	"\xef\xbb\xbf" + ` { "Records" : [ ` + small + ` ] , "a":1} `,
	`[` + small + `,{"eventName":"x"},7]`,
	small + "\n" + small + "\r\n\n" + small,
	small + "\n{\"a\":\n" + small + "\n",
	`{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":` + small + `}`,
	`{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":` + strconv.Quote(small) + `}]}`,
	`{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE"}]}`,
	`{"Events":[{"EventId":"1","CloudTrailEvent":` + strconv.Quote(small) + `}]}`,
	`{"logEvents":[{"message":` + strconv.Quote(`{"Records":[`+small+`,{"eventTime":"2026-07-10T11:42:05Z","userAgent":"a\"b","errorMessage":"\u0041"}]}`) + `}]}`,
	`{"awsAccountId":"111111111111","digestEndTime":"2026-07-10T11:42:05Z","logFiles":[]}`,
	`{"a":1,"Records":[` + small + `]}`,
	`{"Records":[],"Records":[` + small + `]}`,
	`{"Records":7}` + small,
	`{"Records":[{"event\u0054ime":"2026-07-10T11:42:05Z","eventName":"x","requestParameters":{"\u0061":1}}]}`,
	`{"Records":[{"eventTime":"x","eventName":"x","eventTime":"2026-07-10T11:42:05Z"}]}`,
	`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventName":"AssumeRole","responseElements":{"credentials":{"accessKeyId":"ASIAEXAMPLE","sessionToken":"secret"}}}]}`,
	`{"Records":[{"eventTime":"2026-07-10T11:42:05.5Z","eventVersion":1.08,"readOnly":"true","managementEvent":null,"errorMessage":"\ud800","userAgent":null,"x":1e999,"y":-0.0}]}`,
	`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventName":"x","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111111111111:role/p/r"},"attributes":{"creationDate":"2026-07-10T11:00:00Z","mfaAuthenticated":"false"},"webIdFederationData":{}}}}]}`,
	`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","userIdentity":{"type":"Root","type":"IAMUser"}}]}`,
	`{"Records":[{"eventCategory":"Aggregated","timeWindow":{"start":"x"},"summary":{},"eventId":"1"}]}`,
	`{"Records":[{"eventName":"` + "\xff" + `"}]}`,
	strings.Repeat(`{"a":[`, 200) + strings.Repeat(`]}`, 200),
	`{"Records":[` + strings.Repeat(`[`, 200) + strings.Repeat(`]`, 200) + `]}`,
	"", " ", "12", `"x"`, "{", "nul", `{"Records":[`, `{"Records":[]}`, `{}{}`, "\xef\xbb\xbf",
}

// oracle is what encoding/json reads from a text.
func oracle(t testing.TB, text []byte) any {
	t.Helper()
	var value any
	err := json.Unmarshal(text, &value)
	var outOfRange *json.UnmarshalTypeError
	if errors.As(err, &outOfRange) {
		value, err = ParseValue(string(text))
	}
	if err != nil {
		t.Fatalf("encoding/json: %v of %.300q", err, text)
	}
	return value
}

// FuzzDecode holds that all ways to read a document agree on any bytes, and that
// every record of it can be rebuilt.
func FuzzDecode(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	eachRealFile(f, func(_ string, text []byte) {
		if len(text) < 4096 {
			f.Add(text)
		}
	})
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, err := decodeAll(t, text)
		if err != nil {
			return
		}
		for i := range doc.Records {
			rec := &doc.Records[i]
			if !utf8.Valid(rec.Raw) {
				t.Fatalf("invalid UTF-8 in %q", rec.Raw)
			}
			mustRebuild(t, rec, oracle(t, rec.Raw))
			derive(rec)
		}
	})
}

// derive runs every rule over a record, for its panics.
func derive(rec *Record) {
	var id Identity
	if rec.UserIdentity != nil {
		new(IdentityParser).Parse(rec.UserIdentity, &id)
	}
	var a Assumption
	new(AssumptionParser).Parse(rec, &id, &a)
	new(PassedRoleParser).Parse(rec)
	OutcomeOf(rec.Text[ErrorCode], rec.Text[ErrorMessage])
	id.ActingRole()
	rec.Account()
}

// FuzzContainer builds a document of records and wrappers as plan says, and holds
// that exactly those records come out; then one byte is changed, upon which all ways
// to read it must still agree.
func FuzzContainer(f *testing.F) {
	for shape := range byte(5) {
		for item := range byte(8) {
			f.Add([]byte{shape, item, item, item + 1, item + 10, 9, 0, 200}, uint16(50*shape), item)
		}
	}
	f.Fuzz(func(t *testing.T, plan []byte, at uint16, change byte) {
		if len(plan) > 40 {
			return
		}
		b := builder{plan: plan}
		text := b.document()
		doc, err := decodeAll(t, text)
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if len(doc.Records) != b.records || len(doc.Bad) != b.bad {
			t.Fatalf("%d records and %d bad, want %d and %d: %s", len(doc.Records), len(doc.Bad), b.records, b.bad, text)
		}
		for i := range doc.Records {
			if name := string(doc.Records[i].Text[EventName]); name != "E"+strconv.Itoa(i) {
				t.Fatalf("record %d is %s: %s", i, name, text)
			}
		}
		text[int(at)%len(text)] ^= change
		decodeAll(t, text)
	})
}

// builder makes documents as the bytes of plan say, and counts what it puts in.
type builder struct {
	plan         []byte
	records, bad int
}

func (b *builder) next() byte {
	if len(b.plan) == 0 {
		return 0
	}
	c := b.plan[0]
	b.plan = b.plan[1:]
	return c
}

func (b *builder) document() []byte {
	shape, space := b.next()%5, []string{"", " ", "\n\t "}[b.next()%3]
	items := []string{b.record()} // never a document of bad ones alone
	for len(b.plan) > 0 {
		items = append(items, b.item())
	}
	joined := strings.Join(items, space+","+space)
	switch shape {
	case 0:
		return []byte(space + "{" + space + `"Records"` + space + ":[" + space + joined + space + "]" + space + "}" + space)
	case 1:
		return []byte("[" + space + joined + "]" + space)
	case 2:
		return []byte(`{"Events":` + space + "[" + joined + `],"NextToken":{"a":[]}}`)
	case 3:
		return []byte(strings.Join(items, "\n"+space))
	}
	return []byte(strings.Join(items, space))
}

// item is a record, a wrapper round some, or something else.
func (b *builder) item() string {
	quote := func(text string) string { return string(appendQuoted(nil, []byte(text))) }
	switch c := b.next(); c % 8 {
	case 0:
		return b.record()
	case 1:
		return `{"id":"x","detail-type":"AWS API Call via CloudTrail","resources":[],"detail":` + b.record() + `}`
	case 2:
		return `{"EventId":"x","CloudTrailEvent":` + quote(b.record()) + `}`
	case 3:
		return `{"logEvents":[{"message":` + quote(b.record()) + `},{"message":` + quote(b.record()) + `}]}`
	case 4:
		return `{"logEvents":[{"message":` + quote(`{"Records":[`+b.record()+`, `+b.record()+`]}`) + `}]}`
	case 5:
		return `{"a":{"Records":1},"Records":[` + b.record() + `,` + b.record() + `]}`
	case 6:
		b.bad++
		return `{"eventName":"no time"}`
	}
	b.bad++
	return `{"a":"{\"eventName\":1}"}`
}

// record is a record whose name is its number.
func (b *builder) record() string {
	b.records++
	head := `{"eventTime":"2026-07-10T11:42:05Z","eventName":"E` + strconv.Itoa(b.records-1) + `"`
	switch b.next() % 6 {
	case 0:
		return head + `}`
	case 1:
		return head + `,"errorMessage":"\u00e9 \"quoted\"\n","userAgent":"\ud83d\ude00"}`
	case 2:
		return head + `,"responseElements":{"credentials":{"sessionToken":"secret","a\/b":[1.50,-0]}}}`
	case 3:
		return head + `,"requestParameters":"{\"sessionToken\":\"secret\",\"x\":1}","unknown":{"":null}}`
	case 4:
		return `{"event\u0053ource":"x",` + head[1:] + `}`
	}
	return `{"eventName":"twice",` + head[1:] + `}`
}

// FuzzRedact holds that no token-named member keeps its value, wherever it is, and
// that everything else stays.
func FuzzRedact(f *testing.F) {
	for _, test := range redactions {
		f.Add([]byte(test.in))
	}
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s scanner
		if !json.Valid(text) || !utf8.Valid(text) || s.skipValue(text, skipSpace(text, 0), 100) < 0 {
			return
		}
		in := bytes.Clone(text)
		out, changed := redact(text, new(scratch))
		if !bytes.Equal(in, text) {
			t.Fatalf("the input was changed to %q", text)
		}
		if changed && !s.suspect {
			t.Fatalf("the scanner did not suspect %q", in)
		}
		if changed == bytes.Equal(in, out) {
			t.Fatalf("changed is %v, %q became %q", changed, in, out)
		}
		if !json.Valid(out) {
			t.Fatalf("%q became %q", in, out)
		}
		noTokens(t, out)
		onlyTokensDiffer(t, oracle(t, in), oracle(t, out))
		if again, changed := redact(out, new(scratch)); changed {
			t.Fatalf("%q became %q, then %q", in, out, again)
		}
	})
}

// noTokens fails the test if a member of a token's name has a value other than
// null and REDACTED, also in strings and names that are JSON.
func noTokens(t *testing.T, text []byte) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var keys []bool // of the objects and arrays we are in: does a key come next in an object?
	var objects []bool
	name := ""
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		last := len(keys) - 1
		isKey := last >= 0 && objects[last] && keys[last]
		if !isKey && isTokenNamed(name) && token != nil && token != Redacted {
			t.Fatalf("%s is %v in %q", name, token, text)
		}
		if last >= 0 {
			keys[last] = !keys[last]
		}
		name = ""
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				keys, objects = append(keys, true), append(objects, v == '{')
				continue
			}
			keys, objects = keys[:last], objects[:last]
			if last > 0 {
				keys[last-1] = true
			}
		case string:
			if isKey {
				name = v
			}
			if strings.HasPrefix(strings.TrimLeft(v, " \t\r\n"), "{") && json.Valid([]byte(v)) {
				noTokens(t, []byte(v))
			}
		}
	}
}

func isTokenNamed(name string) bool {
	name = strings.ToLower(name)
	return isASCII(name) && strings.ReplaceAll(name, "session_token", "sessiontoken") == "sessiontoken"
}

// mayNameToken reports whether a text names a token, if letters are escaped at that.
func mayNameToken(text string) bool {
	return strings.Contains(strings.ToLower(text), "oken") || strings.Contains(text, `\u00`)
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > 0x7f }) < 0
}

// onlyTokensDiffer fails the test if two values differ in more than tokens. Names
// with tokens differ, too, and two of them may become one.
func onlyTokensDiffer(t *testing.T, in, out any) {
	t.Helper()
	switch v := in.(type) {
	case map[string]any:
		w, ok := out.(map[string]any)
		if !ok || len(v) < len(w) {
			t.Fatalf("%v became %v", in, out)
		}
		for name := range v {
			if got, kept := w[name]; kept && !isTokenNamed(name) && !strings.Contains(name, Redacted) {
				onlyTokensDiffer(t, v[name], got)
			} else if !kept && !mayNameToken(name) {
				t.Fatalf("%q of %v is not in %v", name, in, out)
			}
		}
		for name := range w {
			if _, was := v[name]; !was && !strings.Contains(name, Redacted) {
				t.Fatalf("%q of %v was not in %v", name, out, in)
			}
		}
	case []any:
		w, ok := out.([]any)
		if !ok || len(v) != len(w) {
			t.Fatalf("%v became %v", in, out)
		}
		for i := range v {
			onlyTokensDiffer(t, v[i], w[i])
		}
	case string:
		w, ok := out.(string)
		if !ok || v != w && !strings.Contains(w, Redacted) {
			t.Fatalf("%q became %q", in, out)
		}
	default:
		if !reflect.DeepEqual(in, out) {
			t.Fatalf("%v became %v", in, out)
		}
	}
}

// FuzzIdentity holds that an identity can be rebuilt from its columns and the rest.
func FuzzIdentity(f *testing.F) {
	for _, seed := range identitySeeds {
		f.Add([]byte(seed))
	}
	p := new(IdentityParser)
	f.Fuzz(func(t *testing.T, text []byte) {
		text = trimSpace(text)
		if !isObject(text) || !json.Valid(text) || !utf8.Valid(text) || new(scanner).skipValue(text, 0, 100) < 0 {
			return
		}
		var id Identity
		p.Parse(text, &id)
		row := Row{}
		identityRow(row, &id)
		got, err := Rebuild(row)
		if err != nil {
			t.Fatal(err)
		}
		if want := oracle(t, text); !reflect.DeepEqual(got["userIdentity"], want) {
			t.Fatalf("rebuilt %v, want %v, from %q", got["userIdentity"], want, text)
		}
		if role := id.ActingRole(); role.ID == nil && role.ARN == nil && role.SessionName != nil {
			t.Fatalf("a session of no role in %q", text)
		}
	})
}

// identitySeeds are identities of every type, and odd ones.
var identitySeeds = []string{
	`{}`, `{"type":null}`, `{"type":"Root","arn":"arn:aws:iam::111111111111:root","accountId":"111111111111"}`,
	`{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111111111111:user/x","accountId":"111111111111","accessKeyId":"AKIAEXAMPLE","userName":"x","sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{"creationDate":"2026-07-10T11:00:00Z","mfaAuthenticated":"true"}}}`,
	`{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111111111111:role/p/r","accountId":"111111111111","userName":"r"},"attributes":{"creationDate":"2026-07-10T11:00:00Z","mfaAuthenticated":"false"},"sourceIdentity":"x"},"inScopeOf":{"a":[]},"onBehalfOf":{"userId":"u","identityStoreArn":"a"}}`,
	`{"type":"AWSService","invokedBy":"lambda.amazonaws.com"}`,
	`{"type":"WebIdentityUser","identityProvider":"x","userName":"y","type":"twice","sessionContext":7}`,
	`{"accountId":111111111111,"userName":"\ud800","arn":"\u0041","onBehalfOf":{"userId":null},"sessionContext":{"attributes":{"mfaAuthenticated":true,"creationDate":"Jul 10, 2026"}}}`,
	`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1,"r":1,"s":1,"t":1,"u":1,"v":1,"w":1,"x":1,"y":1,"z":1,"aa":1,"ab":1,"ac":1,"ad":1,"ae":1,"af":1,"arn":5,"arn":"x"}`,
}
