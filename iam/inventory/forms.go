package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// many is a list of T, or one T alone, as writers that come from XML have it. It
// never fails to decode, so that the fields after it are still read: what is
// wrong stands in err.
type many[T any] struct {
	items   []T
	present bool
	err     error
}

// UnmarshalJSON implements json.Unmarshaler; it returns no error.
func (m *many[T]) UnmarshalJSON(raw []byte) error {
	*m = many[T]{}
	if raw = bytes.TrimSpace(raw); string(raw) == "null" {
		return nil
	}
	m.present = true
	if len(raw) > 0 && raw[0] == '[' {
		m.err = json.Unmarshal(raw, &m.items)
		return nil
	}
	var one T
	if m.err = json.Unmarshal(raw, &one); m.err == nil {
		m.items = []T{one}
	}
	return nil
}

// complete says whether the list was there and could be read.
func (m many[T]) complete() bool {
	return m.present && m.err == nil
}

// tolerate lets pass that a field has another type than expected: the decoder
// has filled the others then. It returns every other error.
func tolerate(err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return nil
	}
	return err
}

// explain says of a field of another type than expected which one it is, in
// the words of the file and not of this program. Of several such fields in one
// entry the decoder names the first.
func explain(err error) error {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return err
	}
	kind, _, _ := strings.Cut(mismatch.Value, " ")
	kind = map[bool]string{false: "a ", true: "an "}[kind == "array" || kind == "object"] + kind
	if mismatch.Field == "" {
		return fmt.Errorf("%s stands where something else is expected", kind)
	}
	return fmt.Errorf("%s is %s where something else is expected", mismatch.Field, kind)
}

// name quotes a name from the file for messages, cut to a readable length.
func name(s string) string {
	return fmt.Sprintf("%.160q", s)
}
