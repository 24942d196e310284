package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// machine is what the numbers depend on beside the program.
type machine struct {
	cpu, memory, system, load string
	cores                     int
	goVersion, commit         string
	modules                   []string
}

// chosen are the modules whose versions matter to the numbers.
var chosen = []string{"github.com/apache/arrow/go/v17", "github.com/klauspost/compress", "modernc.org/sqlite", "github.com/marcboeker/go-duckdb/v2"}

func thisMachine() machine {
	m := machine{
		cpu:    field("/proc/cpuinfo", "model name"),
		memory: field("/proc/meminfo", "MemTotal"),
		system: runtime.GOOS + "/" + runtime.GOARCH,
		cores:  runtime.NumCPU(),
		load:   "unknown",
	}
	if m.cpu == "" {
		m.cpu = output("sysctl", "-n", "machdep.cpu.brand_string")
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.load, _, _ = strings.Cut(string(text), " ")
	}
	m.goVersion = output("go", "env", "GOVERSION")
	m.commit = output("git", "describe", "--always", "--dirty")
	for _, name := range chosen {
		m.modules = append(m.modules, output("go", "list", "-m", name))
	}
	return m
}

// field is a value of a file of lines "name: value", "" if it is not to be had.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// output is what a command prints, "unknown" if it cannot be run.
func output(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

func (m machine) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| processor | %s, %d cores |\n", m.cpu, m.cores)
	fmt.Fprintf(&b, "| memory | %s |\n", m.memory)
	fmt.Fprintf(&b, "| system | %s |\n", m.system)
	fmt.Fprintf(&b, "| load before the first run | %s |\n", m.load)
	fmt.Fprintf(&b, "| Go | %s |\n", m.goVersion)
	fmt.Fprintf(&b, "| commit | %s |\n", m.commit)
	for _, text := range m.modules {
		name, version, _ := strings.Cut(text, " ")
		fmt.Fprintf(&b, "| %s | %s |\n", name, version)
	}
	return b.String()
}
