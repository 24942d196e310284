package cloudtrail

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestRebuildEveryColumn holds that each column alone goes to its place, and that
// other wins over it.
func TestRebuildEveryColumn(t *testing.T) {
	when := time.Date(2026, 7, 10, 11, 42, 5, 0, time.FixedZone("east", 7200))
	for column, path := range flatMembers {
		var value, want any = "text", "text"
		switch column {
		case "event_time", "session_created_at":
			value, want = when, "2026-07-10T09:42:05Z"
		case "read_only", "management_event":
			value, want = true, true
		case "mfa_authenticated":
			value, want = false, "false"
		}
		got, err := Rebuild(Row{column: value})
		if err != nil {
			t.Fatal(err)
		}
		for i := len(path) - 1; i >= 0; i-- {
			want = map[string]any{path[i]: want}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", column, got, want)
		}
		other, _ := json.Marshal(map[string]any{path[0]: nil})
		if got, err = Rebuild(Row{column: value, "other": string(other)}); err != nil || !reflect.DeepEqual(got, map[string]any{path[0]: nil}) {
			t.Errorf("%s: other does not win: %v, %v", column, got, err)
		}
	}
	for column, name := range jsonMembers {
		got, err := Rebuild(Row{column: `{"a":[1,null]}`})
		if want := map[string]any{name: map[string]any{"a": []any{1.0, nil}}}; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", column, got, err)
		}
	}
}

// TestFlatMembersNameEveryField holds the table against the fields of a record.
func TestFlatMembersNameEveryField(t *testing.T) {
	names := map[string]bool{}
	for _, path := range flatMembers {
		names[path[0]] = true
	}
	for _, name := range jsonMembers {
		names[name] = true
	}
	for i, name := range textNames {
		if !names[name] || fieldOf([]byte(name)) != uint(i) {
			t.Errorf("%s is field %d", name, fieldOf([]byte(name)))
		}
		delete(names, name)
	}
	for i, name := range jsonNames {
		if !names[name] || fieldOf([]byte(name)) != uint(NumTexts)+uint(i) {
			t.Errorf("%s is field %d", name, fieldOf([]byte(name)))
		}
		delete(names, name)
	}
	want := map[string]bool{"readOnly": true, "managementEvent": true, "eventTime": true, "userIdentity": true}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("names left: %v", names)
	}
	for name := range names {
		if fieldOf([]byte(name)) == fieldUnknown {
			t.Errorf("%s is no field", name)
		}
	}
}

