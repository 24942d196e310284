package cloudtrail

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestLimits: a record that is nested too deeply is set aside alone; a document with
// a record that is too large, with too many of them, or with a member of its own
// that breaks a limit, is refused.
func TestLimits(t *testing.T) {
	tests := []struct {
		name, text, reason, err string
		limits                  Limits
	}{
		{"record size", `{"Records":[` + small + `,{"eventName":"` + strings.Repeat("x", 200) + `"}]}`, "", "over the limit limits.record_size (200) at byte", Limits{RecordSize: 200}},
		{"depth", `{"Records":[` + small + `,{"eventName":{"a":{"b":{"c":1}}}}]}`, "over the limit limits.depth (3)", "", Limits{Depth: 3}},
		{"depth of the document", `{"Records":[` + small + `],"a":[[[[]]]]}`, "", "over the limit limits.depth (3) at byte", Limits{Depth: 3}},
		{"records per object", `[` + small + `,` + small + `]`, "", "over the limit limits.records_per_object (1) at byte 0", Limits{RecordsPerObject: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc, err := NewDecoder(test.limits).Decode([]byte(test.text), Management)
			if test.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.err) {
					t.Fatalf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(doc.Records) != 1 || len(doc.Bad) != 1 || doc.Bad[0].Reason != test.reason || doc.Bad[0].Index != 1 {
				t.Fatalf("%d records, bad %+v, want %q", len(doc.Records), doc.Bad, test.reason)
			}
		})
	}
}

// TestLimitsOnEveryPath holds that the limits are the same for all readers.
func TestLimitsOnEveryPath(t *testing.T) {
	limits := Limits{RecordSize: 300, Depth: 5, RecordsPerObject: 3}
	deep := strings.Repeat("[", 7) + strings.Repeat("]", 7)
	const surprise = `{"event\u0053ource":"x","eventTime":"2026-07-10T11:42:05Z"}`
	tests := []struct{ name, text, limit string }{
		{"deep record", `{"eventName":` + deep + `}`, "depth"},
		{"deep element", deep, "depth"},
		{"deep element in an array", `[1,` + deep + `]`, "depth"},
		{"deep member behind the records", `{"Records":[` + small + `],"a":` + deep + `}`, "depth"},
		{"deep message", `{"logEvents":[{"message":"` + deep[:7] + `{` + deep[7:] + `"},{"message":"{\"a\":` + deep + `}"}]}`, "depth"},
		{"large record", `{"eventName":"` + strings.Repeat("x", 300) + `"}`, "record_size"},
		{"large element", `[7,"` + strings.Repeat("x", 300) + `"]`, "record_size"},
		{"many records", `[` + small + `,` + small + `,` + small + `,` + small + `]`, "records_per_object"},
		{"many bad records", `[1,2,3,4]`, "records_per_object"},
		{"many log events", `{"logEvents":[{},{},{},{}]}`, "records_per_object"},
	}
	for _, test := range tests {
		for _, first := range []string{"", surprise} {
			text := []byte(first + test.text)
			decoded, decodeErr := NewDecoder(limits).Decode(text, Management)
			streamed, streamErr := NewDecoder(limits).Stream(reopen(text), Management, func(*Record) error { return nil })
			if got := brokenLimit(decoded, decodeErr); got != test.limit {
				t.Errorf("%s, decode: %q, want %q", test.name, got, test.limit)
			}
			if got := brokenLimit(streamed, streamErr); got != test.limit {
				t.Errorf("%s, stream: %q, want %q", test.name, got, test.limit)
			}
		}
	}
}

