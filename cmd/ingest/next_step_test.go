package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
)

// TestErrorsNameTheNextStep: what goes wrong most often is said with the name of the thing, and
// with what to do.
func TestErrorsNameTheNextStep(t *testing.T) {
	dir := t.TempDir()
	absent, empty, broken := filepath.Join(dir, "absent"), filepath.Join(dir, "empty"), filepath.Join(dir, "broken.json")
	other, newer := filepath.Join(dir, "other"), filepath.Join(dir, "newer")
	for path, text := range map[string]string{broken: "{", filepath.Join(other, "notes.txt"): "", filepath.Join(empty, "below", "none"): ""} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(empty, "below", "none")); err != nil {
		t.Fatal(err)
	}
	said(t, "catalogue", "--lake", newer)
	makeNewer(t, filepath.Join(newer, "ledger.sqlite"))
	for _, tc := range []struct{ args, names, next string }{
		{"logs " + absent, absent, "give the path of CloudTrail's log files, or s3://BUCKET/PREFIX"},
		{"watch " + absent, absent, "give the path of CloudTrail's log files, or s3://BUCKET/PREFIX"},
		{"logs " + empty, empty, "give the one that CloudTrail's log files lie in"},
		{"logs " + broken, broken, "ingest quarantine"},
		{"logs --lake " + other + " " + broken, other, "name an empty or a new folder"},
		{"logs --lake " + newer + " " + broken, newer, "use that one"},
		{"logs --since yesterday s3://trails", "--since", "a day like 2026-09-30"},
		{"iam " + absent, absent, "aws iam get-account-authorization-details"},
		{"iam " + other, other, "name the files in it"},
		{"iam " + broken, broken, "aws iam get-account-authorization-details"},
		{"iam --snapshot-date tomorrow " + broken, "--snapshot-date", "a day like 2026-09-30"},
		{"iam --scp " + absent + " " + broken, absent, "aws organizations describe-policy"},
		{"iam --from-logs --lake " + absent, absent, "make one with ingest logs"},
		{"trail " + absent, absent, "aws cloudtrail describe-trails"},
		{"trail " + broken, broken, "aws cloudtrail get-event-selectors"},
		{"catalogue --refresh " + absent, absent, "name one with its files, or the URL of its index"},
		{"compact --lake " + absent, absent, "make one with ingest logs"},
		{"compact --since x", "--since", "a day like 2026-09-30"},
		{"fsck --lake " + absent, absent, "make one with ingest logs"},
		{"fsck --lake " + other, other, "make one with ingest logs"},
		{"fsck --lake " + newer, newer, "use that one"},
		{"quarantine --lake " + absent, absent, "make one with ingest logs"},
		{"quarantine --lake " + newer, newer, "use that one"},
	} {
		got := said(t, strings.Fields(tc.args)...)
		if !strings.Contains(got, tc.names) || !strings.Contains(got, tc.next) {
			t.Errorf("ingest %s says\n%s, which has no %q or no %q", tc.args, got, tc.names, tc.next)
		}
	}
}

// said is what the program writes to standard error, by default about a lake of its own.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	p := &cli.Program{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Now: time.Now}
	if !strings.Contains(strings.Join(args, " "), "--lake") {
		p.Args = append(p.Args, "--lake", filepath.Join(t.TempDir(), "lake"))
	}
	run(p)
	return errs.String()
}

// makeNewer gives a ledger the version that comes after today's. SQLite has it as a big-endian
// number at byte 60.
func makeNewer(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint32(text[60:], binary.BigEndian.Uint32(text[60:])+1)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
