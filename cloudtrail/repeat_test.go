package cloudtrail

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// TestRepeatedFields: a field that repeats the record before is read as if it were
// scanned again. A streamed document is: its text does not stay where it is.
func TestRepeatedFields(t *testing.T) {
	const role, other = `{"type":"AssumedRole","arn":"a","n":[1,2]}`, `{"type":"AssumedRole","arn":"ab","n":[1,2]}`
	identities := []string{
		role, role, other, role, role, `{"sessionToken":"secret"}`, `{"sessionToken":"secret"}`, role, `"root"`, role, `null`, role, `[1]`, `[1]`, `[1,2]`, role + " ", role,
		strings.Repeat("[", 300) + strings.Repeat("]", 300), role,
	}
	var b strings.Builder
	for i, identity := range identities {
		fmt.Fprintf(&b, `,{"eventID":"%d","eventTime":"2026-07-10T11:42:05Z","eventName":"N","userIdentity":%s,"requestParameters":%[2]s}`, i, identity)
	}
	for _, text := range []string{
		`{"Records":[` + b.String()[1:] + `]}`,
		`[{"eventID":"1","eventName":"N","eventTime":"2026-07-10T11:42:05Z","userIdentity":{"a":1}},{"eventID":"2","eventName":"N","userIdentity":{"a":1}}}]`,
		`[{"eventID":"1","eventName":"N","eventTime":"2026-07-10T11:42:05Z","userIdentity":{"a":1}},{"eventID":"2","eventName":"N","userIdentity":{"a":1}`,
	} {
		whole, err := NewDecoder(Limits{}).Decode([]byte(text), Management)
		var streamed []string
		open := func() (io.Reader, error) { return strings.NewReader(text), nil }
		other, otherErr := NewDecoder(Limits{}).Stream(open, Management, func(r *Record) error {
			streamed = append(streamed, show(r))
			return nil
		})
		if fmt.Sprint(err) != fmt.Sprint(otherErr) {
			t.Fatalf("%.60s: %v, streamed %v", text, err, otherErr)
		}
		if err != nil {
			continue
		}
		var got []string
		for i := range whole.Records {
			got = append(got, show(&whole.Records[i]))
		}
		if !reflect.DeepEqual(got, streamed) || !reflect.DeepEqual(whole.Bad, other.Bad) || len(got) < 15 || len(whole.Bad) != 1 {
			t.Errorf("%d records, %d bad:\n%s\nstreamed %d, %d bad:\n%s", len(got), len(whole.Bad), strings.Join(got, "\n"), len(streamed), len(other.Bad), strings.Join(streamed, "\n"))
		}
		if bytes.Contains([]byte(strings.Join(got, "")), []byte("secret")) {
			t.Error("a token came through")
		}
	}
}

func show(r *Record) string {
	return fmt.Sprintf("%s %s %s %s", r.Text[EventID], r.UserIdentity, r.JSON[RequestParameters], r.Other)
}
