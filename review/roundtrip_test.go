package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"roletrail/queries"
	"roletrail/review/termfit"
	"roletrail/review/termtext"
)

// hostile are texts that some reader would act upon.
var hostile = []string{
	"", " ", "plain", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "'=1", "''@x", "'quoted'", "＝1",
	"=cmd|' /C calc'!A0", "\x1b[31mred\x1b[0m", "\x1b]0;title\a", "\u009b2J", "user\u202etxt.exe", "zero\u200bwidth", "tag\U000e0041",
	"<script>alert(1)</script>", "<b>&amp;</b>", "&#124;", "a|b", "a\\|b", "`code`", "``", "*a* _b_ ~~c~~", "[x](javascript:1)", "![i](u)",
	"two\nlines", "win\r\nlines", "tab\there", "quote\"inside", "comma,inside", "trailing ", " leading", "\\", "\\n", "<br>", "null", "NaN",
	"NUL\x00inside", "bad\xff\xfebytes", "日本語", "é\u0301\u0301", "\u2028\u2029", strings.Repeat("huge ", 20_000), strings.Repeat("\u0301", 5000),
	`{"json":"[1,2]"}`, "]}", "--", "| --- |", "http://example.com/", "\ufeffbom",
}

func hostileColumns() []queries.Column {
	return []queries.Column{
		{Name: "text", Type: "varchar"}, {Name: "number", Type: "bigint"}, {Name: "share", Type: "double"}, {Name: "yes", Type: "boolean"},
		{Name: "time", Type: "timestamp"}, {Name: "day", Type: "date"}, {Name: "list", Type: "list"}, {Name: "struct", Type: "struct"},
		{Name: "=evil|<col>", Type: "varchar"},
	}
}

