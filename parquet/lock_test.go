package parquet

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMain lets the tests start this binary as another process: with
// LAKE_TEST_CHILD it runs that scene instead of the tests.
func TestMain(m *testing.M) {
	if scene := os.Getenv("LAKE_TEST_CHILD"); scene != "" {
		childScenes[scene](os.Getenv("LAKE_TEST_DIR"))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var childScenes = map[string]func(dir string){
	"hold":  childHold,
	"crash": childCrash,
}

// child is this test binary playing a scene on a lake.
func child(scene, dir string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "LAKE_TEST_CHILD="+scene, "LAKE_TEST_DIR="+dir)...)
	cmd.Stderr = os.Stderr
	return cmd
}

// childHold opens the lake for writing and waits for its own death.
func childHold(dir string) {
	if _, err := CreateLake(dir); err != nil {
		panic(err)
	}
	fmt.Println("holding")
	io.Copy(io.Discard, os.Stdin)
}

// TestSecondWriter: another process gets one clear error that names lake and
// holder; after kill -9 of the holder the lock is free.
func TestSecondWriter(t *testing.T) {
	dir := t.TempDir()
	cmd := child("hold", dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "holding\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	_, err = CreateLake(dir)
	want := fmt.Sprintf("opening lake %q: locking lake %q: process %d is writing to it; wait until it ends or stop it", dir, dir, cmd.Process.Pid)
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	if r, err := OpenLake(dir); err != nil {
		t.Errorf("a reader beside the writer: %v", err)
	} else {
		r.Close()
	}
	cmd.Process.Kill()
	cmd.Wait()
	l, err := CreateLake(dir)
	if err != nil {
		t.Fatalf("after the holder's death: %v", err)
	}
	l.Close()
}

func TestSecondWriterInProcess(t *testing.T) {
	dir := t.TempDir()
	l, _ := testLake(t, dir)
	if _, err := CreateLake(dir); err == nil || !strings.Contains(err.Error(), "is writing to it") {
		t.Errorf("error is %v", err)
	}
	must(0, l.Close())
	must(0, must(CreateLake(dir)).Close())
}

// TestLockLink: a link in place of the lock file is not followed.
func TestLockLink(t *testing.T) {
	dir := t.TempDir()
	target := dir + "-target"
	if err := os.Symlink(target, dir+"/.lock"); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateLake(dir); err == nil || !strings.Contains(err.Error(), "locking lake") {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("the link's target was made")
	}
}
