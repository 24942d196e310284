//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/pipeline/bucket/s3test"
)

// TestObjectsOfS3LeaveNothingInMemory reads many objects of a bucket, which together are larger than the
// memory that the program may take, and few of them: it takes hardly more.
func TestObjectsOfS3LeaveNothingInMemory(t *testing.T) {
	const few, many, size = 250, 2500, 128 << 10
	server := s3test.New(t)
	inEnvironment(t, server.Environment(t))
	content := append(oneEvent(1), strings.Repeat(" ", size)...) // one for all, which takes no time to decode
	for n := range many {
		server.Put("trails", fmt.Sprintf("AWSLogs/%d/%d.json", n%(many/few), n), content)
	}
	peaks := map[int]int64{}
	for objects, prefix := range map[int]string{few: "AWSLogs/0/", many: "AWSLogs/"} {
		run := measured(t, "logs", "--lake", filepath.Join(t.TempDir(), "lake"), "s3://trails/"+prefix)
		if run.code != 0 || !strings.Contains(run.stderr, fmt.Sprintf("objects %d = ingested %[1]d", objects)) {
			t.Fatalf("exit code %d\n%.2000s", run.code, run.stderr)
		}
		peaks[objects] = run.memory
		t.Logf("%d objects: %d MiB, %s", objects, run.memory>>20, run.took)
	}
	if most := peaks[few] + (many-few)*size/2; peaks[many] > min(most, mostMemory) {
		t.Errorf("%d objects of %d KiB take %d MiB, and %d take %d MiB", few, size>>10, peaks[few]>>20, many, peaks[many]>>20)
	}
}
