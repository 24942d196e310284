package config

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestExampleSaysWhatEachKeyIs: in the example that is shipped a comment stands above each
// section, and above or beside each key that is not of the limits, which one explains.
func TestExampleSaysWhatEachKeyIs(t *testing.T) {
	text, err := os.ReadFile("../roletrail.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	outermost := regexp.MustCompile(`^([a-z_]+):`)
	explained := map[string]bool{}
	for i, line := range lines {
		if key := outermost.FindStringSubmatch(line); key != nil {
			below := i+1 < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[i+1]), "#")
			explained[key[1]] = i > 0 && strings.HasPrefix(lines[i-1], "#") || below
		}
	}
	for name := range keys {
		if key, _, _ := strings.Cut(name, "."); !explained[key] {
			t.Errorf("no comment says what %s is", key)
		}
	}
}
