package queries

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// banned are the constructs that DuckDB and Trino answer differently, that only
// one of them knows, or that only estimate. The text between the slashes is a
// regular expression over SQL without comments and strings, in lower case.
var banned = []struct{ pattern, why string }{
	{`date_diff|datediff|date_sub|datesub`, "DuckDB counts boundaries, Trino whole units; subtract to_unixtime()"},
	{`date_trunc`, "DuckDB turns a month into a DATE, Trino keeps the timestamp"},
	{`date_add\(`, "the arguments differ; add an INTERVAL"},
	{`regexp_replace`, "DuckDB replaces the first match only, Trino all"},
	{`\bformat\(`, "the place holders differ"},
	{`json_extract\(`, "a cast to varchar keeps the quotes in DuckDB; use json_extract_scalar"},
	{`approx_`, "an audit does not estimate"},
	{`\b(max|min)_by\(|\barg_(max|min)`, "DuckDB skips NULL arguments, Trino returns them; use row_number()"},
	{`any_value|arbitrary|\bfirst\(|\blast\(`, "not deterministic"},
	{`element_at|\[\s*[0-9]`, "out of range is NULL in one and an error in the other"},
	{`\blist_\w+|\blist\(|array_to_string|string_agg|listagg|string_split|str_split`, "DuckDB or Trino only"},
	{`json_extract_string|->>|->|regexp_matches|strftime|strptime|epoch|make_timestamp`, "DuckDB only"},
	{`::`, "DuckDB only; write cast()"},
	{`\bqualify\b`, "DuckDB only"},
	{`\b(replace|exclude)\s*\(|\bcolumns\(`, "DuckDB only, or another function in Trino"},
	{`\bgroup by all\b|\border by all\b|\busing sample\b|\basof\b|\bpivot\b`, "DuckDB only"},
	{`\bstruct_pack|\{|\}`, "DuckDB only"},
	{`\blimit\b`, "write FETCH FIRST n ROWS ONLY"},
	{`\bilike\b|\bglob\b|\bsimilar to\b`, "DuckDB only"},
	{`\bnow\(|current_timestamp|current_date|localtimestamp|today\(`, "an answer depends on the lake and the parameters alone"},
	{`row_number\(\) over \(\s*order by`, "Trino runs a CTE wherever it is named, and may number equal rows another way; partition, or use dense_rank() over what counts"},
	{`\brandom\(|\buuid\(`, "not deterministic"},
	{`\bas\s+(timestamp|varchar\[\]|text|string)\s*(\)|$)`, "Trino's timestamp has milliseconds; write timestamp(6)"},
	{`\bint(8|4|2)\b|\bhugeint\b|\bstring\b|\btext\b`, "type names of DuckDB"},
	{`\$\d|:\w+`, "parameters are ? only"},
	{`\bmaterialized\b`, "DuckDB only"},
	{`\bnot exists\b`, "DuckDB runs it as a delim join, several times slower; left join and ask for null"},
	{`\bdistinct on\b|\bsemi join\b|\banti join\b|\bpositional join\b`, "DuckDB only"},
	{`\bunion all by name\b|\bunion by name\b`, "DuckDB only"},
}

// wholeSeconds finds literals that are a timestamp(0) in Trino, whose Hive connector keeps
// none but timestamp(6) in a table.
var wholeSeconds = regexp.MustCompile(`timestamp '[^'.]*'`)

// divide finds divisions, whose integer form differs (7/2 is 3.5 and 3).
var divide = regexp.MustCompile(`([\w)]+)\s*/\s*([\w(]+)`)

func TestPortable(t *testing.T) {
	checked := 0
	for _, pattern := range []string{"*.sql", "views/*.sql", "examples/*.sql"} {
		files, err := fs.Glob(texts, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := fs.ReadFile(texts, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, complaint := range unportable(string(text)) {
				t.Errorf("%s: %s", f, complaint)
			}
			checked++
		}
	}
	dashboards, err := filepath.Glob("../dashboards/grafana/queries/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range dashboards {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, complaint := range unportable(string(text)) {
			t.Errorf("%s: %s", f, complaint)
		}
		checked++
	}
	if checked < 15 || len(dashboards) < 5 {
		t.Errorf("only %d files were checked", checked)
	}
}

// unportable lists what in a text would not run, or run differently, elsewhere.
func unportable(text string) []string {
	bare := withoutStrings(strings.ToLower(text))
	var out []string
	for _, b := range banned {
		if m := regexp.MustCompile(b.pattern).FindString(bare); m != "" {
			out = append(out, "has "+strings.TrimSpace(m)+": "+b.why)
		}
	}
	if m := wholeSeconds.FindString(comments.ReplaceAllString(strings.ToLower(text), "")); m != "" {
		out = append(out, "has "+m+": write its microseconds, too")
	}
	for _, m := range divide.FindAllString(bare, -1) {
		out = append(out, checkDivision(bare, m)...)
	}
	return out
}

// checkDivision accepts divisions of to_unixtime(), which is a double in both.
func checkDivision(bare, m string) []string {
	at := strings.Index(bare, m)
	if strings.Contains(bare[max(0, at-160):at+len(m)], "to_unixtime(") {
		return nil
	}
	return []string{"divides " + m + ": integers divide differently, cast to double"}
}

var (
	comments = regexp.MustCompile(`--[^\n]*`)
	literals = regexp.MustCompile(`'(?:[^']|'')*'`)
)

func withoutStrings(text string) string {
	return literals.ReplaceAllString(comments.ReplaceAllString(text, ""), "''")
}

// TestPortableBites gives every ban a text it must find.
func TestPortableBites(t *testing.T) {
	for _, text := range []string{
		"select date_diff('day', a, b)", "select date_trunc('month', a)", "select a::int", "select 7/2", "select approx_distinct(a)",
		"select max_by(a, b)", "select a from t limit 3", "select a from t qualify b", "select list_sort(a)", "select string_agg(a, ',')",
		"select regexp_replace(a, 'b', 'c')", "select now()", "select cast(a as timestamp)", "select * exclude (a) from t", "select a[1]",
		"select any_value(a)", "select a ->> 'b'", "select json_extract(a, 'b')", "select $1", "select date_add('day', 1, a)",
		"select row_number() over (order by a) from t", "select timestamp '1970-01-01 00:00:00'",
	} {
		if unportable(text) == nil {
			t.Errorf("%s: not found", text)
		}
	}
	if got := unportable("select cast(floor((to_unixtime(a) - to_unixtime(b)) / 86400) as bigint), 'a::b', timestamp '1970-01-01 00:00:00.000000' -- limit 1\nfrom t fetch first 3 rows only"); got != nil {
		t.Errorf("a portable text has complaints: %v", got)
	}
}