func TestRebuildOverlay(t *testing.T) {
	tests := []struct {
		name string
		row  Row
		want string
	}{
		{"identity beside columns", Row{"identity_type": "Root", "user_identity": `{"x":1}`}, `{"userIdentity":{"type":"Root","x":1}}`},
		{"identity over a column", Row{"identity_type": "Root", "user_identity": `{"type":7}`}, `{"userIdentity":{"type":7}}`},
		{"identity, nested", Row{"issuer_type": "Role", "mfa_authenticated": true, "user_identity": `{"sessionContext":{"attributes":{"a":1},"b":2}}`},
			`{"userIdentity":{"sessionContext":{"sessionIssuer":{"type":"Role"},"attributes":{"mfaAuthenticated":"true","a":1},"b":2}}}`},
		{"identity, nested, over a column", Row{"mfa_authenticated": true, "user_identity": `{"sessionContext":{"attributes":{"mfaAuthenticated":true}}}`},
			`{"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":true}}}}`},
		{"identity, an object instead of text", Row{"identity_type": "Root", "user_identity": `{"type":{"a":1}}`}, `{"userIdentity":{"type":{"a":1}}}`},
		{"identity, text instead of an object", Row{"issuer_type": "Role", "user_identity": `{"sessionContext":"x"}`}, `{"userIdentity":{"sessionContext":"x"}}`},
		{"empty identity", Row{"user_identity": `{}`}, `{"userIdentity":{}}`},
		{"JSON columns are not overlaid", Row{"request_parameters": `{"a":{"b":1}}`, "other": `{"requestParameters":{"a":{"c":2}}}`}, `{"requestParameters":{"a":{"c":2}}}`},
		{"JSON text", Row{"response_elements": `"text"`}, `{"responseElements":"text"}`},
		{"unknown columns", Row{"role_arn": "x", "event_name": "E"}, `{"eventName":"E"}`},
		{"nothing", Row{}, `{}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Rebuild(test.row)
			if err != nil {
				t.Fatal(err)
			}
			if want := oracle(t, []byte(test.want)); !reflect.DeepEqual(any(got), want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

func TestRebuildNumbers(t *testing.T) {
	got, err := Rebuild(Row{"request_parameters": `[1.50,-0,1e999,123456789012345678901234567890,{"a":-1e999}]`})
	if err != nil {
		t.Fatal(err)
	}
	want := []any{1.5, got["requestParameters"].([]any)[1], json.Number("1e999"), 123456789012345678901234567890.0, map[string]any{"a": json.Number("-1e999")}}
	if !reflect.DeepEqual(got["requestParameters"], want) {
		t.Errorf("%v", got)
	}
}

func TestRebuildRefusesBrokenColumns(t *testing.T) {
	for _, column := range []string{"request_parameters", "user_identity", "other"} {
		_, err := Rebuild(Row{column: `{"a":`})
		if err == nil || !strings.HasPrefix(err.Error(), "reading column "+column+": ") {
			t.Errorf("%s: %v", column, err)
		}
	}
}

// TestRecordIsRebuilt holds that odd members survive the journey into columns.
func TestRecordIsRebuilt(t *testing.T) {
	for _, members := range []string{
		`"eventName":null`, `"eventName":""`, `"eventName":7,"eventID":"x"`, `"eventName":{"a":1},"eventID":"x"`, `"eventName":true,"eventID":"x"`,
		`"eventName":"\ud800"`, `"eventName":"\u00e9"`, `"eventVersion":1.08,"eventName":"x"`, `"recipientAccountId":12,"eventName":"x"`,
		`"eventName":"x","readOnly":"true"`, `"eventName":"x","readOnly":null,"managementEvent":1`, `"eventName":"x","readOnly":true,"managementEvent":false`,
		`"eventName":"x","requestParameters":null`, `"eventName":"x","requestParameters":"text"`, `"eventName":"x","requestParameters":[1e999]`,
		`"eventName":"x","resources":{},"tlsDetails":7,"addendum":false`, `"eventName":"x","userIdentity":null`, `"eventName":"x","userIdentity":"text"`,
		`"eventName":"x","unknown":1,"unknown":2`, `"eventName":"x","":{},"a\"b":[null]`, `"eventName":"x","requestParameters":{"a\u0062":1,"ab":2}`,
	} {
		text := `{"eventTime":"2026-07-10T11:42:05Z","userIdentity":{},` + members + `}`
		if strings.Contains(members, "userIdentity") {
			text = `{"eventTime":"2026-07-10T11:42:05Z",` + members + `}`
		}
		doc, err := decodeAll(t, []byte(text))
		if err != nil || len(doc.Records) != 1 {
			t.Fatalf("%s: %v", text, err)
		}
		mustRebuild(t, &doc.Records[0], oracle(t, []byte(text)))
	}
	// encoding/json reads an unpaired surrogate as U+FFFD; the lake keeps which it was.
	if rec := oneRecord(t, `"eventName":"\ud800"`); string(rec.Other) != `{"eventName":"\ud800"}` || string(rec.Text[EventName]) != "\ufffd" {
		t.Errorf("%s, %q", rec.Other, rec.Text[EventName])
	}
	for text, canonical := range map[string]bool{
		"2026-07-10T11:42:05Z": true, "2026-07-10T11:42:05.5Z": false, "2026-07-10T13:42:05+02:00": false, `2026-07-10T11:42:05\u005a`: false,
	} {
		doc, err := decodeAll(t, []byte(`{"eventName":"x","eventTime":"`+text+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		rec := &doc.Records[0]
		if (rec.Other == nil) != canonical {
			t.Errorf("%s: other is %s", text, rec.Other)
		}
		mustRebuild(t, rec, oracle(t, rec.Raw))
	}
}
