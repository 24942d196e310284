package policy

import (
	"errors"
	"testing"
)

// TestErrorsNameTheStatement: what cannot be read is named by the statement's place, counted
// from 1, by its Sid where it has one, by the key, and by what stands there.
func TestErrorsNameTheStatement(t *testing.T) {
	const good = `{"Sid":"First","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`
	for second, want := range map[string]string{
		`{"Sid":"Second","Effect":"Allow","Action":{},"Resource":"*"}`: `parsing policy: statement 2 (Sid "Second"): Action: "{}" where a string is expected`,
		`{"Effect":"Allow","Action":"s3:PutObject","Resource":[null]}`: `parsing policy: statement 2: Resource: "null" where a string is expected`,
		`{"Sid":"Second","Effect":"Maybe"}`:                            `parsing policy: statement 2 (Sid "Second"): effect "Maybe" is neither Allow nor Deny`,
	} {
		doc, err := Parse(statements(good + "," + second))
		var at *StatementError
		if err == nil || err.Error() != want || !errors.As(err, &at) || at.Number != 1 {
			t.Errorf("%s:\n got %v\nwant %s", second, err, want)
		}
		if len(doc.Statements) != 1 || doc.Statements[0].Sid != "First" {
			t.Errorf("%s: the good statement is lost: %+v", second, doc.Statements)
		}
	}
}
