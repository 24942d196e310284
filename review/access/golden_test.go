package access

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// golden compares a file of the review with the one that is expected.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "review", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s is not as expected, -update writes it anew: %v\n%s", path, err, got)
	}
}

// ofPage are the parts of the page that do not depend on the review, and its data, which
// review.json has in clear.
var ofPage = regexp.MustCompile(`(?s)(<style[^>]*>|<script[^>]*>).*?(</style>|</script>)|sha256-[A-Za-z0-9+/=]+|\b[0-9a-f]{64}\b`)

// TestGoldenFiles: every file of a small review, half of it decided.
func TestGoldenFiles(t *testing.T) {
	r := made(3)
	for i, decided := range []*Decided{{Decision: "keep", Reviewer: "alice", Reason: "pays salaries"}, {Decision: "exception", Until: "2026-12-31", Reviewer: "bob", Reason: "until the migration"}} {
		r.Roles[i].Decided = decided
	}
	owners := 0
	for _, f := range filesOf(t, r) {
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		switch {
		case f.Name == "review.xlsx":
			golden(t, "review.xlsx.txt", cellsOf(t, text))
			continue
		case f.Name == "review.html":
			text = ofPage.ReplaceAllString(text, "$1…$2")
		case strings.HasPrefix(f.Name, "owners/"):
			owners++
		}
		golden(t, f.Name, text)
	}
	if owners < 2 {
		t.Errorf("%d files of owners", owners)
	}
}

// cellsOf are the cells of a workbook, one a line.
func cellsOf(t *testing.T, text string) string {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	var b strings.Builder
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c, cell := range row {
				at, err := excelize.CoordinatesToCellName(c+1, r+1)
				if err != nil {
					t.Fatal(err)
				}
				if cell != "" {
					fmt.Fprintf(&b, "%s!%s %s\n", sheet, at, cell)
				}
			}
		}
	}
	return b.String()
}
