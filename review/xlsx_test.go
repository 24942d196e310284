package review

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"roletrail/queries"
	"roletrail/review/termtext"
)

// opened is a workbook that was written.
func opened(t *testing.T, text string) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(text), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

// dumped is a sheet, a cell a line: its place, its type and its value.
func dumped(t *testing.T, book *excelize.File, sheet string) string {
	t.Helper()
	rows, err := book.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for r, row := range rows {
		for c, value := range row {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			kind, err := book.GetCellType(sheet, at)
			if err != nil {
				t.Fatal(err)
			}
			formula, err := book.GetCellFormula(sheet, at)
			if err != nil || formula != "" {
				t.Errorf("%s is the formula %q, %v", at, formula, err)
			}
			if value != "" {
				word := map[excelize.CellType]string{excelize.CellTypeInlineString: "text", excelize.CellTypeSharedString: "text", excelize.CellTypeBool: "truth", excelize.CellTypeNumber: "number", excelize.CellTypeUnset: "number"}[kind]
				fmt.Fprintf(&b, "%s!%s %s %s\n", sheet, at, word, value)
			}
		}
	}
	return b.String()
}

// TestXLSXGolden: the cells of both sheets, a header that stays and filters.
func TestXLSXGolden(t *testing.T) {
	var out, again bytes.Buffer
	for _, b := range []*bytes.Buffer{&out, &again} {
		if err := Write(b, XLSX, sampleMeta(), lastUsed(), Options{Report: "last_used"}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("two workbooks of the same rows differ")
	}
	book := opened(t, out.String())
	golden(t, "last_used.xlsx.txt", []byte(dumped(t, book, answerSheet)+dumped(t, book, restsSheet)))
	panes, err := book.GetPanes(answerSheet)
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the header does not stay: %+v, %v", panes, err)
	}
	names := book.GetDefinedName()
	if len(names) != 1 || names[0].RefersTo != "'Answer'!$A$1:$X$4" {
		t.Errorf("the header does not filter: %+v", names)
	}
}

// TestXLSXRoundTrip: no text is a formula or is lost, but for what XML has no room for, and
// numbers are numbers as long as a spreadsheet does not round them.
func TestXLSXRoundTrip(t *testing.T) {
	columns, rows := hostileColumns(), hostileRows()
	book := opened(t, written(t, XLSX, columns, rows, Options{}))
	dumped(t, book, answerSheet) // has no formula
	for i, row := range rows {
		for c, column := range columns {
			at, err := excelize.CoordinatesToCellName(c+1, i+2)
			if err != nil {
				t.Fatal(err)
			}
			got, err := book.GetCellValue(answerSheet, at)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := plain(column, row[c])
			if want = termtext.Line(want); len(want) > maxCellText {
				if kept := strings.TrimSuffix(got, "… (cut)"); kept == got || !strings.HasPrefix(want, kept) || len(kept) < maxCellText/2 {
					t.Errorf("%s: a long text became one of %d bytes: %.60q", at, len(got), got)
				}
				continue
			}
			if column.Type == "boolean" {
				want = map[string]string{"true": "1", "false": "0", "": ""}[want]
			}
			if got != want {
				t.Errorf("%s, %s: %.100q, want %.100q", at, column.Name, got, want)
			}
		}
	}
	limits := [][]any{{int64(1) << 53, 1.5}, {int64(1)<<53 + 1, math.Inf(1)}}
	book = opened(t, written(t, XLSX, []queries.Column{{Name: "n", Type: "bigint"}, {Name: "f", Type: "double"}}, limits, Options{}))
	want := "Answer!A1 text n\nAnswer!B1 text f\nAnswer!A2 number 9007199254740992\nAnswer!B2 number 1.5\nAnswer!A3 text 9007199254740993\nAnswer!B3 text Infinity\n"
	if got := dumped(t, book, answerSheet); got != want {
		t.Errorf("numbers became\n%s\nwant\n%s", got, want)
	}
}

// TestXLSXHasARoomForRows: what a sheet has no room for is an error, not left out.
func TestXLSXHasARoomForRows(t *testing.T) {
	x := &xlsxRenderer{rows: maxSheetRows}
	if err := x.row([]any{"one more"}); err == nil || !strings.Contains(err.Error(), "no room for more than 1048575 rows") {
		t.Errorf("error = %v", err)
	}
}

// TestTerminalShowsNoBinary: they would garble it.
func TestTerminalShowsNoBinary(t *testing.T) {
	for _, format := range []Format{XLSX, Parquet} {
		var out bytes.Buffer
		err := Write(&out, format, nil, lastUsed(), Options{Terminal: true})
		if err == nil || !strings.Contains(err.Error(), "> answer."+string(format)) || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", format, err, out.Len())
		}
	}
}
