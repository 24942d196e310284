//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"roletrail/parquet"
)

// asNobody, set in the environment, makes the program give up the rights of root, for
// whom no folder is closed.
const asNobody = "ROLETRAIL_TEST_AS_NOBODY"

func init() {
	if os.Getenv(asNobody) == "" {
		return
	}
	if err := syscall.Setuid(65534); err != nil {
		panic(err)
	}
}

// TestLeftOver takes the place of a snapshot in a folder of which nothing can be removed:
// the new one counts, the old files are named, and the next command removes them.
func TestLeftOver(t *testing.T) {
	dir := t.TempDir()
	lake := filepath.Join(dir, "lake")
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	logs := write("logs.json", `{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventTime":"2026-09-01T10:00:00Z","eventSource":"iam.amazonaws.com",
		"eventName":"CreateRole","awsRegion":"us-east-1","eventID":"00000000-0000-4000-8000-000000000001","eventType":"AwsApiCall","recipientAccountId":"111111111111",
		"requestParameters":{"roleName":"r","assumeRolePolicyDocument":"{\"Statement\":[]}"},
		"responseElements":{"role":{"arn":"arn:aws:iam::111111111111:role/r","roleId":"AROAEXAMPLEEXAMPLE111"}}}]}`)
	inventory := write("inventory.json", `{"RoleDetailList":[{"RoleName":"r","RoleId":"AROAEXAMPLEEXAMPLE111","Arn":"arn:aws:iam::111111111111:role/r",
		"CreateDate":"2026-01-02T03:04:05Z","AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}}]}`)
	ingest := func(args ...string) string {
		t.Helper()
		cmd := asProgramCommand(append(args, "--lake", lake)...)
		if os.Getuid() == 0 {
			cmd.Env = append(cmd.Env, asNobody+"=1")
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for _, folder := range []string{filepath.Dir(dir), dir} { // open to nobody
		if err := os.Chmod(folder, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	ingest("logs", logs)
	ingest("iam", "--from-logs")
	old := inventoryFiles(t, lake)
	closed := filepath.Join(lake, "iam", "roles", "snapshot_date=2026-09-01")
	allow := func(mode fs.FileMode) {
		if err := os.Chmod(closed, mode); err != nil {
			t.Fatal(err)
		}
	}
	allow(0o555)
	t.Cleanup(func() { os.Chmod(closed, 0o755) })

	out := ingest("iam", "--snapshot-date", "2026-10-01", inventory)
	stays, err := filepath.Glob(filepath.Join(closed, "*"))
	if err != nil || len(stays) != 1 {
		t.Fatalf("%q, %v", stays, err)
	}
	want := fmt.Sprintf("warning: done, but old files are still there, which reports do not read: removing a file that does not count: remove %s: permission denied; the next ingest removes it\n", stays[0])
	if !strings.Contains(out, want) || !strings.Contains(out, "roles 1 of 1 account, snapshot 2026-10-01\n") {
		t.Errorf("%s\nwant %s", out, want)
	}
	taken := inventoryFiles(t, lake)
	if len(taken) != 5 || strings.Contains(strings.Join(taken, " "), "2026-09-01") {
		t.Errorf("readers see %q", taken)
	}
	allow(0o755)
	ingest("catalogue")
	if _, err := os.Stat(stays[0]); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
	if now := inventoryFiles(t, lake); fmt.Sprint(now) != fmt.Sprint(taken) || len(old) != 5 {
		t.Errorf("readers see %q, after %q and %q", now, taken, old)
	}
}

// inventoryFiles are the files of the inventory that readers go by.
func inventoryFiles(t *testing.T, dir string) (names []string) {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.FilesOf(parquet.InventoryTables()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range parquet.InventoryTables() {
		for _, f := range files[table] {
			names = append(names, f.Name)
		}
	}
	return names
}
