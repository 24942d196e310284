package access

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

func filesOf(t *testing.T, r *Review) []File {
	t.Helper()
	files, err := r.Files("report review")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func written(t *testing.T, r *Review, name string) string {
	t.Helper()
	for _, f := range filesOf(t, r) {
		if f.Name == name {
			var b bytes.Buffer
			if err := f.Write(&b); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
	}
	t.Fatalf("there is no file %s", name)
	return ""
}

// TestSheetIsHarmless: no cell of the table is a formula, and every role has its row.
func TestSheetIsHarmless(t *testing.T) {
	for _, r := range []*Review{made(20), spoiled()} {
		rows, err := csv.NewReader(strings.NewReader(written(t, r, "review.csv"))).ReadAll()
		if err != nil || len(rows) != len(r.Roles)+1 || len(rows[0]) != len(sheetColumns) {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, row := range rows[1:] {
			for _, cell := range row {
				if strings.ContainsAny(cell[:min(len(cell), 1)], "=+@\t\r") {
					t.Errorf("%.40q is a formula", cell)
				}
			}
		}
		if rows[0][1] != "role_name" || r.Roles[0].RoleName == Text(rows[1][1]) == strings.HasPrefix(string(r.Roles[0].RoleName), "=") {
			t.Errorf("the first role is %q", rows[1][1])
		}
	}
}

// TestMarkdownIsHarmless: no text of a stranger is markup or ends the table that it is in.
func TestMarkdownIsHarmless(t *testing.T) {
	r := spoiled()
	for _, f := range filesOf(t, r) {
		if !strings.HasSuffix(f.Name, ".md") {
			continue
		}
		text := written(t, r, f.Name)
		if strings.Contains(text, "<img") || strings.Contains(text, "</script>") || strings.ContainsAny(text, "\x00\x1b\u202e") {
			t.Errorf("%s has markup, or characters that deceive", f.Name)
		}
		cells := 0
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "| ") && strings.Count(line, "|")-strings.Count(line, `\|`) == 9 {
				cells++
			}
		}
		if f.Name == "review.md" && cells != len(r.Roles)+2 {
			t.Errorf("%d lines of the table, %d roles", cells, len(r.Roles))
		}
	}
}

// TestOwnersHaveTheirFiles: each role under review is in exactly one file.
func TestOwnersHaveTheirFiles(t *testing.T) {
	r := made(60)
	in := map[string]int{}
	for _, f := range filesOf(t, r) {
		if strings.HasPrefix(f.Name, "owners/") {
			for line := range strings.Lines(written(t, r, f.Name)) {
				if name, ok := strings.CutPrefix(line, "## "); ok {
					in[strings.TrimSpace(name)]++
				}
			}
		}
	}
	for i := range r.Roles {
		if name := string(r.Roles[i].RoleName); in[name] != 1 {
			t.Errorf("%s is in %d files", name, in[name])
		}
	}
	for i := range r.Roles {
		r.Roles[i].Owner = ""
	}
	if n := len(filesOf(t, r)); n != 5 {
		t.Errorf("%d files where nobody owns anything", n)
	}
}

func TestOwnerFile(t *testing.T) {
	names := map[string]string{}
	for _, owner := range []string{"", "payments", "Payments", "data platform", "data-platform", "../../etc/passwd", "no-owner", "\u202e", "ünï", strings.Repeat("a", 300), "con", hostile} {
		name := ownerFile(owner)
		if other, ok := names[name]; ok {
			t.Errorf("%q and %q share %s", owner, other, name)
		}
		names[name] = owner
		if strings.ContainsAny(name, "/\\ \x00") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || len(name) > 80 {
			t.Errorf("the file of %.40q is %q", owner, name)
		}
	}
	if ownerFile("payments") != "payments.md" || ownerFile("") != "no-owner.md" {
		t.Errorf("%v", names)
	}
}
