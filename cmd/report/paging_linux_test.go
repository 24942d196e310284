package main

import "testing"

// TestLongAnswersArePaged: on a terminal $PAGER shows what the screen has no room for, and what
// it has room for stands there as it is; the prompt goes on whatever the pager does.
func TestLongAnswersArePaged(t *testing.T) {
	t.Setenv("PAGER", "sed s/^/paged:/")
	d := startDialogue(t, t.TempDir(), "sql", "--format", "csv")
	d.expect("roletrail> ")
	d.press("select 1 as one;\r")
	d.expect("\r\none\r\n1\r\n")
	d.expect("roletrail> ")
	d.press("select 100 rows;\r")
	d.expect("paged:n\r\npaged:1\r\n")
	d.expect("paged:100\r\n")
	d.expect("roletrail> ")
	d.press(ctrlD)
	if code := d.leave(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, tc := range []struct {
		pager, flag, shown string
		code               int
	}{
		{"head -n 1", "--no-pager=false", "n\r\n", 0}, // leaves early
		{"sed s/^/paged:/", "--no-pager", "\r\n100\r\n", 0},
		{"", "--no-pager=false", "\r\n100\r\n", 0},
		{"cat", "--no-pager=false", "\r\n100\r\n", 0},
		{"no-such-command-here", "--no-pager=false", "leave it out with --no-pager", 1},
	} {
		t.Setenv("PAGER", tc.pager)
		d := startDialogue(t, t.TempDir(), "sql", "select 100 rows", "--format", "csv", tc.flag)
		d.expect(tc.shown)
		if code := d.leave(); code != tc.code {
			t.Errorf("%q: exit code %d, want %d", tc.pager, code, tc.code)
		}
	}
}

// TestNoPagerForFiles: what goes elsewhere than to a terminal is never paged.
func TestNoPagerForFiles(t *testing.T) {
	t.Setenv("PAGER", "false")
	if got := try(t, newFake(), "", "sql", "select 100 rows", "--format", "csv"); got.code != 0 || len(got.stdout) < 200 {
		t.Errorf("%+v", got)
	}
}

// TestBinaryIsNotForATerminal: a terminal would be garbled, and the prompt has no file.
func TestBinaryIsNotForATerminal(t *testing.T) {
	for _, args := range [][]string{{"sql", "select 1 as one", "--format", "parquet"}, {"sql", "--format", "xlsx"}} {
		d := startDialogue(t, t.TempDir(), args...)
		d.expect("name a file with --out")
		if code := d.leave(); code != 2 {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
	d := startDialogue(t, t.TempDir(), "sql", "--out", "answer.csv")
	d.expect("--out needs a QUERY")
	d.leave()
	d = startDialogue(t, t.TempDir(), "last-used", "--format", "xlsx")
	d.expect("send it into a file")
	d.leave()
}