// TestRecordSizeIsOneThing holds that a record, wrapped or not, and a member beside
// the records may have exactly the size of the limit, whichever reader reads them.
func TestRecordSizeIsOneThing(t *testing.T) {
	const limit = 2000
	pad := func(head, tail string, size int) string {
		return head + strings.Repeat("x", size-len(head)-len(tail)) + tail
	}
	record := func(size int) string {
		return pad(`{"eventTime":"2026-07-10T11:42:05Z","eventSource":"x.amazonaws.com","eventName":"`, `"}`, size)
	}
	documents := map[string]func(size int) string{
		"trail":                func(n int) string { return `{"Records":[` + small + ",\n " + record(n) + `]}` },
		"array":                func(n int) string { return `[` + record(n) + ` , ` + small + `]` },
		"lines":                func(n int) string { return small + "\n" + record(n) + "\n" + small },
		"alone":                func(n int) string { return "  " + record(n) + "  " },
		"event of EventBridge": func(n int) string { return pad(`{"detail-type":"x","pad":"`, `","detail":`+small+`}`, n) },
		"member behind":        func(n int) string { return `{"Records":[` + small + `], ` + pad(`"a":"`, `"`, n) + `}` },
		"text":                 func(n int) string { return `[` + small + `,` + pad(`"`, `"`, n) + `]` },
		"nested too deeply": func(n int) string {
			return `[` + small + `,` + pad(strings.Repeat("[", 200)+`"`, `"`+strings.Repeat("]", 200), n) + `]`
		},
		"space before Records": func(n int) string {
			return `{` + strings.Repeat(" ", n-len(`{"Records":`)) + `"Records":[` + small + `]}`
		},
		"space between records": func(n int) string { return `[` + small + `,` + strings.Repeat(" ", limit/2) + record(n) + `]` },
	}
	readers := map[string]func(text string) error{
		"whole": func(text string) error {
			_, err := NewDecoder(Limits{RecordSize: limit}).Decode([]byte(text), Management)
			return err
		},
		"streamed": func(text string) error {
			d := NewDecoder(Limits{RecordSize: limit})
			d.stream = make([]byte, 0, 64) // so that the window has to grow
			_, err := d.Stream(reopen([]byte(text)), Management, func(*Record) error { return nil })
			return err
		},
		"encoding/json": func(text string) error {
			d := NewDecoder(Limits{RecordSize: limit})
			d.begin(Management, nil)
			return d.walkValues(strings.NewReader(text), nil)
		},
		"lines": func(text string) error {
			if !strings.Contains(text, "\n") || strings.HasPrefix(text, `{"Records"`) {
				return nil
			}
			d := NewDecoder(Limits{RecordSize: limit})
			d.begin(Management, nil)
			return d.walkLines(strings.NewReader(text), errSurprise)
		},
	}
	refused := 0
	for name, document := range documents {
		for by, read := range readers {
			if err := read(document(limit)); err != nil {
				t.Errorf("%s, %s: %v", name, by, err)
			}
			err := read(document(limit + 1))
			var broken *LimitError
			switch {
			case by == "lines" && name != "lines":
			case !errors.As(err, &broken) || broken.Limit != "record_size" || broken.Max != limit:
				t.Errorf("%s, %s, a byte more: error %v", name, by, err)
			default:
				refused++
			}
		}
	}
	if want := 3*len(documents) + 1; refused != want {
		t.Errorf("%d were refused, want %d", refused, want)
	}
}

// TestLimitsHaveAMaximum: a caller cannot ask for more than the decoder counts in.
func TestLimitsHaveAMaximum(t *testing.T) {
	const huge = math.MaxInt
	if got := NewDecoder(Limits{RecordSize: huge, Depth: huge, RecordsPerObject: huge}).limits; got != MaxLimits {
		t.Errorf("%+v", got)
	}
}

// limitName is the limit in a bad record's reason.
var limitName = regexp.MustCompile(`over the limit limits\.([a-z_]+) `)

// brokenLimit is the limit that a document or one of its records broke.
func brokenLimit(doc *Document, err error) string {
	var limit *LimitError
	if errors.As(err, &limit) {
		return limit.Limit
	}
	if err != nil {
		return err.Error()
	}
	for _, bad := range doc.Bad {
		if found := limitName.FindStringSubmatch(bad.Reason); found != nil {
			return found[1]
		}
	}
	return ""
}

