package cli

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFlagBeatsFileBeatsDefault(t *testing.T) {
	for _, tc := range []struct {
		name, file string
		args       []string
		lake, log  string
	}{
		{"default", "", nil, "./lake", "text"},
		{"file", "lake: ./f\nlog_format: json\n", nil, "./f", "json"},
		{"flag", "lake: ./f\nlog_format: json\n", []string{"--lake", "./g", "--log-format", "text"}, "./g", "text"},
		{"flag with the default's value", "lake: ./f\n", []string{"--lake", "./lake"}, "./lake", "text"},
	} {
		dir := t.TempDir()
		if tc.file != "" {
			if err := os.WriteFile(filepath.Join(dir, "roletrail.yaml"), []byte(tc.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var got *Common
		var errs bytes.Buffer
		p := &Program{Args: append(tc.args, "paint"), Stdout: &errs, Stderr: &errs, Dir: dir, Now: time.Now}
		code := p.Run(context.Background(), newTool(p, func(_ context.Context, c *Common) error {
			got = c
			p.Say(slog.LevelInfo, "hello", "hello")
			return nil
		}))
		if code != ExitDone || got.Lake != tc.lake || got.Config.Lake != tc.lake || got.Config.LogFormat != tc.log {
			t.Errorf("%s: code %d, %+v, %s", tc.name, code, got, errs.String())
		}
		if isJSON := strings.HasPrefix(errs.String(), "{"); isJSON != (tc.log == "json") {
			t.Errorf("%s: log line %q", tc.name, errs.String())
		}
	}
}

func TestBrokenConfigurationStopsCommandsButNotHelp(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "roletrail.yaml"), []byte("lak: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]int{
		"paint": ExitUsage, "help paint": ExitDone, "completion bash": ExitDone, "paint --help": ExitDone,
		"__complete paint --colour r": ExitDone,
	} {
		var out, errs bytes.Buffer
		p := &Program{Args: strings.Fields(args), Stdout: &out, Stderr: &errs, Dir: dir, Now: time.Now}
		if code := p.Run(context.Background(), newTool(p, noop)); code != want {
			t.Errorf("%s: code %d, want %d: %s", args, code, want, errs.String())
		}
	}
}

func TestTerminal(t *testing.T) {
	p := &Program{Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}
	if p.StdinTerminal() || p.StdoutTerminal() || p.StderrTerminal() || p.Colour() {
		t.Error("a buffer is no terminal")
	}
	for columns, want := range map[string]int{"": 80, "132": 132, "0": 80, "-3": 80, "wide": 80} {
		p.Env = []string{"COLUMNS=7", "COLUMNS=" + columns}
		if got := p.Width(); got != want {
			t.Errorf("COLUMNS=%q: width %d, want %d", columns, got, want)
		}
		if got := p.WidthKnown(); got != (columns == "132") {
			t.Errorf("COLUMNS=%q: the width of a pipe is known: %v", columns, got)
		}
	}
}

func TestVersionIsNeverEmpty(t *testing.T) {
	if Version() == "" {
		t.Error("no version")
	}
	defer func(v string) { version = v }(version)
	version = "v9.9.9"
	if got := Version(); got != "v9.9.9" {
		t.Errorf("version of the build: %q", got)
	}
}
