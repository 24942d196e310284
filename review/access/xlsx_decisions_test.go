package access

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// filledIn is the workbook of a review after somebody changed it.
func filledIn(t *testing.T, r *Review, change func(*excelize.File)) string {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(written(t, r, "review.xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	change(book)
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// place is the name of a cell of the sheet, by the name of its column.
func place(t *testing.T, column string, row int) string {
	t.Helper()
	for i, c := range sheetColumns {
		if c.name == column {
			name, err := excelize.CoordinatesToCellName(i+1, row)
			if err != nil {
				t.Fatal(err)
			}
			return name
		}
	}
	t.Fatalf("the sheet has no column %s", column)
	return ""
}

// enter fills in a row of the sheet.
func enter(t *testing.T, book *excelize.File, row int, values map[string]any) {
	t.Helper()
	for column, value := range values {
		if err := book.SetCellValue(sheetName, place(t, column, row), value); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDecisionsOfWorkbook: what was filled in comes back, bound to the ids of the roles and to
// the window, also where the sheet was sorted, columns were moved, and a day became a number.
func TestDecisionsOfWorkbook(t *testing.T) {
	r := made(30)
	r.Roles[5].State, r.Roles[5].InReview = "deleted", false
	book := filledIn(t, r, func(book *excelize.File) {
		enter(t, book, 2, map[string]any{"decision": "keep", "reviewer": "alice", "remark": "=needed"})
		enter(t, book, 3, map[string]any{"decision": " Trim ", "reviewer": "bob"})
		enter(t, book, 4, map[string]any{"decision": "exception", "until": "2026-12-31", "reviewer": "alice"})
		enter(t, book, 5, map[string]any{"decision": "exception", "until": time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)})
		if err := book.InsertCols(sheetName, "C", 1); err != nil {
			t.Fatal(err)
		}
		if err := book.SetCellStr(sheetName, "C1", "our notes"); err != nil {
			t.Fatal(err)
		}
	})
	d, err := ReadDecisions(strings.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	if !d.Window.Since.Equal(r.Window.Since) || !d.Window.Until.Equal(r.Window.Until) || deref(d.Window.Quarter) != "2026Q3" || *d.Numbers != r.Numbers || deref(d.Reviewer) != "alice, bob" {
		t.Errorf("the decisions are about %+v by %q with %+v", d.Window, deref(d.Reviewer), d.Numbers)
	}
	if len(d.Decisions) != 29 {
		t.Errorf("%d decisions about 29 roles under review", len(d.Decisions))
	}
	for i, want := range []string{"keep||alice|=needed", "trim||bob|", "exception|2026-12-31|alice|", "exception|2027-01-31||", "|||"} {
		one, role := d.Decisions[i], r.Roles[i]
		got := strings.Join([]string{deref(one.Decision), deref(one.Until), deref(one.Reviewer), deref(one.Reason)}, "|")
		if got != want || deref(one.RoleID) != string(role.RoleID) || deref(one.RoleARN) != string(role.RoleARN) || *one.Granted != role.Grants.Granted {
			t.Errorf("row %d: %s about %s, want %s about %s", i+2, got, one.key(), want, role.RoleID)
		}
	}
	if by := d.Decisions[3].by(d); by != "alice, bob" {
		t.Errorf("a decision without a reviewer is by %q", by)
	}
}

// TestWorkbookRefused: what a workbook says that nobody can have meant is an error, and it does
// not get to fill the memory.
func TestWorkbookRefused(t *testing.T) {
	header := func(column string, now any) func(*excelize.File) {
		return func(book *excelize.File) { enter(t, book, 1, map[string]any{column: now}) }
	}
	row := func(values map[string]any) func(*excelize.File) {
		return func(book *excelize.File) { enter(t, book, 3, values) }
	}
	about := func(cell string, now any) func(*excelize.File) {
		return func(book *excelize.File) {
			if err := book.SetCellValue(aboutName, cell, now); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := made(4)
	for want, change := range map[string]func(*excelize.File){
		`it has no column "decision"`:                   header("decision", "verdict of ours"),
		`it has two columns "remark"`:                   header("question", "remark"),
		`there is no decision "burn"`:                   row(map[string]any{"decision": "burn"}),
		"only an exception ends":                        row(map[string]any{"decision": "keep", "until": "2026-12-31"}),
		"is no day like 2026-12-31":                     row(map[string]any{"decision": "exception", "until": "soon"}),
		`"many" permissions are no number`:              row(map[string]any{"granted": "many"}),
		"it names no role":                              row(map[string]any{"decision": "keep", "role_id": "", "role_arn": ""}),
		"is a second one about":                         row(map[string]any{"role_id": string(r.Roles[0].RoleID)}),
		`its format is "another", not`:                  about("B1", "another"),
		"its window is empty":                           about("B2", "2027-01-01T00:00:00Z"),
		`cannot parse "soon"`:                           about("B2", "soon"),
		"its headline numbers are none":                 about("A5", "colours"),
		fmt.Sprintf("sheet %q: sheet", aboutName):       func(book *excelize.File) { _ = book.DeleteSheet(aboutName) },
		fmt.Sprintf("sheet %q: sheet Roles", sheetName): func(book *excelize.File) { _ = book.SetSheetName(sheetName, "Rules") },
	} {
		if _, err := ReadDecisions(strings.NewReader(filledIn(t, r, change))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	part, err := z.Create("xl/worksheets/sheet1.xml")
	if err == nil {
		_, err = io.CopyN(part, zeros{}, maxWorkbookBytes+1)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for _, text := range []string{bomb.String(), "PK\x03\x04", bomb.String()[:bomb.Len()/2]} {
		if _, err := ReadDecisions(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "no workbook that can be read") {
			t.Errorf("%d bytes of no workbook: %v", len(text), err)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
