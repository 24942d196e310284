package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline/bucket/s3test"
)

// resumed is a bucket that the program reads, again and again, because it is killed.
type resumed struct {
	t      *testing.T
	server *s3test.Server
	lake   string
	here   map[string]bool // the log files that the lake had when the last run began
	known  func() map[string]bool
}

// fetched is how often each log file was asked for.
func (r *resumed) fetched(calls []s3test.Call) map[string]int {
	n := map[string]int{}
	for _, c := range calls {
		if c.Action == "s3:GetObject" && strings.HasPrefix(c.Resource, "trails/") {
			n["s3://"+c.Resource]++
		}
	}
	return n
}

// run runs the program, kills it when it has fetched some log files after a commit of this run, unless it is to
// come to its end, and requires that it asked for each log file that the lake had not at most once, and for no
// other.
func (r *resumed) run(kill bool) {
	t := r.t
	t.Helper()
	r.here = r.known()
	before := len(r.server.Calls())
	cmd := asProgramCommand("logs", "--lake", r.lake, "s3://trails/AWSLogs/")
	cmd.Env = append(cmd.Env, r.server.Environment(t)...)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if kill {
		for deadline := time.Now().Add(2 * time.Minute); len(r.known()) == len(r.here) && time.Now().Before(deadline); {
			time.Sleep(20 * time.Millisecond)
		}
		cmd.Process.Kill()
	}
	err := cmd.Wait()
	if (err != nil) != kill || kill && cmd.ProcessState.Exited() {
		t.Fatalf("it ended with %v, and was to be killed: %v\n%s", err, kill, &said)
	}
	for name, n := range r.fetched(r.server.Calls()[before:]) {
		if r.here[name] || n > 1 {
			t.Fatalf("%.60s… was fetched %d times, and was in the lake before: %v", name, n, r.here[name])
		}
	}
}

// TestKilledRunsOfS3GoOn kills runs over a bucket in the middle: the next one fetches no log file that the lake has
// already, and each of the others once, so that its work is in proportion to what is left. Into a folder log files
// are committed many at a time; into S3 each by itself.
func TestKilledRunsOfS3GoOn(t *testing.T) {
	for where, c := range map[string]struct {
		objects, kills int
		known          func(r *resumed) map[string]bool
	}{"a folder": {400, 1, (*resumed).inFolder}, "S3": {120, 3, (*resumed).inBucket}} {
		t.Run(where, func(t *testing.T) {
			r := &resumed{t: t, server: s3test.New(t), lake: filepath.Join(t.TempDir(), "lake")}
			if where == "S3" {
				r.lake = "s3://lake/a"
			}
			r.known = func() map[string]bool { return c.known(r) }
			for n := range c.objects {
				r.server.Put("trails", longKey(n), ofManyAccounts(n))
			}
			r.server.Refuse(func(call s3test.Call) int { // slowly, so that it can be killed in between
				if call.Action == "s3:GetObject" {
					time.Sleep(5 * time.Millisecond)
				}
				return 0
			})
			left := []int{c.objects}
			for n := range c.kills {
				r.run(true)
				if left = append(left, c.objects-len(r.known())); left[n+1] >= left[n] || left[n+1] < c.objects/20 {
					t.Fatalf("of %d log files %d were left by the runs that were killed", c.objects, left)
				}
			}
			before := len(r.server.Calls())
			r.run(false)
			if n := len(r.fetched(r.server.Calls()[before:])); n != left[c.kills] {
				t.Errorf("of %d log files %d were left by the runs that were killed, and the last one fetched %d", c.objects, left, n)
			}
			if n := len(r.known()); n != c.objects {
				t.Errorf("the lake has %d log files of %d", n, c.objects)
			}
		})
	}
}

// longKey is one that takes much of what waits for a commit, which comes the sooner for it.
func longKey(n int) string {
	return fmt.Sprintf("AWSLogs/111111111111/CloudTrail/eu-west-1/2026/07/10/%s%05d.json", strings.Repeat("k", 900), n)
}

// ofManyAccounts is a log file of events of many accounts, each of which waits for the commit by itself.
func ofManyAccounts(n int) []byte {
	var records []string
	for i := range 200 {
		records = append(records, fmt.Sprintf(`{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-%04d-%012d","recipientAccountId":"%012d"}`, i, n, 1+i))
	}
	return []byte(`{"Records":[` + strings.Join(records, ",") + `]}`)
}

// inFolder are the log files that the ledger knows.
func (r *resumed) inFolder() map[string]bool {
	known := map[string]bool{}
	if _, err := os.Stat(filepath.Join(r.lake, "ledger.sqlite")); err != nil {
		return known
	}
	lake, err := parquet.OpenLake(r.lake)
	if err != nil {
		return known // it is being made
	}
	defer lake.Close()
	if ledger := lake.Ledger(); ledger != nil {
		if err := ledger.Known(func(name string, _, _ int64) error { known[name] = true; return nil }); err != nil {
			r.t.Fatal(err)
		}
	}
	return known
}

// inBucket are the log files that have their coverage, which is stored last.
func (r *resumed) inBucket() map[string]bool {
	known := map[string]bool{}
	for key, content := range r.server.Objects("lake", "a/coverage/") {
		path := filepath.Join(r.t.TempDir(), filepath.Base(key))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			r.t.Fatal(err)
		}
		rows, _, err := parquet.ReadRows(path, parquet.CoverageSchema)
		if err != nil || len(rows) == 0 {
			r.t.Fatalf("%s: %v", key, err)
		}
		known[fmt.Sprint(rows[0][0])] = true
	}
	return known
}