// TestHostileTexts holds that what is meant to cost much time does not: each takes
// minutes where work is quadratic, and a second or two where it is not.
func TestHostileTexts(t *testing.T) {
	const surprise = `{"event\u0053ource":"x","eventTime":"2026-07-10T11:42:05Z",`
	const plain = `{"eventSource":"x","eventTime":"2026-07-10T11:42:05Z","sessionToken":"x",`
	repeat := strings.Repeat
	var many bytes.Buffer
	for i := range 60_000 {
		fmt.Fprintf(&many, `"%d":0,`, i%30_000)
	}
	tests := []struct{ name, members string }{
		{"nested", `"a":` + repeat(`{"a":`, 120) + `"` + repeat("x", 1<<19) + `"` + repeat(`}`, 120)},
		{"nested beside much", `"a":` + repeat(`{"b":"`+repeat("x", 10_000)+`","a":`, 120) + `1` + repeat(`}`, 120)},
		{"many members", `"a":{` + many.String() + `"z":0}`},
		{"many members of the record", many.String() + `"z":0`},
		{"many members of the identity", `"userIdentity":{` + many.String() + `"z":0}`},
		{"the same member", `"a":{` + repeat(`"a":1,`, 100_000) + `"z":0}`},
		{"tokens in a text", `"a":"` + repeat(`\"sessionToken\":\"x\",`, 30_000) + `"`},
		{"tokens without end in a text", `"a":"` + repeat(`\"sessionToken\":\"`, 30_000) + `"`},
		{"colons in a text", `"a":"token` + repeat(`\":`, 100_000) + `"`},
		{"backslashes in a text", `"a":"\"token` + repeat(`\\`, 100_000) + `\":"`},
		{"brackets in a text", `"a":"` + repeat(`[`, 1<<19) + `\"token"`},
		{"escapes", `"errorMessage":"` + repeat(`\u00e9`, 100_000) + `"`},
		{"white space", `"a":` + repeat(" ", 1<<19) + `1`},
	}
	for _, test := range tests {
		start := time.Now()
		for _, head := range []string{plain, surprise} {
			text := []byte(`{"Records":[` + head + test.members + `}]}`)
			doc, err := NewDecoder(Limits{}).Decode(text, Management)
			if err != nil || len(doc.Records) != 1 {
				t.Fatalf("%s: %v", test.name, err)
			}
			derive(&doc.Records[0])
			_, err = NewDecoder(Limits{}).Stream(reopen(text), Management, func(*Record) error { return nil })
			if err != nil {
				t.Fatalf("%s, streamed: %v", test.name, err)
			}
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s took %s", test.name, took)
		}
	}
}

// TestManyBadRecords holds that the list of bad records is bounded.
func TestManyBadRecords(t *testing.T) {
	text := func(n int) []byte { return []byte(`[` + small + strings.Repeat(`,1`, n) + `]`) }
	doc, err := NewDecoder(Limits{}).Decode(text(maxBad), Management)
	if err != nil || len(doc.Bad) != maxBad {
		t.Fatalf("%v, %+v", err, doc)
	}
	_, err = NewDecoder(Limits{}).Decode(text(maxBad+1), Management)
	if err == nil || !strings.Contains(err.Error(), "more than 10000 bad records, the last one: not an object") {
		t.Fatalf("error %v", err)
	}
}

// TestManyRecords holds that a small text cannot fill the memory with records.
func TestManyRecords(t *testing.T) {
	text := []byte(`[{"eventID":""}` + strings.Repeat(`,{"eventID":""}`, maxKept) + `]`)
	d := NewDecoder(Limits{})
	if _, err := d.Decode(text, Insight); !errors.Is(err, ErrManyRecords) {
		t.Fatalf("error %v", err)
	}
	n := 0
	doc, err := d.Stream(reopen(text), Insight, func(*Record) error { n++; return nil })
	if err != nil || n != maxKept+1 || doc.Count != n {
		t.Fatalf("%d records, %v", n, err)
	}
	if doc, err = d.Decode([]byte(small), Management); err != nil || cap(doc.Records) > keptRecords {
		t.Fatalf("room for %d records was kept, %v", cap(doc.Records), err)
	}
}
