//go:build integration

package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"roletrail/review/termtext"
)

// openedSheet is what another library sees of a sheet.
type openedSheet struct {
	Name, Frozen, Filter  string
	Choices               [][]string
	Formulas, Links, Bold []string
	Cells                 map[string]any
}

// inOpenpyxl opens a workbook with openpyxl and has it enter values; it returns what it saw,
// and the workbook as it saved it.
func inOpenpyxl(t *testing.T, book string, entries [][]any) (sheets []openedSheet, saved string) {
	t.Helper()
	python := os.Getenv("OPENPYXL")
	if python == "" {
		t.Skip("OPENPYXL names no Python with openpyxl; scripts/spreadsheet/run.sh does")
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "review.xlsx"), filepath.Join(dir, "filled in.xlsx")
	if err := os.WriteFile(from, []byte(book), 0o600); err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(python, "../../scripts/spreadsheet/fill_in.py", from, to)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said.Bytes())
	}
	if err := json.Unmarshal(out, &sheets); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return sheets, string(text)
}

// TestWorkbookInOpenpyxl: another library finds every cell as it was written, whatever the
// texts, a header that stays and filters, decisions to choose from and no formula; and what was
// entered with it comes back.
func TestWorkbookInOpenpyxl(t *testing.T) {
	for name, r := range map[string]*Review{"made": made(30), "spoiled": spoiled()} {
		entries := [][]any{
			{sheetName, place(t, "decision", 2), "keep"}, {sheetName, place(t, "reviewer", 2), "alice"}, {sheetName, place(t, "remark", 2), "+1, still needed <b>"},
			{sheetName, place(t, "decision", 3), "exception"}, {sheetName, place(t, "until", 3), object{"date": "2026-12-31"}},
			{sheetName, place(t, "decision", 4), "exception"}, {sheetName, place(t, "until", 4), "2027-01-31"},
		}
		sheets, saved := inOpenpyxl(t, written(t, r, "review.xlsx"), entries)
		if len(sheets) != 2 || sheets[0].Name != sheetName || sheets[1].Name != aboutName {
			t.Fatalf("%s: the sheets are %v", name, sheets)
		}
		checkOpened(t, name, r, sheets[0])
		if formulas := slices.Concat(sheets[0].Formulas, sheets[1].Formulas, sheets[0].Links, sheets[1].Links); len(formulas) > 0 {
			t.Errorf("%s: formulas or links in %v", name, formulas)
		}
		d, err := ReadDecisions(strings.NewReader(saved))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, want := range []string{"keep||alice|+1, still needed <b>", "exception|2026-12-31||", "exception|2027-01-31||", "|||"} {
			one := d.Decisions[i]
			got := strings.Join([]string{deref(one.Decision), deref(one.Until), deref(one.Reviewer), deref(one.Reason)}, "|")
			if got != want || deref(one.RoleID) != termtext.Line(string(r.Roles[i].RoleID)) {
				t.Errorf("%s: row %d is %s about %s", name, i+2, got, one.key())
			}
		}
	}
}

func checkOpened(t *testing.T, name string, r *Review, sheet openedSheet) {
	t.Helper()
	last, err := excelize.ColumnNumberToName(len(sheetColumns))
	if err != nil {
		t.Fatal(err)
	}
	rows := len(r.Roles) + 1
	decision := strings.TrimRight(place(t, "decision", 2), "2")
	if want := fmt.Sprintf("$A$1:$%s$%d", last, rows); sheet.Frozen != "C2" || sheet.Filter != want || len(sheet.Bold) != len(sheetColumns) {
		t.Errorf("%s: frozen at %s, filters %s not %s, %d bold", name, sheet.Frozen, sheet.Filter, want, len(sheet.Bold))
	}
	if want := [][]string{{fmt.Sprintf("%s2:%s%d", decision, decision, rows), "list", `"keep,trim,remove,exception"`}}; fmt.Sprint(sheet.Choices) != fmt.Sprint(want) {
		t.Errorf("%s: choices %v, want %v", name, sheet.Choices, want)
	}
	found := 0
	for c, column := range sheetColumns {
		for i := range rows {
			want := any(column.name)
			if i > 0 {
				want = cellAsRead(column.cell(&r.Roles[i-1]))
			}
			at, err := excelize.CoordinatesToCellName(c+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if got := sheet.Cells[at]; got != want {
				t.Errorf("%s: %s is %q, want %q", name, at, got, want)
			}
			if want != nil {
				found++
			}
		}
	}
	if found != len(sheet.Cells) {
		t.Errorf("%s: %d cells, want %d", name, len(sheet.Cells), found)
	}
}

// cellAsRead is a cell as it has to come back through JSON.
func cellAsRead(cell any) any {
	switch v := cell.(type) {
	case int64:
		return float64(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case string:
		return termtext.Line(v)
	}
	return nil
}
