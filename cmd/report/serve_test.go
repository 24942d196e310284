package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
)

// TestServe asks the program for metrics of the test organisation, and compares them with
// what the reports say.
func TestServe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal for a single process")
	}
	s := startServing(t, "--lake", wholeLake(t), "--since", "2026-07-01")
	metrics := s.await("roletrail_roles{")
	sums := map[string]map[string]float64{} // by name and value of the last label
	for _, found := range regexp.MustCompile(`(?m)^(roletrail_\w+)\{.*="(.*)"\} (\S+)$`).FindAllStringSubmatch(metrics, -1) {
		if sums[found[1]] == nil {
			sums[found[1]] = map[string]float64{}
		}
		var n float64
		if _, err := fmt.Sscan(found[3], &n); err != nil {
			t.Fatal(err)
		}
		sums[found[1]][found[2]] += n
	}
	roles, findings, unused := map[string]float64{}, map[string]float64{}, 0.0
	for _, row := range askReport(t, "last-used") {
		if row["state"] != "deleted" {
			roles[row["verdict"]]++
		}
	}
	for _, row := range askReport(t, "unexpected") {
		for _, f := range strings.Split(strings.Trim(row["findings"], "[]"), ",") {
			if f = strings.Trim(f, `"`); f != "" && f != "expected" {
				findings[f]++
			}
		}
	}
	for _, row := range askReport(t, "unused --summary") {
		var n float64
		if _, err := fmt.Sscan(row["probably_unused"], &n); err != nil {
			t.Fatal(err)
		}
		unused += n
	}
	if got := sums["roletrail_roles"]; len(roles) < 4 || fmt.Sprint(got) != fmt.Sprint(roles) {
		t.Errorf("roles by verdict: metrics %v, report last-used %v", got, roles)
	}
	if got := sums["roletrail_unexpected_callers"]; len(findings) < 4 || fmt.Sprint(got) != fmt.Sprint(findings) {
		t.Errorf("callers by finding: metrics %v, report unexpected %v", got, findings)
	}
	if got := sums["roletrail_granted_permissions"]["probably_unused"]; unused == 0 || got != unused {
		t.Errorf("permissions probably unused: metrics %v, report unused %v", got, unused)
	}
	if len(sums["roletrail_service_uses"]) < 3 || sums["roletrail_assumptions"]["user"]+sums["roletrail_assumptions"]["identity_center"] == 0 || len(sums["roletrail_role_idle_seconds"]) < 3 {
		t.Errorf("uses by service %v, assumptions %v, idle roles %v", sums["roletrail_service_uses"], sums["roletrail_assumptions"], sums["roletrail_role_idle_seconds"])
	}
	s.end()
}

// askReport is the answer of a report over the same lake and window, as rows of texts by column.
func askReport(t *testing.T, report string) (rows []map[string]string) {
	t.Helper()
	var text, errs bytes.Buffer
	p := &cli.Program{
		Args:  append(strings.Fields(report), "--since", "2026-07-01", "--format", "csv"),
		Stdin: strings.NewReader(""), Stdout: &text, Stderr: &errs, Dir: t.TempDir(), Now: time.Now,
	}
	if code := run(p, func(context.Context, string, func(queries.Progress)) (queries.Engine, error) {
		return organisationEngine(t), nil
	}); code != cli.ExitDone {
		t.Fatalf("report %s: %s", report, &errs)
	}
	lines, err := csv.NewReader(&text).ReadAll()
	if err != nil || len(lines) < 2 {
		t.Fatalf("report %s: %v, %d lines", report, err, len(lines))
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[lines[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// serving is the program while it serves.
type serving struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string
	log  *bufio.Reader
}

func startServing(t *testing.T, flags ...string) *serving {
	t.Helper()
	s := &serving{t: t, cmd: exec.Command("report", append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...)...)}
	s.cmd.Dir = t.TempDir()
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	s.log = bufio.NewReader(stderr)
	first, err := s.log.ReadString('\n')
	found := regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`).FindString(first)
	if err != nil || found == "" {
		t.Fatalf("it begins with %q, %v", first, err)
	}
	s.base = found
	return s
}

// await is the page of metrics once it has a text. It is ready no sooner.
func (s *serving) await(want string) string {
	s.t.Helper()
	var text string
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ready, _ := s.get("/-/ready")
		if _, text = s.get("/metrics"); strings.Contains(text, want) {
			return text
		}
		if ready == http.StatusOK {
			s.t.Fatalf("it is ready without %q:\n%s", want, text)
		}
	}
	s.t.Fatalf("the metrics never have %q:\n%s", want, text)
	return ""
}

func (s *serving) get(path string) (status int, text string) {
	s.t.Helper()
	answer, err := http.Get(s.base + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// end stops the program.
func (s *serving) end() string {
	s.t.Helper()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	rest, _ := io.ReadAll(s.log)
	if err := s.cmd.Wait(); err != nil || !strings.HasSuffix(string(rest), "stopped\n") {
		s.t.Errorf("stopped, it ends with %v: %s", err, rest)
	}
	return string(rest)
}

// TestServeWithoutALake says at every run what is missing, and goes on.
func TestServeWithoutALake(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal for a single process")
	}
	s := startServing(t, "--lake", "nowhere", "--refresh", "1s")
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, text := s.get("/metrics"); strings.Contains(text, `roletrail_report_refreshes_total{outcome="failed"} 2`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no second run failed")
		}
	}
	if status, _ := s.get("/-/ready"); status != http.StatusServiceUnavailable {
		t.Errorf("without an answer /-/ready is %d", status)
	}
	if said := s.end(); !strings.Contains(said, `"nowhere"`) || !strings.Contains(said, "trying again in 1s") {
		t.Errorf("it says %q", said)
	}
}

func TestServeUsage(t *testing.T) {
	for args, want := range map[string]string{
		"--refresh 100ms":           "flag --refresh must be from 1s to 24h",
		"--since yesterday":         `invalid value "yesterday" for --since`,
		"--listen nowhere:-1":       `listening for Prometheus at "nowhere:-1"`,
		"--web.config.file missing": `reading --web.config.file "missing"`,
		"--account 1":               "must be an account id of twelve digits",
	} {
		got := try(t, newFake(), "", append([]string{"serve", "--listen", "127.0.0.1:0"}, strings.Fields(args)...)...)
		if got.code == cli.ExitDone || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: got %+v, want %q", args, got, want)
		}
	}
}
