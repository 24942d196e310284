package roletrail_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// exampleLines are the examples in a help page, and commandLine is a command that it lists.
	exampleLines = regexp.MustCompile(`(?ms)^Examples:\n(.*?)\n\n`)
	commandLine  = regexp.MustCompile(`(?m)^  ([a-z-]+) {2,}\S`)
)

// notRun are examples that do not run here, by a part of theirs, and what each needs.
var notRun = map[string]string{
	"s3://":              "a bucket",
	"--live":             "IAM, which ingest iam --live asks",
	"https://":           "AWS's service reference",
	"/run/secrets/slack": "a webhook of Slack",
}

// untilStopped are the commands that go on until they are stopped, with ^C.
var untilStopped = map[string]bool{"ingest watch": true, "report serve": true}

// stands says what of the repository stands for the files that examples name.
var stands = map[string]string{
	"AWSLogs":           "testdata/cloudtrail/AWSLogs",
	"trail-1":           "testdata/cloudtrail/AWSLogs/222222222222",
	"trail-2":           "testdata/cloudtrail/AWSLogs/o-exampleorg",
	"extra.json.gz":     "testdata/cloudtrail/AWSLogs/222222222222/CloudTrail/eu-west-1/2026/07/11/222222222222_CloudTrail_eu-west-1_20260711T2355Z_ToEanNhSaCdfg3vk.json.gz",
	"root.json":         "testdata/cloudtrail/scp/root.json",
	"workloads.json":    "testdata/cloudtrail/scp/root.json",
	"service-reference": "iam/action/testdata/reference",
	"roletrail.yaml":    "testdata/cloudtrail/roletrail.yaml",
}

// written are the files that examples name and people write.
var written = map[string]string{
	"question.sql":   "select count(*) from events",
	"decisions.json": `{"format":"roletrail decisions 1","window":{"since":"2026-07-01T00:00:00Z","until":"2026-10-01T00:00:00Z","quarter":"2026Q3"},"reviewer":"","decisions":[]}`,
}

// aws answers what the examples ask the AWS CLI.
const aws = `#!/bin/sh
case "$1 $2" in
"iam get-account-authorization-details") cat "$TESTDATA/iam/111111111111.json" ;;
"cloudtrail lookup-events") echo '{"Events": []}' ;;
"cloudtrail describe-trails") jq -s '.[0]' "$TESTDATA/trails/111111111111.json" ;;
"cloudtrail get-event-selectors") jq -s '.[1]' "$TESTDATA/trails/111111111111.json" ;;
*) echo "aws: $*: nobody answers that" >&2; exit 1 ;;
esac
`

// examples runs the examples of the help of a program on the lake that make demo makes, those of
// each command in a folder of its own.
func examples(t *testing.T, bin, program string) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, "aws"), []byte(aws), 0o700); err != nil {
		t.Fatal(err)
	}
	shell := func(dir, line string) (string, error) {
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+tools+":"+os.Getenv("PATH"), "TESTDATA="+root+"/testdata/cloudtrail")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	demo := t.TempDir()
	out, err := shell(demo, `ingest logs "$TESTDATA"/AWSLogs
ingest iam --snapshot-date 2026-10-01 "$TESTDATA"/iam/*.json
ingest trail --snapshot-date 2026-10-01 "$TESTDATA"/trails/*.json`)
	if err != nil {
		t.Fatalf("making the demo lake: %v\n%s", err, out)
	}
	ran := 0
	for _, command := range commandsOf(t, bin, program) {
		dir := t.TempDir()
		if err := os.CopyFS(filepath.Join(dir, "lake"), os.DirFS(filepath.Join(demo, "lake"))); err != nil {
			t.Fatal(err)
		}
		for _, line := range examplesOf(t, bin, command) {
			if needs(line) != "" {
				continue
			}
			ran++
			takeAway := give(t, root, dir, line)
			out, err := shell(dir, stopping(command, line))
			takeAway()
			if err != nil {
				t.Errorf("an example of %s --help fails: %v\n$ %s\n%s", command, err, line, out)
			}
		}
	}
	if ran < 10 {
		t.Errorf("%d examples only ran", ran)
	}
}

// commandsOf are a program and its commands.
func commandsOf(t *testing.T, bin, program string) []string {
	t.Helper()
	all := []string{program}
	_, listed, _ := strings.Cut(helpOf(t, bin, program), "\nAvailable Commands:\n")
	listed, _, _ = strings.Cut(listed, "\n\n")
	for _, found := range commandLine.FindAllStringSubmatch(listed, -1) {
		switch found[1] {
		case "help", "completion", "man": // which have no examples
		default:
			all = append(all, program+" "+found[1])
		}
	}
	if len(all) < 8 {
		t.Fatalf("found the commands %q only", all)
	}
	return all
}

// examplesOf are the examples of a command, of which some take several lines.
func examplesOf(t *testing.T, bin, command string) (lines []string) {
	t.Helper()
	found := exampleLines.FindStringSubmatch(helpOf(t, bin, command))
	if found == nil {
		t.Fatalf("%s --help has no examples", command)
	}
	for line := range strings.Lines(strings.ReplaceAll(found[1], "\\\n", "")) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func helpOf(t *testing.T, bin, command string) string {
	t.Helper()
	words := append(strings.Fields(command), "--help")
	out, err := exec.Command(filepath.Join(bin, words[0]), words[1:]...).Output()
	if err != nil {
		t.Fatalf("%s --help: %v", command, err)
	}
	return string(out)
}

// needs is what an example needs that is not here.
func needs(line string) string {
	if line == "report sql" {
		return "somebody who types"
	}
	for part, what := range notRun {
		if strings.Contains(line, part) {
			return what
		}
	}
	return ""
}

// give puts the files that an example names into its folder, unless an example before it made
// them, until what it returns is called.
func give(t *testing.T, root, dir, line string) (takeAway func()) {
	t.Helper()
	var made []string
	put := func(name string, how func(path string) error) {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); err == nil || !strings.Contains(line, name) {
			return
		}
		if err := how(path); err != nil {
			t.Fatal(err)
		}
		made = append(made, path)
	}
	for name, of := range stands {
		put(name, func(path string) error { return os.Symlink(filepath.Join(root, of), path) })
	}
	for name, text := range written {
		put(name, func(path string) error { return os.WriteFile(path, []byte(text), 0o600) })
	}
	return func() {
		for _, path := range made {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		}
	}
}

// stopping is a line that ends, and ends well: a command that goes on is stopped soon. Its code
// is 130 if it was not only waiting by then.
func stopping(command, line string) string {
	if !untilStopped[command] && !strings.HasPrefix(line, "report serve ") {
		return line
	}
	return fmt.Sprintf("timeout --preserve-status --signal INT 5 %s || [ $? = 130 ]", line)
}
