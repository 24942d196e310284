package review

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"roletrail/queries"
)

func TestGoldens(t *testing.T) {
	for _, tc := range []struct {
		golden string
		format Format
		o      Options
	}{
		{"last_used.80.table", Table, Options{Report: "last_used", Width: 80}},
		{"last_used.120.table", Table, Options{Report: "last_used", Width: 120}},
		{"last_used.40.table", Table, Options{Report: "last_used", Width: 40}},
		{"last_used.colour.table", Table, Options{Report: "last_used", Width: 120, Colour: true}},
		{"last_used.wide.table", Table, Options{Report: "last_used", Width: 80, Wide: true}},
		{"last_used.unranked.table", Table, Options{Width: 100}},
		{"last_used.csv", CSV, Options{}},
		{"last_used.json", JSON, Options{}},
		{"last_used.ndjson", NDJSON, Options{}},
		{"last_used.md", Markdown, Options{}},
	} {
		t.Run(tc.golden, func(t *testing.T) {
			var out, notes bytes.Buffer
			tc.o.Notes = &notes
			if err := Write(&out, tc.format, sampleMeta(), lastUsed(), tc.o); err != nil {
				t.Fatal(err)
			}
			golden(t, tc.golden, out.Bytes())
			if beside := tc.format == CSV || tc.format == NDJSON; beside != (notes.Len() > 0) {
				t.Errorf("notes: %q", notes.String())
			}
		})
	}
}

func TestSectionGoldens(t *testing.T) {
	for _, format := range []Format{Table, Markdown} {
		var out bytes.Buffer
		one := HeldRows(lastUsedColumns(), lastUsedRows()[:1])
		actions := HeldRows(
			[]queries.Column{{Name: "action", Type: "varchar"}, {Name: "uses", Type: "bigint"}},
			[][]any{{"s3:PutObject", int64(1200)}, {"s3:GetObject", int64(34)}},
		)
		none := HeldRows([]queries.Column{{Name: "day", Type: "date"}}, nil)
		err := WriteSections(&out, format, sampleMeta(), []Section{
			{Title: "arn:aws:iam::111111111111:role/deploy", Upright: true, Rows: one},
			{Title: "actions", Rows: actions},
			{Title: "days", Rows: none},
		}, Options{Width: 80})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "sections."+string(format), out.Bytes())
	}
}

func TestSectionsAreForPeople(t *testing.T) {
	err := WriteSections(&bytes.Buffer{}, CSV, nil, nil, Options{})
	if err == nil || err.Error() != "writing csv: this format has no sections" {
		t.Errorf("error = %v", err)
	}
}

func TestUnknownFormat(t *testing.T) {
	err := Write(&bytes.Buffer{}, "pdf", nil, lastUsed(), Options{})
	if err == nil || err.Error() != `writing "pdf": no such format` {
		t.Errorf("error = %v", err)
	}
}

// brokenRows fail after a number of rows.
type brokenRows struct {
	queries.Rows
	left int
}

var errBroken = errors.New("reading part 7: damaged")

func (b *brokenRows) Next() bool { b.left--; return b.left >= 0 && b.Rows.Next() }
func (b *brokenRows) Err() error {
	if b.left < 0 {
		return errBroken
	}
	return nil
}

func TestRowsThatFail(t *testing.T) {
	for _, format := range Formats() {
		for _, after := range []int{0, 2} {
			var out bytes.Buffer
			err := Write(&out, format, sampleMeta(), &brokenRows{Rows: lastUsed(), left: after}, Options{})
			if !errors.Is(err, errBroken) {
				t.Errorf("%s after %d rows: error = %v", format, after, err)
			}
			if after == 0 && out.Len() > 0 {
				t.Errorf("%s: wrote %q before failing at once", format, out.String())
			}
			if format == JSON && strings.HasSuffix(out.String(), "}\n") {
				t.Errorf("json looks complete after a failure: %q", out.String())
			}
		}
	}
}

type fullDisk struct{ room int }

var errFull = errors.New("disk full")

func (f *fullDisk) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWritesThatFail(t *testing.T) {
	for _, format := range Formats() {
		for _, room := range []int{0, 10_000} {
			rows := HeldRows([]queries.Column{{Name: "a", Type: "varchar"}}, many(20_000))
			if err := Write(&fullDisk{room}, format, nil, rows, Options{}); !errors.Is(err, errFull) || strings.Count(err.Error(), "full") != 1 {
				t.Errorf("%s with room for %d: error = %v", format, room, err)
			}
		}
	}
}

func many(n int) [][]any {
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = []any{fmt.Sprintf("value %d", i)}
	}
	return rows
}

func TestRaggedRow(t *testing.T) {
	rows := HeldRows([]queries.Column{{Name: "a"}, {Name: "b"}}, [][]any{{"only one"}})
	err := Write(&bytes.Buffer{}, CSV, nil, rows, Options{})
	if err == nil || err.Error() != "writing rows: a row has 1 cells for 2 columns" {
		t.Errorf("error = %v", err)
	}
}

// endless checks that nothing gathers rows: a writer that has seen the first
// bytes stops it.
type endless struct{ made int }

func (e *endless) Columns() []queries.Column { return []queries.Column{{Name: "a", Type: "varchar"}} }
func (e *endless) Next() bool                { e.made++; return true }
func (e *endless) Row() []any                { return []any{"0123456789012345678901234567890123456789"} }
func (e *endless) Err() error                { return nil }
func (e *endless) Close() error              { return nil }

func TestRowsAreStreamed(t *testing.T) {
	for _, format := range Formats() {
		if format.Binary() {
			continue // they compress what is the same without end
		}
		rows := &endless{}
		if err := Write(&fullDisk{}, format, nil, rows, Options{}); !errors.Is(err, errFull) {
			t.Errorf("%s: error = %v", format, err)
		}
		if rows.made > 2*windowRows {
			t.Errorf("%s read %d rows before it wrote", format, rows.made)
		}
	}
}