// hostileRows pair every hostile text with values of all other types, null
// among them.
func hostileRows() [][]any {
	random := rand.New(rand.NewPCG(7, 11))
	var rows [][]any
	for i, s := range hostile {
		row := []any{
			s, int64(random.Uint64()), random.NormFloat64() * 1e9, i%2 == 0,
			time.Unix(random.Int64N(4e9), 1000*random.Int64N(1e6)).UTC(), time.Unix(86400*random.Int64N(40_000), 0).UTC(),
			[]any{s, nil, int64(i)}, map[string]any{"k" + s: s, "n": nil}, hostile[random.IntN(len(hostile))],
		}
		for c := range row {
			if random.IntN(8) == 0 && c > 0 {
				row[c] = nil
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func written(t *testing.T, format Format, columns []queries.Column, rows [][]any, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, nil, HeldRows(columns, rows), o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// expected is a cell as every exact format must give it back: JSON's types,
// computed by encoding/json alone.
func expected(t *testing.T, column queries.Column, cell any) any {
	t.Helper()
	if moment, ok := cell.(time.Time); ok {
		if column.Type == "date" {
			return moment.Format("2006-01-02")
		}
		return moment.Format(time.RFC3339Nano)
	}
	b, err := json.Marshal(validated(cell))
	if err != nil {
		t.Fatal(err)
	}
	return fromJSON(t, b)
}

func validated(cell any) any {
	switch v := cell.(type) {
	case string:
		return strings.ToValidUTF8(v, "\uFFFD")
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = validated(v[i])
		}
		return list
	case map[string]any:
		m := map[string]any{}
		for k, e := range v {
			m[validated(k).(string)] = validated(e)
		}
		return m
	}
	return cell
}

func fromJSON(t *testing.T, b []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %.200q", err, b)
	}
	return v
}

func TestJSONRoundTrip(t *testing.T) {
	columns, rows := hostileColumns(), hostileRows()
	document := fromJSON(t, []byte(written(t, JSON, columns, rows, Options{}))).(map[string]any)
	lines := strings.Split(strings.TrimSuffix(written(t, NDJSON, columns, rows, Options{}), "\n"), "\n")
	got := document["rows"].([]any)
	if len(got) != len(rows) || len(lines) != len(rows) {
		t.Fatalf("%d rows became %d in json, %d in ndjson", len(rows), len(got), len(lines))
	}
	for i, row := range rows {
		line := fromJSON(t, []byte(lines[i])).(map[string]any)
		for c, column := range columns {
			want := expected(t, column, row[c])
			if cell := got[i].(map[string]any)[column.Name]; !reflect.DeepEqual(cell, want) {
				t.Errorf("json row %d, %s: %.100q, want %.100q", i, column.Name, cell, want)
			}
			if !reflect.DeepEqual(line[column.Name], want) {
				t.Errorf("ndjson row %d, %s: %.100q, want %.100q", i, column.Name, line[column.Name], want)
			}
		}
	}
}

func TestCSVRoundTrip(t *testing.T) {
	columns, rows := hostileColumns(), hostileRows()
	table := parseCSV(t, written(t, CSV, columns, rows, Options{}))
	if len(table) != len(rows)+1 {
		t.Fatalf("%d rows became %d", len(rows), len(table)-1)
	}
	for c, column := range columns {
		if got := unguard(*table[0][c]); got != column.Name {
			t.Errorf("column %q is called %q", column.Name, got)
		}
	}
	for i, row := range rows {
		for c, column := range columns {
			checkText(t, "csv", i, column, row[c], table[i+1][c], unguard)
		}
	}
}

// checkText compares a field of a text format with the cell it came from.
func checkText(t *testing.T, format string, row int, column queries.Column, cell any, field *string, undo func(string) string) {
	t.Helper()
	want := expected(t, column, cell)
	if want == nil || field == nil {
		if want != nil || field != nil {
			t.Errorf("%s row %d, %s: null is %v, want %.100v", format, row, column.Name, field, want)
		}
		return
	}
	var got any = undo(*field)
	if _, isText := want.(string); !isText {
		got = fromJSON(t, []byte(*field))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s row %d, %s: %.100q, want %.100q", format, row, column.Name, got, want)
	}
}

// parseCSV is RFC 4180 to the letter: encoding/csv would turn \r\n inside a
// field into \n and does not tell null from "".
func parseCSV(t *testing.T, s string) [][]*string {
	t.Helper()
	var table [][]*string
	for len(s) > 0 {
		var row []*string
		for {
			field, rest := parseField(t, s)
			row, s = append(row, field), rest[1:]
			if rest[0] == '\n' {
				break
			}
		}
		table = append(table, row)
	}
	return table
}

func parseField(t *testing.T, s string) (*string, string) {
	t.Helper()
	if s[0] != '"' {
		end := strings.IndexAny(s, ",\n")
		if end == 0 {
			return nil, s
		}
		field := s[:end]
		return &field, s[end:]
	}
	var b strings.Builder
	for s = s[1:]; ; {
		end := strings.IndexByte(s, '"')
		b.WriteString(s[:end])
		if s = s[end+1:]; s[0] != '"' {
			field := b.String()
			return &field, s
		}
		b.WriteByte('"')
		s = s[1:]
	}
}

// unguard is what the comment of csvRenderer tells a reader to do.
func unguard(s string) string {
	rest := strings.TrimLeft(s, "'")
	if rest != s && rest != "" && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", []rune(rest)[0]) {
		return s[1:]
	}
	return s
}

func TestMarkdownRoundTrip(t *testing.T) {
	columns, rows := hostileColumns(), hostileRows()
	lines := strings.Split(strings.TrimSuffix(written(t, Markdown, columns, rows, Options{}), "\n"), "\n")
	if len(lines) != len(rows)+2 {
		t.Fatalf("%d rows became %d lines", len(rows), len(lines))
	}
	for i, row := range rows {
		fields := markdownFields(lines[i+2])
		if len(fields) != len(columns) {
			t.Fatalf("row %d has %d cells: %.300q", i, len(fields), lines[i+2])
		}
		for c, column := range columns {
			text, _ := plain(column, row[c])
			if got, want := unescapeMarkdown(fields[c]), marked(text); got != want {
				t.Errorf("row %d, %s: %.100q, want %.100q", i, column.Name, got, want)
			}
		}
	}
}

// marked is what a format for people leaves of a text.
func marked(s string) string {
	return strings.Map(func(r rune) rune {
		if termtext.Unsafe(r) && !strings.ContainsRune("\n\r\t", r) {
			return termtext.Mark
		}
		return r
	}, s)
}

// markdownFields splits a line at the pipes that no backslash guards.
func markdownFields(line string) []string {
	var fields []string
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line):
			b.WriteString(line[i : i+2])
			i++
		case line[i] == '|':
			fields = append(fields, strings.Trim(b.String(), " "))
			b.Reset()
		default:
			b.WriteByte(line[i])
		}
	}
	return fields[1:]
}

