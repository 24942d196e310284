package policy

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

func TestParseForms(t *testing.T) {
	aws := func(values ...string) (out []Principal) {
		for _, v := range values {
			out = append(out, Principal{"AWS", v})
		}
		return out
	}
	for in, want := range map[string]Statement{
		`{"Effect":"Deny"}`: {},
		`{"Effect":"Allow","Action":"*","Resource":"*"}`:        {Allow: true, Actions: []string{"*"}, Resources: []string{"*"}},
		`{"Effect":"Allow","Action":["a:b","c:d"]}`:             {Allow: true, Actions: []string{"a:b", "c:d"}},
		`{"effect":"allow","ACTION":"a:b"}`:                     {Allow: true, Actions: []string{"a:b"}},
		`{"Effect":"Allow","NotAction":"a:b","NotResource":[]}`: {Allow: true, NotActions: []string{"a:b"}},
		`{"Effect":"Allow","Principal":"*"}`:                    {Allow: true, Principals: aws("*")},
		`{"Effect":"Allow","Principal":["1","2"]}`:              {Allow: true, Principals: aws("1", "2")},
		`{"Effect":"Allow","Principal":{"AWS":111111111111}}`:   {Allow: true, Principals: aws("111111111111")},
		`{"Effect":"Allow","Principal":{"aws":["x"],"SERVICE":"y"}}`: {Allow: true,
			Principals: []Principal{{"Service", "y"}, {"AWS", "x"}}},
		`{"Effect":"Allow","Principal":{"Odd":"x"}}`:    {Allow: true, Principals: []Principal{{"Odd", "x"}}},
		`{"Effect":"Allow","NotPrincipal":{"AWS":"x"}}`: {Allow: true, HasNotPrincipal: true, NotPrincipals: aws("x")},
		`{"Effect":"Allow","NotPrincipal":{}}`:          {Allow: true, HasNotPrincipal: true},
		`{"Effect":"Allow","Condition":{ }}`:            {Allow: true, ConditionJSON: "{}"},
		`{"Effect":"Allow","Condition":null}`:           {Allow: true},
		`{"Effect":"Allow","Condition":{"Bool":{}}}`:    {Allow: true, ConditionJSON: `{"Bool":{}}`},
		`{"Effect":"Allow","Condition":{"Bool":{"a": true}}}`: {Allow: true, Conditional: true, ConditionJSON: `{"Bool":{"a":true}}`,
			Conditions: []Condition{{Operator: "Bool", Key: "a", Values: []string{"true"}}}},
		`{"Effect":"Allow","Sid":7,"Unknown":{"a":[]}}`: {Allow: true, Sid: "7",
			Unknown: map[string]json.RawMessage{"Unknown": json.RawMessage(`{"a":[]}`)}},
	} {
		for _, text := range []string{`{"Statement":` + in + `}`, `{"Id":"x","statement":[` + in + `]}`} {
			doc, err := Parse(text)
			if err != nil || !reflect.DeepEqual(doc.Statements, []Statement{want}) {
				t.Errorf("Parse(%s) = %+v, %v; want %+v", text, doc.Statements, err, want)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for in, want := range map[string]string{
		`{"Version":"2012-10-17"}`: `parsing policy: it has no Statement`,
		`{"Statement":null}`:       `parsing policy: it has no Statement`,
		`{"Statement":[]}`:         `parsing policy: it has no Statement`,
		`{`:                        `parsing policy: unexpected end of JSON input`,
		`{"Statement":"x"}`:        `parsing policy: statement 1: "\"x\"" where an object is expected`,
		`{"Statement":[{"Effect":"Allow"},{"Effect":true}]}`: `parsing policy: statement 2: effect "true" is neither Allow nor Deny`,
		`{"Statement":{}}`: `parsing policy: statement 1: effect "" is neither Allow nor Deny`,
		`{"Statement":{"Effect":"Allow","Action":{}}}`:                       `parsing policy: statement 1: Action: "{}" where a string is expected`,
		`{"Statement":{"Effect":"Allow","Resource":["a",null]}}`:             `parsing policy: statement 1: Resource: "null" where a string is expected`,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":{"a":1}}}}`:       `parsing policy: statement 1: Principal: "{\"a\":1}" where a string is expected`,
		`{"Statement":{"Effect":"Allow","Condition":"x"}}`:                   `parsing policy: statement 1: Condition: "\"x\"" where an object is expected`,
		`{"Statement":{"Effect":"Allow","Condition":{"Bool":[]}}}`:           `parsing policy: statement 1: Condition: "Bool": "[]" where an object is expected`,
		`{"Statement":{"Effect":"Allow","Condition":{"Bool":{"k":{}}}}}`:     `parsing policy: statement 1: Condition: "Bool": "k": "{}" where a string is expected`,
		`{"Statement":{"Effect":"Allow","Condition":{"B":{"k":"","k":""}}}}`: `parsing policy: statement 1: Condition: "B": key "k" stands there twice`,
		`{"Statement":{"Effect":"Allow","Sid":"x","effect":"Deny"}}`:         `parsing policy: statement 1: key "effect" stands there twice`,
		`{"Statement":{"Effect":"Allow","Sid":"x","Action":{}}}`:             `parsing policy: statement 1 (Sid "x"): Action: "{}" where a string is expected`,
		`{"Statement":[],"Statement":{"Effect":"Allow"}}`:                    `parsing policy: key "Statement" stands there twice`,
		`{"Version":{},"Statement":{"Effect":"Allow"}}`:                      `parsing policy: Version: "{}" where a string is expected`,
		`{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":[[]]}}}`:       `parsing policy: statement 1: NotPrincipal: "[]" where a string is expected`,
	} {
		if _, err := Parse(in); err == nil || err.Error() != want {
			t.Errorf("Parse(%s): %v; want %s", in, err, want)
		}
	}
	if _, err := Parse(`{}`); !errors.Is(err, ErrNoStatement) {
		t.Errorf("no statement: %v is not ErrNoStatement", err)
	}
}

// A bad statement does not hide the good ones.
func TestParseKeepsGoodStatements(t *testing.T) {
	doc, err := Parse(`{"Statement":[{"Effect":"Allow","Action":"a:b"},7,{"Effect":"Deny"}]}`)
	if err == nil || len(doc.Statements) != 2 || !doc.Statements[0].Allow || doc.Statements[1].Allow {
		t.Errorf("got %+v, %v", doc, err)
	}
}
