package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/pipeline"
)

// TestEveryLineIsJSON runs what ends in every kind of message, and asks for JSON.
func TestEveryLineIsJSON(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"logs/good.json":       `{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventName":"x"}]}`,
		"logs/mixed.json":      `{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventName":"x"},{"eventName":"\n\u001b[31m"}]}`,
		"iam.json":             `{"RoleDetailList":[{"RoleName":"r"}],"IsTruncated":false}`,
		"reference/depot.json": `{"Name":"depot","Actions":[{"Name":"OpenCrate"}]}`,
		"json.yaml":            "log_format: json\n",
		"wrong.yaml":           "lak: x\n",
	}
	for i := range listedOnScreen + 1 {
		files["logs/bad"+strings.Repeat("x", i)+".json"] = "no JSON\n\x1b[31m"
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lake := filepath.Join(dir, "lake")
	tests := map[string]struct {
		args     []string
		code     int
		messages []string // the beginnings of the messages, sorted, each once
	}{
		"run":           {[]string{"logs", "--lake", lake, "--log-format", "json", filepath.Join(dir, "logs")}, 3, []string{"balance", "done, but quarantined", "more was quarantined than is listed", "quarantined"}},
		"by file":       {[]string{"logs", "--lake", lake, "--config", filepath.Join(dir, "json.yaml"), filepath.Join(dir, "logs", "good.json")}, 0, []string{"balance"}},
		"failed":        {[]string{"logs", "--lake", lake, "--log-format=json", filepath.Join(dir, "missing")}, 1, []string{"listing source"}},
		"inventory":     {[]string{"iam", "--lake", lake, "--log-format=json", filepath.Join(dir, "iam.json")}, 3, []string{"balance", "done, but", "inventory", "problem of the inventory"}},
		"catalogue":     {[]string{"catalogue", "--lake", lake, "--log-format=json", "--refresh", filepath.Join(dir, "reference")}, 0, []string{"catalogue", "service reference"}},
		"unknown flag":  {[]string{"logs", "--colour", "--log-format", "json", "x"}, 2, []string{"unknown flag --colour"}},
		"configuration": {[]string{"logs", "--config", filepath.Join(dir, "wrong.yaml"), "--log-format=json", "x"}, 2, []string{"reading configuration"}},
		"no command":    {[]string{"--log-format=json"}, 2, []string{"ingest needs a command"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			p := &cli.Program{Args: test.args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Now: time.Now}
			if code := run(p); code != test.code {
				t.Errorf("exit code %d, want %d: %s", code, test.code, errs.String())
			}
			got := slices.Sorted(maps.Keys(messages(t, errs.String())))
			if !slices.EqualFunc(got, test.messages, strings.HasPrefix) {
				t.Errorf("messages %q, want %q", got, test.messages)
			}
		})
	}
}

// messages are the messages of a program that writes JSON.
func messages(t *testing.T, stderr string) map[string]map[string]any {
	t.Helper()
	found := map[string]map[string]any{}
	for line := range strings.Lines(stderr) {
		var message map[string]any
		if err := json.Unmarshal([]byte(line), &message); err != nil {
			t.Errorf("%v: %q", err, line)
			continue
		}
		text, _ := message["msg"].(string)
		if text == "" || message["level"] == nil || message["time"] == nil {
			t.Errorf("an odd message: %s", line)
		}
		found[text] = message
	}
	return found
}

// TestProgressIsJSON asks for a line of progress, which short runs do not write.
func TestProgressIsJSON(t *testing.T) {
	var errs bytes.Buffer
	pr := newProgress(&cli.Program{Args: []string{"--log-format=json"}, Stderr: &errs}, "objects")
	pr.next.Store(0)
	pr.update(pipeline.Progress{Objects: 1, Records: 7, Total: 9})
	got := messages(t, errs.String())["progress"]
	if got["objects"] != 1.0 || got["total"] != 9.0 || got["records"] != 7.0 {
		t.Errorf("%v in %q", got, errs.String())
	}
}
