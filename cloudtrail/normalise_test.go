package cloudtrail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
)

func TestNormalise(t *testing.T) {
	tests := []struct{ raw, want string }{
		{`{}`, `{}`}, {`[]`, `[]`}, {`7`, `7`}, {` "a" `, `"a"`},
		{" { \"a\" : [ 1 , {\t} ] } ", `{"a":[1,{}]}`},
		{`{"a":1.50,"b":"\u0041\/"}`, `{"a":1.50,"b":"\u0041\/"}`},
		{`{"\u0061\/":1}`, `{"a/":1}`},
		{`{"\"\\\n":1}`, `{"\"\\\u000a":1}`},
		{`{"a":1,"a":2}`, `{"a":2}`},
		{`{"a":1,"b":2,"a":3,"b":4,"c":5}`, `{"a":3,"b":4,"c":5}`},
		{`{"a":1,"\u0061":2}`, `{"a":2}`},
		{`{"é":1,"\u00e9":2}`, `{"é":2}`},
		{"{\"\u2028\":1,\"\\u2028\":2}", "{\"\u2028\":2}"},
		{`{"x":{"a":1,"a":{"b":1,"b":2}},"x":[{"a":1,"a":2},{"a":1}]}`, `{"x":[{"a":2},{"a":1}]}`},
		{`{"a":1,"A":2}`, `{"a":1,"A":2}`},
		{`{"":1,"":2}`, `{"":2}`},
	}
	for _, test := range tests {
		got := normalise([]byte(test.raw))
		if string(got) != test.want {
			t.Errorf("%s: %s, want %s", test.raw, got, test.want)
		}
		if !reflect.DeepEqual(oracle(t, got), oracle(t, []byte(test.raw))) {
			t.Errorf("%s: another value: %s", test.raw, got)
		}
		if again := normalise(got); !bytes.Equal(again, got) {
			t.Errorf("%s: again %s", got, again)
		}
	}
}

func TestNormaliseManyMembers(t *testing.T) {
	var text bytes.Buffer
	text.WriteString(`{"first":0`)
	for i := range 5000 {
		fmt.Fprintf(&text, `,"k%d":%d`, i%1700, i)
	}
	text.WriteByte('}')
	got := normalise(text.Bytes())
	if !reflect.DeepEqual(oracle(t, got), oracle(t, text.Bytes())) {
		t.Fatalf("another value: %.300s", got)
	}
	if n := bytes.Count(got, []byte(":")); n != 1701 || !json.Valid(got) {
		t.Fatalf("%d members", n)
	}
}
