package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// FuzzParse: every statement is either read or named by an error, unknown keys come
// back as they were, and nothing panics on the way to an evaluation.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},7,{"Effect":"Deny","x":[1,{"y":"\"}"}]}],"z":{}}`)
	f.Add(`{"statement":{"effect":"deny","NotAction":[true,null],"Condition":{"ForAllValues:StringLikeIfExists":{"k":[1]}}}}`)
	u := NewUniverse(testNames())
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := Parse(text)
		var top map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &top) != nil {
			if err == nil {
				t.Fatalf("Parse(%q) has no error", text)
			}
			return
		}
		if _, twice := object(trim([]byte(text)), true); twice != nil {
			return // no document, or one with a key that stands there twice
		}
		if n, ok := statementsOf(top); ok && n != len(doc.Statements)+countErrors(err) && n <= MaxStatements {
			t.Fatalf("Parse(%q): %d statements of %d, %v", text, len(doc.Statements), n, err)
		}
		for key, value := range doc.Unknown {
			if !bytes.Equal(trim(top[key]), value) {
				t.Fatalf("Parse(%q): %q came back as %s", text, key, value)
			}
		}
		for _, s := range doc.Statements {
			if s.ConditionJSON != "" && !json.Valid([]byte(s.ConditionJSON)) {
				t.Fatalf("Parse(%q): condition %s", text, s.ConditionJSON)
			}
		}
		result := Evaluate(u, Set{Identity: []Named{{Name: "p", Policy: u.Compile(doc, err)}}})
		for _, p := range result.All() {
			_ = describe(p)
		}
		for _, p := range result.Unmatched() {
			_ = describe(p)
		}
	})
}

// statementsOf counts the statements of a document that has the key once.
func statementsOf(top map[string]json.RawMessage) (n int, ok bool) {
	keys := 0
	for key, value := range top {
		if !strings.EqualFold(key, "Statement") {
			continue
		}
		keys++
		var list []json.RawMessage
		switch err := json.Unmarshal(value, &list); {
		case string(value) == "null":
		case err == nil:
			n = len(list)
		default:
			n = 1
		}
	}
	return n, keys == 1
}

func countErrors(err error) (n int) {
	// errors.As would look into a statement's own errors first.
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			n += countErrors(e)
		}
		return n
	}
	if statement := (*StatementError)(nil); errors.As(err, &statement) {
		return 1
	}
	return 0
}

// FuzzEvaluate compares one statement of any patterns with the slow evaluator, alone
// and against a Deny of them.
func FuzzEvaluate(f *testing.F) {
	f.Add(uint64(1), "s3:Get*", "*")
	f.Add(uint64(2), "?3:*Ob??ct*", "arn:*")
	f.Add(uint64(3), "\xff*", "**")
	u := NewUniverse(testNames())
	f.Fuzz(func(t *testing.T, stream uint64, action, resource string) {
		// Text goes through JSON, where bytes that are no UTF-8 are replaced.
		action, resource = strings.ToValidUTF8(action, "?"), strings.ToValidUTF8(resource, "?")
		if len(action) > 200 || strings.ContainsAny(strings.ToLower(action), "ſ") || strings.Contains(action, "\u212A") {
			return // a regular expression ignores case beyond ASCII too
		}
		r := rand.New(rand.NewPCG(stream, 0))
		wanted := wild.set(r)
		for _, allow := range []bool{true, oneIn(r, 2)} {
			s := wild.statement(r, 2)
			s.allow, s.actions, s.resources = allow, []string{action}, []string{resource}
			wanted.identity = append(wanted.identity, wantedPolicy{statements: []wantedStatement{s}})
		}
		result := Evaluate(u, wanted.compile(r, u))
		for i, name := range testNames() {
			if got, want := result.Effect(i), slowEffect(wanted, name); got != want {
				t.Fatalf("%s is %v, slowly %v\n%+v", name, got, want, wanted)
			}
		}
	})
}
