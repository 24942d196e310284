package main

import (
	"reflect"
	"slices"
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

// TestOneLine: what comes back from the history means what was typed.
func TestOneLine(t *testing.T) {
	for typed, want := range map[string]string{
		"select 1\n  as one;\n":                      "select 1   as one;",
		"select 1 -- the first\n, 2;\n":              "select 1 /* the first */ , 2;",
		"select 1; -- a */ b /* c\n":                 "select 1; /* a * / b / * c */",
		"select 'a -- b', \"c -- d\"\nfrom x;\n":     "select 'a -- b', \"c -- d\" from x;",
		"/* over\ntwo lines */ select $$a -- b$$;\n": "/* over two lines */ select $$a -- b$$;",
		"select 1; select\n2;\n":                     "select 1; select 2;",
		"\n \n":                                      "",
	} {
		if got, possible := oneLine(typed); got != want || !possible {
			t.Errorf("%q became %q (%v), want %q", typed, got, possible, want)
		}
	}
	if got, possible := oneLine("select 'a\nb';\n"); possible {
		t.Errorf("a text over two lines became %q", got)
	}
}

// TestHistoryOfStatements: one entry a statement, whatever its lines.
func TestHistoryOfStatements(t *testing.T) {
	keys := &typist{lines: []string{"select 1", "as one;", "select given", "^C", ".help", "select 'a", "b';", "select 1 as one; select", "2;"}}
	if _, _, err := converse(t, keys); err != nil {
		t.Fatal(err)
	}
	want := []string{"select 1 as one;", "select given", ".help", "select 'a", "b';", "select 1 as one; select 2;"}
	if !slices.Equal(keys.remembered, want) {
		t.Errorf("remembered %q, want %q", keys.remembered, want)
	}
}
