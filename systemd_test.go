package roletrail_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unit is a unit of systemd: its values by "Section.Key".
type unit map[string][]string

func readUnit(t *testing.T, name string) unit {
	t.Helper()
	u, section := unit{}, ""
	for _, line := range strings.Split(string(readFile(t, name)), "\n") {
		key, value, ok := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		case !ok:
			t.Errorf("%s: %q is no setting", name, line)
		default:
			u[section+"."+key] = append(u[section+"."+key], value)
		}
	}
	return u
}

func (u unit) value(key string) string { return strings.Join(u[key], " ") }

// hardened is what every service must have.
var hardened = map[string]string{
	"User": "roletrail", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "PrivateUsers": "yes",
	"ProtectKernelTunables": "yes", "ProtectKernelModules": "yes", "ProtectKernelLogs": "yes", "ProtectControlGroups": "yes", "ProtectClock": "yes",
	"RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "RestrictNamespaces": "yes", "RestrictSUIDSGID": "yes", "LockPersonality": "yes", "MemoryDenyWriteExecute": "yes",
	"SystemCallFilter": "@system-service ~@privileged", "SystemCallArchitectures": "native", "CapabilityBoundingSet": "", "UMask": "0027",
}

// ours is a command of one of the programs in a unit.
var ours = regexp.MustCompile(`^/usr/local/bin/(ingest|report) (\w+)((?: \S+)*)$`)

// services are the units that run something.
func services(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("deploy/systemd/*.service")
	if err != nil || len(names) != 4 {
		t.Fatalf("services: %v %v", names, err)
	}
	return names
}

// TestUnits: services are hardened, write to the lake's folder alone, and call the programs
// with flags that there are.
func TestUnits(t *testing.T) {
	for _, name := range services(t) {
		u := readUnit(t, name)
		for key, want := range hardened {
			if got, set := u["Service."+key]; !set || strings.Join(got, " ") != want {
				t.Errorf("%s: %s is %q, want %q", name, key, got, want)
			}
		}
		if state := u.value("Service.StateDirectory"); !strings.HasPrefix(state, "roletrail") || u.value("Service.ReadWritePaths") != "" {
			t.Errorf("%s writes to %q and %q", name, state, u.value("Service.ReadWritePaths"))
		}
		for _, command := range append(u["Service.ExecStartPre"], u["Service.ExecStart"]...) {
			checkCommand(t, name, command)
		}
		timer := strings.TrimSuffix(name, ".service") + ".timer"
		_, err := os.Stat(timer)
		if oneshot := u.value("Service.Type") == "oneshot"; oneshot != (err == nil) {
			t.Errorf("%s: it runs once: %v; has a timer: %v", name, oneshot, err == nil)
		}
		if installed := u.value("Install.WantedBy"); (installed == "multi-user.target") != (err != nil) {
			t.Errorf("%s is wanted by %q", name, installed)
		}
	}
	if user := string(readFile(t, "deploy/systemd/roletrail.sysusers.conf")); !strings.Contains(user, "\nu roletrail - ") {
		t.Errorf("the user is not made: %s", user)
	}
	scraped := string(readFile(t, "dashboards/prometheus/prometheus.yml"))
	for _, service := range []string{"watch", "serve"} {
		command := readUnit(t, "deploy/systemd/roletrail-"+service+".service").value("Service.ExecStart")
		address := regexp.MustCompile(`--listen (127\.0\.0\.1:\d+)`).FindStringSubmatch(command)
		if address == nil || !strings.Contains(scraped, `"`+address[1]+`"`) {
			t.Errorf("%s listens where Prometheus does not ask: %s", service, command)
		}
	}
}

// checkCommand holds the flags of a command to those that the source of its program names.
func checkCommand(t *testing.T, unit, command string) {
	t.Helper()
	found := ours.FindStringSubmatch(command)
	if found == nil {
		if !strings.HasPrefix(command, "/usr/local/bin/review-last-quarter.sh /var/lib/roletrail/lake ") {
			t.Errorf("%s runs %q", unit, command)
		}
		return
	}
	var code strings.Builder
	for _, s := range sources(t) {
		if !s.isTest() && (s.folder() == "cmd/"+found[1] || s.folder() == "cmd/internal/cli") {
			code.Write(s.text)
		}
	}
	words := strings.Fields(found[3])
	for _, word := range words {
		if flag, ok := strings.CutPrefix(word, "--"); ok && !strings.Contains(code.String(), `"`+flag+`"`) {
			t.Errorf("%s: %s %s has no flag %s", unit, found[1], found[2], word)
		}
	}
	if at := slices.Index(words, "--lake"); at < 0 || words[at+1] != "/var/lib/roletrail/lake" {
		t.Errorf("%s asks another lake: %s", unit, command)
	}
}

// TestUnitsVerify has systemd itself read the units, and say how exposed the services are.
func TestUnitsVerify(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze here; TestUnits reads the units")
	}
	dir := t.TempDir()
	for _, name := range []string{"ingest", "report", "review-last-quarter.sh"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	units, err := filepath.Glob("deploy/systemd/*.[st]*[er]")
	if err != nil {
		t.Fatal(err)
	}
	verify := []string{"verify", "--man=no"}
	for _, name := range units {
		copied := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(copied, []byte(strings.ReplaceAll(string(readFile(t, name)), "/usr/local/bin/", dir+"/")), 0o600); err != nil {
			t.Fatal(err)
		}
		verify = append(verify, copied)
	}
	if len(verify) != 2+4+2 {
		t.Fatalf("the units are %v", units)
	}
	if out, err := exec.Command(analyze, verify...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	for _, name := range services(t) {
		// From 0 to 100; a service with nothing of this is at 96.
		out, err := exec.Command(analyze, "security", "--offline=true", "--no-pager", "--threshold=20", filepath.Join(dir, filepath.Base(name))).CombinedOutput()
		if err != nil && strings.Contains(string(out), "unrecognized option") {
			t.Skip("this systemd-analyze is too old to read a file")
		}
		if err != nil {
			t.Errorf("%s is exposed: %v\n%s", name, err, out)
		}
	}
}
