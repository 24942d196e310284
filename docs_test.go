package roletrail_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"roletrail/parquet"
)

// columnRow is a line of a table of docs/lake.md: | `name` | type | meaning |.
var columnRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| ([^|]+) \\| ([^|]+) \\|$")

// kindNames are the types of columns as docs/lake.md calls them.
var kindNames = map[parquet.Kind]string{
	parquet.Dict: "text", parquet.Text: "text", parquet.Timestamp: "timestamp", parquet.Bool: "boolean",
	parquet.Int32: "integer", parquet.Int64: "integer", parquet.Date: "date", parquet.TextList: "list of text",
}

// TestLakeIsDocumented: docs/lake.md describes every column of every table, in the
// order and with the type of the schema; the folder's own column comes first.
func TestLakeIsDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/lake.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []struct {
		schema *parquet.Schema
		folder string // the column that the folder's name makes
	}{
		{parquet.EventsSchema, "event_date"}, {parquet.UsesSchema, "event_date"}, {parquet.SessionDaysSchema, "event_date"}, {parquet.CoverageSchema, ""}, {parquet.QuarantineSchema, ""}, {parquet.LogFilesSchema, ""}, {parquet.RolesSchema, "snapshot_date"},
		{parquet.RolePermissionsSchema, "snapshot_date"}, {parquet.RoleTrustSchema, "snapshot_date"},
		{parquet.RoleTrustConditionsSchema, "snapshot_date"}, {parquet.PoliciesSchema, "snapshot_date"}, {parquet.TrailsSchema, "snapshot_date"},
		{parquet.CatalogueActionsSchema, ""}, {parquet.CatalogueOperationsSchema, ""},
	} {
		want := make([]string, 0, len(table.schema.Columns)+1)
		if table.folder != "" {
			want = append(want, table.folder+" date")
		}
		for _, c := range table.schema.Columns {
			want = append(want, c.Name+" "+kindNames[c.Kind])
		}
		var got []string
		for _, row := range columnRow.FindAllSubmatch(section(page, "## "+table.schema.Table+"\n"), -1) {
			got = append(got, string(row[1])+" "+strings.TrimSpace(string(row[2])))
		}
		if !slices.Equal(got, want) {
			t.Errorf("docs/lake.md, table %s:\n got %v\nwant %v", table.schema.Table, got, want)
		}
	}
}

// section is the part of a page below a heading, up to the next of its level.
func section(page []byte, heading string) []byte {
	_, rest, _ := bytes.Cut(page, []byte("\n"+heading))
	part, _, _ := bytes.Cut(rest, []byte("\n## "))
	return part
}

// link is a link to another file of the repository.
var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

func TestLinksOfPagesLead(t *testing.T) {
	links := 0
	for _, name := range pages(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllSubmatch(text, -1) {
			links++
			target := filepath.Join(filepath.Dir(name), string(found[1]))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, found[1])
			}
		}
	}
	if links == 0 {
		t.Error("found no link")
	}
}

// pages are the pages for users.
func pages(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, name := range paths(t) {
		if name == "README.md" || strings.HasPrefix(name, "docs/") && strings.HasSuffix(name, ".md") {
			names = append(names, name)
		}
	}
	if len(names) < 5 {
		t.Fatalf("found the pages %v only", names)
	}
	return names
}

// A reference is to a rule (P12, A7) or to a settled point (design 9.17, 9.23).
var (
	rule          = regexp.MustCompile(`\b[PA][1-9][0-9]?\b`)
	settled       = regexp.MustCompile(`design (sections? )?[0-9.]+(, [0-9.]+)*`)
	settledNumber = regexp.MustCompile(`9\.[0-9]+`)
	documented    = regexp.MustCompile(`(?m)^\| (?:design )?([PA]?[0-9.]+) \|`)
)

// references are the rules and settled points that a comment names.
func references(comment string) []string {
	names := rule.FindAllString(comment, -1)
	for _, found := range settled.FindAllString(comment, -1) {
		names = append(names, settledNumber.FindAllString(found, -1)...)
	}
	return names
}

// TestRulesOfCommentsAreDocumented: what a comment refers to stands in
// docs/semantics.md.
func TestRulesOfCommentsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/semantics.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, found := range documented.FindAllSubmatch(page, -1) {
		known[string(found[1])] = true
	}
	named := 0
	for _, s := range sources(t) {
		for _, group := range s.syntax.Comments {
			for _, name := range references(strings.Join(strings.Fields(group.Text()), " ")) {
				named++
				if !known[name] {
					t.Errorf("%s refers to %s, which docs/semantics.md does not have", s.at(group), name)
				}
			}
		}
	}
	if named < 50 {
		t.Errorf("found %d references only", named)
	}
}

// block is a block of commands in a page.
var block = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// makeLine is a command that is checked by the name of its target alone: make demo
// and the others are run by themselves, and make test runs this test.
var makeLine = regexp.MustCompile(`(?m)^make ([a-z-]+).*\n`)

// TestDocumentedCommands runs the commands that the pages show, page by page in a
// folder of its own with the programs in bin/ and the test organisation, and the examples
// of the programs' help.
func TestDocumentedCommands(t *testing.T) {
	if os.Getenv("ROLETRAIL_DOCS") == "" {
		t.Skip("make integration runs the commands of the documentation")
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	for _, program := range []string{"ingest", "report"} {
		out, err := exec.Command("go", "build", "-o", filepath.Join(bin, program), "./cmd/"+program).CombinedOutput()
		if err != nil {
			t.Fatalf("building %s: %v\n%s", program, err, out)
		}
	}
	for _, name := range pages(t) {
		t.Run(name, func(t *testing.T) {
			script := commands(t, name, makefile)
			if script == "" {
				return
			}
			dir := t.TempDir()
			for link, target := range map[string]string{"bin": bin, "testdata": filepath.Join(root, "testdata")} {
				if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
			cmd.Dir = dir
			var out, said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &said
			if err := cmd.Run(); err != nil {
				t.Errorf("%v\n%s%s\n--- of the commands\n%s", err, out.Bytes(), said.Bytes(), script)
			}
			wantFailures(t, script, out.String())
		})
	}
	for _, program := range []string{"ingest", "report"} {
		t.Run("help of "+program, func(t *testing.T) { examples(t, bin, program) })
	}
}

// failing is the end of a command that the page says will fail.
var failing = regexp.MustCompile(`(?m) \|\| echo "([^"$]+)`)

// wantFailures holds the commands that shall fail to having failed.
func wantFailures(t *testing.T, script, out string) {
	t.Helper()
	want := map[string]int{}
	for _, found := range failing.FindAllStringSubmatch(script, -1) {
		want[found[1]]++
	}
	for text, n := range want {
		if got := strings.Count(out, text); got != n {
			t.Errorf("%d commands ended with %q, not %d:\n%s", got, text, n, script)
		}
	}
}

// commands are the commands of a page, make aside.
func commands(t *testing.T, name string, makefile []byte) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for _, found := range block.FindAllSubmatch(text, -1) {
		script.Write(found[1])
	}
	for _, found := range makeLine.FindAllStringSubmatch(script.String(), -1) {
		if !regexp.MustCompile(fmt.Sprintf(`(?m)^%s:`, found[1])).Match(makefile) {
			t.Errorf("%s shows make %s, which the Makefile does not have", name, found[1])
		}
	}
	return makeLine.ReplaceAllString(script.String(), "")
}
