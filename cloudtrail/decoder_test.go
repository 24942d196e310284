package cloudtrail

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rowOf is the row that a record becomes, as Rebuild takes it.
func rowOf(rec *Record) Row {
	row := Row{}
	if rec.HasTime() && rec.Family != Aggregated { // which has none of its own
		row["event_time"] = time.UnixMicro(rec.Time).UTC()
	}
	text := func(column string, value []byte) {
		if value != nil {
			row[column] = string(value)
		}
	}
	flag := func(column string, value Bool) {
		if value != Unknown {
			row[column] = value == True
		}
	}
	columns := map[string]string{}
	for column, path := range flatMembers {
		if len(path) == 1 {
			columns[path[0]] = column
		}
	}
	for i, name := range textNames {
		text(columns[name], rec.Text[i])
	}
	for column, name := range jsonMembers {
		for i := range jsonNames {
			if jsonNames[i] == name {
				text(column, rec.JSON[i])
			}
		}
	}
	flag("read_only", rec.ReadOnly)
	flag("management_event", rec.ManagementEvent)
	text("other", rec.Other)
	if rec.UserIdentity != nil {
		var id Identity
		new(IdentityParser).Parse(rec.UserIdentity, &id)
		identityRow(row, &id)
	}
	return row
}

// identityRow adds the columns of an identity.
func identityRow(row Row, id *Identity) {
	for i, column := range identityColumns {
		if id.Text[i] != nil {
			row[column] = string(id.Text[i])
		}
	}
	if id.HasCreatedAt {
		row["session_created_at"] = time.UnixMicro(id.CreatedAt).UTC()
	}
	if id.MFA != Unknown {
		row["mfa_authenticated"] = id.MFA == True
	}
	if id.Rest != nil {
		row["user_identity"] = string(id.Rest)
	}
}

var identityColumns = [NumIdentityTexts]string{
	"identity_type", "identity_arn", "identity_principal_id", "identity_account_id", "identity_user_name",
	"identity_access_key_id", "invoked_by", "identity_provider", "issuer_type", "issuer_arn",
	"issuer_principal_id", "issuer_account_id", "issuer_user_name", "source_identity", "on_behalf_of_user_id",
}

