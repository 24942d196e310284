package access

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// partOf is a part of a workbook, read by the standard library alone.
func partOf(t *testing.T, book, name string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWorkbook: the workbook has the cells of the table and no formula, whatever the texts,
// a header that stays and filters, and a list of decisions.
func TestWorkbook(t *testing.T) {
	for name, r := range map[string]*Review{"made": made(30), "spoiled": spoiled()} {
		book := written(t, r, "review.xlsx")
		if again := written(t, r, "review.xlsx"); again != book {
			t.Errorf("%s: two workbooks of the same review differ", name)
		}
		sheet := partOf(t, book, "xl/worksheets/sheet1.xml")
		counts, widths := map[string]int{}, map[string]bool{}
		for d := xml.NewDecoder(strings.NewReader(sheet)); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: the sheet is no XML: %v", name, err)
			}
			if start, ok := token.(xml.StartElement); ok {
				counts[start.Name.Local]++
				for _, a := range start.Attr {
					if start.Name.Local == "col" && a.Name.Local == "width" {
						widths[a.Value] = true
					}
				}
			}
		}
		if counts["f"] != 0 || counts["row"] != len(r.Roles)+1 || counts["autoFilter"] != 1 || counts["dataValidation"] != 1 || counts["pane"] != 1 {
			t.Errorf("%s: the sheet has %v", name, counts)
		}
		// Columns as wide as what stands in them: a name is wider than a number, a question than a name.
		if counts["col"] < 10 || len(widths) < 5 {
			t.Errorf("%s: %d columns have the widths %v", name, counts["col"], widths)
		}
		if !strings.Contains(sheet, "keep,trim,remove,exception") {
			t.Errorf("%s: the decisions cannot be chosen", name)
		}
		texts := partOf(t, book, "xl/sharedStrings.xml")
		if name == "made" && !strings.Contains(texts, string(r.Roles[0].RoleName)) {
			t.Error("the first role is not in the workbook")
		}
		if bytes.ContainsAny([]byte(texts), "\x00\x1b\u202e") {
			t.Errorf("%s: the workbook has characters that deceive", name)
		}
	}
}
