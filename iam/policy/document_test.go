package policy

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestDocumentKeys(t *testing.T) {
	doc, err := Parse(` {"VERSION":"2012-10-17","Id":7,"x-note":{"by": [1, "a]\"}"]},"Statement":{"Effect":"Deny","Comment":"why"}} `)
	if err != nil || doc.Version != "2012-10-17" || doc.ID != "7" || !doc.HasVariables() || len(doc.Unknown) != 1 ||
		string(doc.Unknown["x-note"]) != `{"by": [1, "a]\"}"]}` || string(doc.Statements[0].Unknown["Comment"]) != `"why"` {
		t.Errorf("%+v, %v", doc, err)
	}
	for _, version := range []string{``, `"Version":null,`, `"Version":"2008-10-17",`, `"Version":"2012-10-18",`} {
		if doc, err := Parse(`{` + version + `"Statement":{"Effect":"Deny"}}`); err != nil || doc.HasVariables() {
			t.Errorf("%s: %+v, %v", version, doc, err)
		}
	}
}

// TestKeysAreFoldedInOneWay: a letter that folds to an ASCII one in some comparisons
// makes another key, not a second Statement that takes the place of the first.
func TestKeysAreFoldedInOneWay(t *testing.T) {
	doc, err := Parse(`{"Statement":{"Effect":"Deny","Action":"*"},"\u017ftatement":{"Effect":"Allow","Action":"*"},"Ver\u017fion":"2012-10-17"}`)
	if err != nil || len(doc.Statements) != 1 || doc.Statements[0].Allow || len(doc.Unknown) != 2 || doc.HasVariables() {
		t.Errorf("%+v, %v", doc, err)
	}
	if _, err := Parse(`{"Statement":{"Effect":"Allow","Action":"*","\u212aey":1,"Key":2}}`); err != nil {
		t.Errorf("unknown keys that differ are refused: %v", err)
	}
}

// A bad Id or Version is named and does not hide the statements.
func TestBadTopKeys(t *testing.T) {
	doc, err := Parse(`{"Id":[],"Version":{},"Statement":{"Effect":"Deny"}}`)
	want := "parsing policy: Id: \"[]\" where a string is expected\nparsing policy: Version: \"{}\" where a string is expected"
	if err == nil || err.Error() != want || len(doc.Statements) != 1 {
		t.Errorf("%+v, %v", doc, err)
	}
}

func TestParseLimits(t *testing.T) {
	many := func(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }
	deny := func(actions string) string { return `{"Effect":"Deny","Action":[` + actions + `],"Resource":"*"}` }
	for name, c := range map[string]struct {
		statements string
		read       int
		want       string
	}{
		"statements":    {many(MaxStatements+1, `{"Effect":"Deny"}`), MaxStatements, `parsing policy: 1001 statements are over the limit of 1000: the rest is left out`},
		"patterns":      {deny(many(MaxPatterns, `"a:b"`)) + "," + deny(`"a:b"`) + `,{"Effect":"Allow"}`, 2, `parsing policy: statement 2: with it, the document has 20001 action patterns, 0 of them of no certain service, over the limits of 20000 and 100`},
		"wide patterns": {deny(many(MaxWidePatterns+1, `"*:b"`)) + "," + deny(`"*"`), 1, `parsing policy: statement 1: with it, the document has 101 action patterns, 101 of them of no certain service, over the limits of 20000 and 100`},
		"long action":   {deny(`"a:`+strings.Repeat("b", MaxPatternLength)+`"`) + "," + deny(`"*"`), 1, `parsing policy: statement 1: an action pattern of 258 bytes is over the limit of 256`},
		"long resource": {`{"Effect":"Deny","Action":"*","Resource":"` + strings.Repeat("b", 2049) + `"}`, 0, `parsing policy: statement 1: a resource pattern of 2049 bytes is over the limit of 2048`},
	} {
		doc, err := Parse(`{"Statement":[` + c.statements + `]}`)
		if err == nil || err.Error() != c.want || len(doc.Statements) != c.read || !MayHideDeny(err) {
			t.Errorf("%s: %d statements, %v", name, len(doc.Statements), err)
		}
	}
}

func TestConditions(t *testing.T) {
	for in, want := range map[string]Condition{
		`{"StringEquals":{"aws:X":"a"}}`:                         {Operator: "StringEquals", Key: "aws:X", Values: []string{"a"}},
		`{"Bool":{"k":[true,"false",7]}}`:                        {Operator: "Bool", Key: "k", Values: []string{"true", "false", "7"}},
		`{"ForAnyValue:StringNotLike":{"k":[]}}`:                 {Operator: "StringNotLike", Quantifier: "any", Key: "k"},
		`{"forallvalues:StringLikeIfExists":{"k":"a"}}`:          {Operator: "StringLike", Quantifier: "all", IfExists: true, Key: "k", Values: []string{"a"}},
		`{"NumericLessThanEqualsifexists":{"k":1.50}}`:           {Operator: "NumericLessThanEquals", IfExists: true, Key: "k", Values: []string{"1.50"}},
		`{"Null":null,"Bool":{},"Made:Up":{"k":"\u0041\u00e4"}}`: {Operator: "Made:Up", Key: "k", Values: []string{"Aä"}},
	} {
		doc, err := Parse(`{"Statement":{"Effect":"Allow","Condition":` + in + `}}`)
		if err != nil || !reflect.DeepEqual(doc.Statements[0].Conditions, []Condition{want}) || !doc.Statements[0].Conditional {
			t.Errorf("%s: %+v, %v", in, doc.Statements, err)
		}
		if got, negated := doc.Statements[0].Conditions[0].Negated(), strings.Contains(in, "Not"); got != negated {
			t.Errorf("%s: negated %v", in, got)
		}
	}
}

func TestMayHideDeny(t *testing.T) {
	allow, deny := &StatementError{}, &StatementError{MayDeny: true}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false}, {ErrNoStatement, false}, {ErrAbsent, true}, {errors.New("x"), true}, {allow, false}, {deny, true},
		{errors.Join(allow, allow), false}, {errors.Join(allow, deny), true}, {fmt.Errorf("p: %w", allow), false},
	} {
		if got := MayHideDeny(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}
