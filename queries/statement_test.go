package queries

import (
	"reflect"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string][]string{
		`select "a b" (x)`:              {"select", "a b", "(", "x", ")"},
		`a/**/(`:                        {"a", "("},
		"a -- b(\n(":                    {"a", "("},
		`'it''s(' x`:                    {"'", "x"},
		`E'\'' x('`:                     {"E", "'", "x", "(", "'"},
		`'\' x(' '`:                     {"'", "x", "(", "'"},
		"$$'$$ x(":                      {"'", "x", "("},
		"$t$ $$ $t$ x(":                 {"'", "x", "("},
		"$1 x":                          {"$", "1", "x"},
		`"a""b"`:                        {`a"b`},
		"'open":                         {"'"},
		"/* open":                       nil,
		"":                              nil,
		"größe(1)":                      {"größe", "(", "1", ")"},
		"e 'x\\' y('":                   {"e", "'", "y", "(", "'"},
		"\xff\xfe(":                     {"\xff\xfe", "("},
		strings.Repeat("(", 3) + "\t\v": {"(", "(", "("},
	} {
		if got := tokenize(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q has the tokens %q, want %q", text, got, want)
		}
	}
}

func TestAfterExplain(t *testing.T) {
	for text, want := range map[string]string{
		"explain select 1":                       "select 1",
		"EXPLAIN ANALYZE select 1":               "select 1",
		"explain (format json) select 1":         "select 1",
		"explain (analyze, format json)select 1": "select 1",
		"explain (select 1)":                     "(select 1)",
		"/* x */ explain -- y\n analyze from t":  "from t",
		"explain":                                "",
	} {
		got, ok := afterExplain(text)
		if !ok || strings.TrimSpace(got) != want {
			t.Errorf("%q explains %q (%v), want %q", text, got, ok, want)
		}
	}
	if _, ok := afterExplain("select 1"); ok {
		t.Error("select is taken for explain")
	}
}

// FuzzTokens: no text makes it panic, and cutting tokens never reaches beyond it.
func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"select 1", `"a""b"`, "E'\\", "$a$", "/*", "explain (", "--"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, ends := tokens(text)
		if len(list) != len(ends) {
			t.Fatalf("%d tokens and %d ends", len(list), len(ends))
		}
		last := 0
		for _, end := range ends {
			if end < last || end > len(text) {
				t.Fatalf("ends are %v in %d bytes", ends, len(text))
			}
			last = end
		}
		if rest, ok := afterExplain(text); ok && !strings.HasSuffix(text, rest) {
			t.Fatalf("%q explains %q", text, rest)
		}
	})
}

// TestListsViews: views that take long to make are made for statements that may list them,
// or miss one, and for no others.
func TestListsViews(t *testing.T) {
	for statement, want := range map[string]bool{
		"select 1": false, "select 'from x'": false, "values (1)": false, "select count(*) from events": false, "SELECT * FROM Sessions": false,
		"show tables": true, "describe": true, "from duckdb_views()": true, "select * from sesions": true, "Select * From information_schema.tables": true,
		"pragma show_tables": true, "select 1 -- from x": false,
	} {
		if got := listsViews(statement); got != want {
			t.Errorf("%s: %v", statement, got)
		}
	}
}