func unescapeMarkdown(s string) string {
	return strings.NewReplacer(
		`\\`, `\`, "\\`", "`", `\|`, `|`, `\*`, `*`, `\_`, `_`, `\[`, `[`, `\]`, `]`, `\~`, `~`,
		"<br>", "\n", "&#13;", "\r", "&#9;", "\t", "&#32;", " ", "&lt;", "<", "&gt;", ">", "&amp;", "&",
	).Replace(s)
}

// A wide table cuts at maxCell only; up to there it shows what was there.
func TestTableShowsValues(t *testing.T) {
	columns := []queries.Column{{Name: "text", Type: "varchar"}, {Name: "end", Type: "varchar"}}
	for _, s := range hostile {
		lines := strings.Split(written(t, Table, columns, [][]any{{s, "END"}}, Options{Wide: true}), "\n")
		if len(lines) != 4 {
			t.Errorf("%.50q: %d lines", s, len(lines))
			continue
		}
		got := strings.TrimRight(strings.TrimSuffix(lines[1], "END"), " ")
		want := strings.TrimRight(termfit.Shorten(termtext.Line(s), maxCell), " ")
		if got != want {
			t.Errorf("%.50q is shown as %.50q, want %.50q", s, got, want)
		}
	}
}

// Nothing that a terminal or a page acts upon leaves in a format that they
// show.
func TestHostileTextIsHarmless(t *testing.T) {
	columns, rows := hostileColumns(), hostileRows()
	for _, tc := range []struct {
		format Format
		o      Options
	}{
		{Table, Options{}}, {Table, Options{Wide: true}}, {Markdown, Options{}}, {JSON, Options{}}, {NDJSON, Options{}}, {CSV, Options{Terminal: true}},
	} {
		out := written(t, tc.format, columns, rows, tc.o)
		for _, r := range out {
			if r != '\n' && termtext.Unsafe(r) {
				t.Errorf("%s %+v lets %U through", tc.format, tc.o, r)
			}
		}
	}
	for _, format := range []Format{Markdown, JSON, NDJSON} {
		if out := strings.ReplaceAll(written(t, format, columns, rows, Options{}), "<br>", ""); strings.Contains(out, "<") {
			t.Errorf("%s lets HTML through", format)
		}
	}
}

func TestNoCSVFieldIsAFormula(t *testing.T) {
	columns := []queries.Column{{Name: "=a", Type: "varchar"}, {Name: "list", Type: "list"}}
	for _, s := range hostile {
		for _, row := range parseCSV(t, written(t, CSV, columns, [][]any{{s, []any{s}}}, Options{})) {
			for _, field := range row {
				if field != nil && strings.ContainsAny((*field + " ")[:1], "=+-@\t\r\n\x00") {
					t.Errorf("%.50q became the field %.50q", s, *field)
				}
			}
		}
	}
}

func TestTableFitsItsWidth(t *testing.T) {
	for _, room := range []int{30, 40, 80, 100, 120, 200} {
		for _, report := range []string{"last_used", ""} {
			var out bytes.Buffer
			if err := Write(&out, Table, nil, lastUsed(), Options{Report: report, Width: room}); err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(out.String(), "\n")[:4] {
				if termfit.Width(line) > max(room, 16) {
					t.Errorf("%q at %d: a line takes %d: %s", report, room, termfit.Width(line), line)
				}
			}
		}
	}
}

func TestTableOfManyWindows(t *testing.T) {
	columns := []queries.Column{{Name: "n", Type: "bigint"}, {Name: "text", Type: "varchar"}}
	var rows [][]any
	for i := range 2*windowRows + 500 {
		rows = append(rows, []any{int64(i), fmt.Sprint("text ", i)})
	}
	lines := strings.Split(strings.TrimSuffix(written(t, Table, columns, rows, Options{}), "\n"), "\n")
	if len(lines) != len(rows)+2 || lines[len(lines)-1] != "2,500 rows" {
		t.Fatalf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
	for i := range rows {
		if got, want := strings.Fields(lines[i+1]), []string{fmt.Sprint(i), "text", fmt.Sprint(i)}; !reflect.DeepEqual(got, want) {
			t.Fatalf("line %d is %q", i, lines[i+1])
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range hostile[:40] {
		f.Add(s, int64(1), 0.5)
	}
	columns := []queries.Column{{Name: "a", Type: "varchar"}, {Name: "b", Type: "bigint"}, {Name: "c", Type: "double"}}
	f.Fuzz(func(t *testing.T, s string, n int64, x float64) {
		rows := [][]any{{s, n, []any{x, s}}}
		object := fromJSON(t, []byte(written(t, NDJSON, columns, rows, Options{}))).(map[string]any)
		if object["a"] != validated(s) {
			t.Fatalf("ndjson: %q became %q", s, object["a"])
		}
		table := parseCSV(t, written(t, CSV, columns, rows, Options{}))
		if got := unguard(*table[1][0]); got != validated(s) {
			t.Fatalf("csv: %q became %q", s, got)
		}
		line := strings.Split(written(t, Markdown, columns, rows, Options{}), "\n")[2]
		if got := unescapeMarkdown(markdownFields(line)[0]); got != marked(validated(s).(string)) {
			t.Fatalf("md: %q became %q", s, got)
		}
		if lines := strings.Count(written(t, Table, columns, rows, Options{}), "\n"); lines != 3 {
			t.Fatalf("table: %q took %d lines", s, lines)
		}
	})
}