// mustRebuild fails the test unless the record can be rebuilt from its row.
func mustRebuild(t testing.TB, rec *Record, want any) {
	t.Helper()
	got, err := Rebuild(rowOf(rec))
	if err != nil {
		t.Fatalf("rebuilding %s: %v", rec.Raw, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("rebuilt record differs\n got %v\nwant %v\n raw %s", got, want, rec.Raw)
	}
}

// decodeAll decodes a text on every path that must agree and returns the result.
func decodeAll(t testing.TB, text []byte) (*Document, error) {
	t.Helper()
	scannerAgrees(t, text)
	doc, err := NewDecoder(Limits{}).Decode(text, Management)
	slowDoc, slowErr := decodeSlowly(text)
	if (err == nil) != (slowErr == nil) {
		t.Fatalf("scanner says %v, encoding/json says %v of %.300q", err, slowErr, text)
	}
	if err != nil {
		return nil, err
	}
	compareDocuments(t, doc, slowDoc)
	streamed, err := streamAll(text)
	if err != nil {
		t.Fatalf("streaming %.300q: %v", text, err)
	}
	compareDocuments(t, doc, streamed)
	return doc, nil
}

// scannerAgrees fails the test if the scanner alone, over the whole text or through
// a small window, and encoding/json alone disagree on whether the text is valid.
// Neither can hide behind the other, as they can in Decode.
func scannerAgrees(t testing.TB, text []byte) {
	t.Helper()
	d := NewDecoder(Limits{})
	d.begin(Management, nil)
	_, slow := d.end(d.walkValues(bytes.NewReader(text), nil))
	d.begin(Management, nil)
	d.window.open(text)
	_, whole := d.end(d.walk())
	d.begin(Management, func(*Record) error { return nil })
	d.stream = make([]byte, 0, 64)
	_, windowed := d.end(d.walkWindow(bytes.NewReader(text)))
	for path, err := range map[string]error{"scanner": whole, "scanner with window": windowed} {
		if !errors.Is(err, errSurprise) && (err == nil) != (slow == nil) {
			t.Fatalf("%s says %v, encoding/json says %v of %.300q", path, err, slow, text)
		}
	}
}

// decodeSlowly decodes with encoding/json alone.
func decodeSlowly(text []byte) (*Document, error) {
	d := NewDecoder(Limits{})
	err := errSurprise
	for _, walk := range d.slowWalks() {
		if isSurprise(err) {
			d.begin(Management, nil)
			err = walk(bytes.NewReader(text), err)
		}
	}
	return d.end(err)
}

// streamAll decodes by Stream, with copies of what was emitted.
func streamAll(text []byte) (*Document, error) {
	d := NewDecoder(Limits{})
	d.stream = make([]byte, 0, 64) // slides often
	var records []Record
	open := func() (io.Reader, error) { return bytes.NewReader(text), nil }
	doc, err := d.Stream(open, Management, func(rec *Record) error {
		records = append(records, cloneRecord(rec))
		return nil
	})
	if err == nil {
		doc.Records = records
	}
	return doc, err
}

func cloneRecord(rec *Record) Record {
	c := *rec
	c.Raw, c.UserIdentity, c.Other = bytes.Clone(rec.Raw), bytes.Clone(rec.UserIdentity), bytes.Clone(rec.Other)
	for i := range c.Text {
		c.Text[i] = bytes.Clone(rec.Text[i])
	}
	for i := range c.JSON {
		c.JSON[i] = bytes.Clone(rec.JSON[i])
	}
	return c
}

func compareDocuments(t testing.TB, a, b *Document) {
	t.Helper()
	if a.Control != b.Control || (a.Digest == nil) != (b.Digest == nil) {
		t.Fatalf("%+v and %+v", a, b)
	}
	if len(a.Records) != len(b.Records) || a.Count != b.Count || len(a.Bad) != len(b.Bad) {
		t.Fatalf("records %d and %d, counts %d and %d, bad %d and %d", len(a.Records), len(b.Records), a.Count, b.Count, len(a.Bad), len(b.Bad))
	}
	for i := range a.Records {
		x, y := rowOf(&a.Records[i]), rowOf(&b.Records[i])
		rx, err := Rebuild(x)
		if err != nil {
			t.Fatal(err)
		}
		ry, err := Rebuild(y)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(rx, ry) {
			t.Fatalf("record %d differs between the paths\n%v\n%v", i, rx, ry)
		}
		if a.Records[i].Offset != b.Records[i].Offset || a.Records[i].Family != b.Records[i].Family || a.Records[i].Index != b.Records[i].Index || a.Records[i].Time != b.Records[i].Time {
			t.Fatalf("record %d: %+v and %+v", i, a.Records[i], b.Records[i])
		}
	}
	for i := range a.Bad {
		if a.Bad[i] != b.Bad[i] {
			t.Fatalf("bad record %d: %+v and %+v", i, a.Bad[i], b.Bad[i])
		}
	}
}

const small = `{"eventVersion":"1.08","eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"0828c0d2-3589-4390-b954-c78b4a7df44b"}`

// quoted is a record as the text of a JSON string.
var quoted = strconv.Quote(small)

// containerTests are documents with how many records and bad records they hold, or
// the error that they are refused with.
var containerTests = []struct {
	name, text string
	records    int
	bad        int
	err        string
}{
	{"trail", `{"Records":[` + small + `,` + small + `]}`, 2, 0, ""},
	{"trail with white space", " \n{ \"Records\" : [ " + small + " ] } \n", 1, 0, ""},
	{"trail, Records not first", `{"a":1,"Records":[` + small + `]}`, 1, 0, ""},
	{"trail, more members", `{"Records":[` + small + `],"a":{"b":[1,2]}}`, 1, 0, ""},
	{"empty trail", `{"Records":[]}`, 0, 0, ""},
	{"array", `[` + small + `,` + small + `]`, 2, 0, ""},
	{"one object", small, 1, 0, ""},
	{"byte order mark", "\xef\xbb\xbf" + small, 1, 0, ""},
	{"NDJSON", small + "\n" + small + "\n", 2, 0, ""},
	{"NDJSON, CRLF and blank lines", small + "\r\n\r\n" + small, 2, 0, ""},
	{"concatenated", small + small, 2, 0, ""},
	{"NDJSON with a broken line", small + "\n{\"a\":\n" + small + "\n", 2, 1, ""},
	{"EventBridge", `{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":` + small + `}`, 1, 0, ""},
	{"EventBridge, NDJSON", `{"detail-type":"x","detail":` + small + "}\n" + `{"detail-type":"x","detail":` + small + "}", 2, 0, ""},
	{"CloudWatch Logs", `{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":` + quoted + `},{"message":` + quoted + `}]}`, 2, 0, ""},
	{"CloudWatch Logs control", `{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE"}]}`, 0, 0, ""},
	{"CloudWatch Logs, broken message", `{"logEvents":[{"message":` + quoted + `},{"message":"{\"a\":"}]}`, 1, 1, ""},
	{"LookupEvents", `{"Events":[{"EventId":"1","CloudTrailEvent":` + quoted + `}]}`, 1, 0, ""},
	{"LookupEvents, NDJSON", `{"CloudTrailEvent":` + quoted + "}\n{\"CloudTrailEvent\":" + quoted + "}\n", 2, 0, ""},
	{"escaped key", `{"Records":[{"event\u0054ime":"2026-07-10T11:42:05Z","eventName":"x"}]}`, 1, 0, ""},
	{"same key twice", `{"Records":[{"eventTime":"x","eventName":"x","eventTime":"2026-07-10T11:42:05Z"}]}`, 1, 0, ""},
	{"NDJSON, CRLF, one with a surprise", small + "\r\n{\"event\\u0053ource\":\"x\",\"eventTime\":\"2026-07-10T11:42:05Z\"}\r\n", 2, 0, ""},
	{"a surprise before an object over several lines", `{"event\u0053ource":"x","eventTime":"2026-07-10T11:42:05Z"}` + "\n{\n\"eventName\":\"x\",\n\"eventTime\":\"2026-07-10T11:42:05Z\"}\n", 2, 0, ""},
	{"NDJSON of trails, a broken line", `{"Records":[` + small + `]}` + "\n}\n" + `{"Records":[` + small + `]}`, 2, 1, ""},
	{"LookupEvents, empty", `{"Events":[]}`, 0, 0, ""},
	{"LookupEvents, next page", `{"Events":[{"CloudTrailEvent":` + quoted + `}],"NextToken":"x"}`, 1, 0, ""},
	{"CloudWatch Logs, empty", `{"logEvents":[]}`, 0, 0, ""},
	{"CloudWatch Logs, no messages", `{"logEvents":[{"message":` + quoted + `},{"id":1},7,{"message":null}]}`, 1, 3, ""},
	{"CloudWatch Logs, more behind the message", `{"logEvents":[{"message":` + quoted + `},{"message":"{\"eventName\":1} x"}]}`, 1, 1, ""},
	{"CloudWatch Logs, white space about the message", `{"logEvents":[{"message":"\n ` + strings.Trim(quoted, `"`) + `\r\n"}]}`, 1, 0, ""},
	{"CloudWatch Logs of a trail", `{"logEvents":[{"message":` + strconv.Quote(`{"Records":[`+small+`,`+small+`]}`) + `}]}`, 2, 0, ""},
	{"wrappers in wrappers", `{"detail-type":"x","detail":{"logEvents":[{"message":` + strconv.Quote(`{"CloudTrailEvent":`+quoted+`}`) + `}]}}` + small, 2, 0, ""},
	{"too many wrappers", `{"detail-type":"1","detail":{"detail-type":"2","detail":{"detail-type":"3","detail":{"detail-type":"4","detail":` + small + `}}}}` + small, 1, 1, ""},
	{"wrapper with two arrays of records", `{"a":1,"Records":[` + small + `],"Records":[` + small + `]}` + small, 1, 1, ""},
	{"wrapper with records and a surprise", `{"a":1,"Records":[` + small + `],"\u0061":2}` + small, 2, 0, ""},
	{"trail behind much white space", "{" + strings.Repeat(" ", 100_000) + `"Records":[` + small + `]}`, 1, 0, ""},
	{"trail behind a key with an escape", `{"\u0061":1,"Records":[` + small + `]}`, 1, 0, ""},
	{"trail's own key escaped", `{"\u0052ecords":[` + small + `],"a":1}`, 1, 0, ""},
	{"records are no array", `{"Records":{"a":[{}]}}` + small, 1, 1, ""},
	{"log events are no array", `{"logEvents":7}` + small, 1, 1, ""},
	{"events are no array", `{"Events":null}` + small, 1, 1, ""},
	{"detail is no object", `{"detail-type":"x","detail":[]}` + small, 1, 1, ""},
	{"record in a string", `{"CloudTrailEvent":7}` + small, 1, 1, ""},
	{"invalid UTF-8 in a key", `{"Records":[{"eventName":"x","` + "\xff" + `":1,"event\u0053ource":"y","eventTime":"2026-07-10T11:42:05Z"},` + small + `]}`, 1, 1, ""},
	{"not a record", `{"Records":[` + small + `,"x",7,{"a":1}]}`, 1, 3, ""},
	{"numbers", `[` + strings.Repeat("123456789012,", 100) + small + `]`, 1, 100, ""},
	{"no time", `{"Records":[{"eventName":"x"},` + small + `]}`, 1, 1, ""},
	{"null time", `{"Records":[{"eventName":"x","eventTime":null},` + small + `]}`, 1, 1, ""},
	{"wrong time", `{"Records":[{"eventName":"x","eventTime":"yesterday"},` + small + `]}`, 1, 1, ""},
	{"invalid UTF-8", `{"Records":[{"eventName":"` + "\xff" + `","eventTime":"2026-07-10T11:42:05Z"},` + small + `]}`, 1, 1, ""},

	{"empty file", "", 0, 0, "the file is empty"},
	{"white space", " \n ", 0, 0, "the file is empty"},
	{"text", "hello", 0, 0, "neither JSON nor gzip"},
	{"number", "12", 0, 0, "expected an object"},
	{"cut off", `{"Records":[` + small, 0, 0, "ends too early"},
	{"cut off in a record", `{"Records":[` + small[:40], 0, 0, "ends too early"},
	{"no array of records", `{"Records":7}`, 0, 0, "no CloudTrail record found"},
	{"no array of log events", `{"logEvents":{}}`, 0, 0, "no CloudTrail record found"},
	{"two byte order marks", "\xef\xbb\xbf\xef\xbb\xbf" + small, 0, 0, "neither JSON nor gzip"},
	{"trailing comma", `{"Records":[` + small + `,]}`, 0, 0, "invalid JSON"},
	{"leading comma", `[,` + small + `]`, 0, 0, "invalid JSON"},
	{"unclosed trail", `{"Records":[` + small + `],"a":1`, 0, 0, "ends too early"},
	{"trailing comma behind the records", `{"Records":[` + small + `],}`, 0, 0, "invalid JSON"},
	{"vertical tab", "\v" + small, 0, 0, "neither JSON nor gzip"},
	{"trailing garbage", `{"Records":[` + small + `]}x`, 0, 0, "invalid JSON"},
	{"missing comma", `{"Records":[` + small + small + `]}`, 0, 0, "invalid JSON"},
	{"control character", `{"Records":[{"eventName":"a` + "\n" + `"}]}`, 0, 0, "invalid JSON"},
	{"S3 notification", `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"2026-07-10T11:42:05.000Z","s3":{}}]}`, 0, 0, "no CloudTrail record found"},
	{"inventory", `{"UserDetailList":[],"RoleDetailList":[{"RoleName":"r"}],"IsTruncated":false}`, 0, 0, "not a CloudTrail record but an IAM inventory (ingest iam reads it)"},
	{"policy", `{"Version":"2012-10-17","Statement":[]}`, 0, 0, "no CloudTrail record found"},
	{"Records twice", `{"Records":[],"Records":[]}`, 0, 0, "stand there twice"},
}

func TestContainers(t *testing.T) {
	for _, test := range containerTests {
		t.Run(test.name, func(t *testing.T) {
			doc, err := decodeAll(t, []byte(test.text))
			if test.err != "" {
				if err == nil || !bytes.Contains([]byte(err.Error()), []byte(test.err)) {
					t.Fatalf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(doc.Records) != test.records || len(doc.Bad) != test.bad {
				t.Fatalf("%d records, %d bad: %+v", len(doc.Records), len(doc.Bad), doc.Bad)
			}
			for i := range doc.Records {
				mustRebuild(t, &doc.Records[i], oracle(t, doc.Records[i].Raw))
			}
		})
	}
}
