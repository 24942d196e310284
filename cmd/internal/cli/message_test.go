package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestErrorsFoundBeforeTheConfiguration look for the flag themselves.
func TestErrorsFoundBeforeTheConfiguration(t *testing.T) {
	for _, test := range []struct {
		args string
		json bool
	}{
		{"pant", false},
		{"pant --log-format json", true},
		{"--log-format=json pant", true},
		{"pant --log-format text", false},
		{"--log-format json --log-format text pant", false},
		{"pant -- --log-format json", false},
		{"pant --log-format", false},
	} {
		got := try(t, noop, strings.Fields(test.args)...)
		var message map[string]any
		err := json.Unmarshal([]byte(got.stderr), &message)
		if test.json != (err == nil) {
			t.Errorf("%s: %q", test.args, got.stderr)
		}
		if test.json && (message["msg"] != `unknown command "pant"` || message["hint"] != `did you mean "paint"?` ||
			message["exit_code"] != float64(ExitUsage) || message["program"] != "tool" || message["level"] != "ERROR") {
			t.Errorf("%s: %v", test.args, message)
		}
	}
}

// TestNotesAreMessages, one per line however they are written.
func TestNotesAreMessages(t *testing.T) {
	var errs bytes.Buffer
	p := &Program{Stderr: &errs, format: LogJSON}
	fmt.Fprint(p.Notes(), "one\ntwo\n")
	w := p.Notes()
	fmt.Fprint(w, "th")
	fmt.Fprint(w, "ree\n")
	var got []string
	for line := range strings.Lines(errs.String()) {
		var message struct{ Msg string }
		if err := json.Unmarshal([]byte(line), &message); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		got = append(got, message.Msg)
	}
	if strings.Join(got, " ") != "one two three" {
		t.Errorf("%q", got)
	}
	p.format = LogText
	errs.Reset()
	if fmt.Fprint(p.Notes(), "as it is"); errs.String() != "as it is" {
		t.Errorf("a note for people: %q", errs.String())
	}
}
