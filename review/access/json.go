package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes the review as JSON, a role a line. Of HTML nothing means anything in
// it: < > & and the line separators of JavaScript stand as \u escapes.
func (r *Review) WriteJSON(w io.Writer) error {
	head := *r
	head.Roles = []Role{}
	var b bytes.Buffer
	text, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("writing the review as JSON: %w", err)
	}
	b.Write(bytes.TrimSuffix(text, []byte(`[]}`)))
	b.WriteByte('[')
	for i := range r.Roles {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		text, err := json.Marshal(&r.Roles[i])
		if err != nil {
			return fmt.Errorf("writing role %q as JSON: %w", r.Roles[i].RoleARN, err)
		}
		b.Write(text)
	}
	b.WriteString("\n]}\n")
	_, err = w.Write(b.Bytes())
	return err
}
