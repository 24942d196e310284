package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestSplitStatements(t *testing.T) {
	for _, tc := range []struct {
		typed    string
		complete []string
		rest     string
	}{
		{"select 1", nil, "select 1"},
		{"select 1;", []string{"select 1"}, ""},
		{"select 1; select 2 ;\nsel", []string{"select 1", "select 2"}, "\nsel"},
		{";;  ; ", nil, " "},
		{"select ';'", nil, "select ';'"},
		{"select 'it''s;';", []string{"select 'it''s;'"}, ""},
		{`select "a;b" from t;`, []string{`select "a;b" from t`}, ""},
		{"select 1 -- not yet;\n;", []string{"select 1 -- not yet;"}, ""},
		{"select /* ; */ 1;", []string{"select /* ; */ 1"}, ""},
		{"select $$a;b$$;", []string{"select $$a;b$$"}, ""},
		{"select 'open;", nil, "select 'open;"},
		{"-- only;", nil, "-- only;"},
		{"select 3-1;", []string{"select 3-1"}, ""},
		{"", nil, ""},
	} {
		complete, rest := splitStatements(tc.typed)
		if !reflect.DeepEqual(complete, tc.complete) || rest != tc.rest {
			t.Errorf("%q: %q and %q, want %q and %q", tc.typed, complete, rest, tc.complete, tc.rest)
		}
	}
}

// Typing more never changes what was complete before.
func FuzzSplitStatements(f *testing.F) {
	f.Add("select ';", "'; --x;\n /* ; */ $$;$$;")
	f.Fuzz(func(t *testing.T, a, b string) {
		first, rest := splitStatements(a)
		all, _ := splitStatements(a + b)
		more, _ := splitStatements(rest + b)
		if want := append(first, more...); len(all) != len(want) || (len(all) > 0 && !reflect.DeepEqual(all, want)) {
			t.Fatalf("%q then %q: %q, want %q", a, b, all, want)
		}
		if n := strings.Count(a, ";"); len(first) > n {
			t.Fatalf("%q: %d statements of %d semicolons", a, len(first), n)
		}
	})
}
