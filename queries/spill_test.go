//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package queries

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// spillsIn are the folders for spilled results.
func spillsIn(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, spillPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestSpillsOfKilledProcesses: what a killed process left is removed by the next, what a
// running one uses is not. The other process is this test, started again.
func TestSpillsOfKilledProcesses(t *testing.T) {
	if os.Getenv("ROLETRAIL_TEST_SPILL") != "" {
		if _, err := newSpill(); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("made\n")
		select {}
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestSpillsOfKilledProcesses$")
	other.Env = append(os.Environ(), "ROLETRAIL_TEST_SPILL=1")
	out, err := other.StdoutPipe()
	if err == nil {
		err = other.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	its := spillsIn(t, temp)
	if len(its) != 1 {
		t.Fatalf("the other process has %q", its)
	}
	write(t, filepath.Join(its[0], "duckdb_temp_storage_DEFAULT-0.tmp"), "spilled")

	mine, err := newSpill()
	if err != nil {
		t.Fatal(err)
	}
	if got := spillsIn(t, temp); len(got) != 2 {
		t.Fatalf("while both run there are %q", got)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // killed
	again, err := newSpill()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*spill{mine, again} {
		if _, err := os.Stat(filepath.Join(s.dir, spillLock)); err != nil {
			t.Error(err)
		}
	}
	if got := spillsIn(t, temp); len(got) != 2 {
		t.Errorf("after the other was killed there are %q, of mine %q and %q", got, mine.dir, again.dir)
	}
	for _, s := range []*spill{mine, again} {
		if err := s.remove(); err != nil {
			t.Error(err)
		}
	}
	if got := spillsIn(t, temp); len(got) != 0 {
		t.Errorf("in the end there are %q", got)
	}
}

// TestSpillsThatAreNone: links, pipes, files and folders of that name that no engine made stay,
// and so does what links lead to.
func TestSpillsThatAreNone(t *testing.T) {
	temp, elsewhere := t.TempDir(), t.TempDir()
	made := func(name string) string { return filepath.Join(temp, spillPrefix+name) }
	write(t, filepath.Join(elsewhere, spillLock), "")
	write(t, filepath.Join(elsewhere, "precious"), "")
	write(t, made("file"), "")
	for _, dir := range []string{"without-lock", "locked-by-link", "locked-by-pipe", "locked-by-folder/" + spillLock} {
		if err := os.MkdirAll(made(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{made("link"): elsewhere, made("locked-by-link") + "/" + spillLock: filepath.Join(elsewhere, "precious")} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(temp, "beside", spillLock), "")
	if err := os.Symlink("beside", made("link-beside")); err != nil { // which leads nowhere out of the folder
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(made("locked-by-pipe")+"/"+spillLock, 0o600); err != nil {
		t.Fatal(err)
	}
	// One that is left holds a link: the link goes, not what it leads to.
	write(t, filepath.Join(made("left"), spillLock), "")
	if err := os.Symlink(elsewhere, filepath.Join(made("left"), "link")); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // who may give files away
		write(t, filepath.Join(made("of-another"), spillLock), "")
		if err := os.Chown(made("of-another"), 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	before := len(spillsIn(t, temp))
	removeLeftSpills(temp)
	if got := spillsIn(t, temp); len(got) != before-1 {
		t.Errorf("of %d are there %q", before, got)
	}
	if _, err := os.Lstat(made("left")); !os.IsNotExist(err) {
		t.Errorf("the one that is left: %v", err)
	}
	for _, name := range []string{spillLock, "precious"} {
		if _, err := os.Stat(filepath.Join(elsewhere, name)); err != nil {
			t.Error(err)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
