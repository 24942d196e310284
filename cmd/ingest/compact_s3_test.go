//go:build integration

package main

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestCompactOnS3 lets compactions of a lake that versitygw keeps be killed at random moments, and two
// of them run at once, while reports read it: each sees every event once. The last one leaves a lake of
// few objects with which nothing is wrong.
func TestCompactOnS3(t *testing.T) {
	const objects, lake = 400, "s3://lake/roletrail"
	askVersitygw(t, startVersitygw(t).address)
	client := newBuckets(t, "trails", "lake")
	for n := range objects {
		key, content := logFile(n)
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("trails"), Key: &key, Body: strings.NewReader(content)}); err != nil {
			t.Fatal(err)
		}
	}
	program(t, "ingest", "logs", "--lake", lake, "s3://trails/AWSLogs/")
	const rows = "select count(*), count(distinct event_id), bit_xor(hash(event_id, event_time, role_arn, request_parameters)) from events"
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	want := fmt.Sprint(sqlRows(t, lake, rows))
	if !strings.HasPrefix(want, fmt.Sprintf("[[%d %[1]d ", objects*5)) {
		t.Fatalf("before, the lake has %s", want)
	}
	before := lakeObjects(t, client)

	killed, reads := make(chan int), 0
	go func() { killed <- killCompactions(t, lake) }()
	kills := -1
	for kills < 0 {
		if got := fmt.Sprint(sqlRows(t, lake, rows)); got != want {
			t.Errorf("beside compactions the lake has %s, want %s", got, want)
		}
		reads++
		select {
		case kills = <-killed:
		default:
		}
	}
	program(t, "ingest", "compact", "--lake", lake, "--cache", t.TempDir())
	program(t, "ingest", "compact", "--lake", lake, "--cache", t.TempDir(), "--keep-replaced", "0s")
	if got := fmt.Sprint(sqlRows(t, lake, rows)); got != want {
		t.Errorf("compact, the lake has %s, want %s", got, want)
	}
	after := lakeObjects(t, client)
	if after > before/4 {
		t.Errorf("%d objects became %d", before, after)
	}
	if said := program(t, "ingest", "fsck", "--lake", lake); !strings.Contains(said, ": 0 findings") {
		t.Errorf("fsck says\n%s", said)
	}
	if said := program(t, "ingest", "logs", "--lake", lake, "s3://trails/AWSLogs/"); !strings.Contains(said, fmt.Sprintf("objects %d = ingested 0 + already %[1]d", objects)) {
		t.Errorf("the log files once more:\n%s", said)
	}
	t.Logf("%d objects became %d; %d compactions were killed, and %d reports read beside them", before, after, kills, reads)
	if kills == 0 {
		t.Error("no compaction was killed")
	}
}

// killCompactions starts two compactions at once, again and again, and kills one or both of them; it
// returns how many were killed before they were done.
func killCompactions(t *testing.T, lake string) (killed int) {
	rng := rand.New(rand.NewPCG(7, 7))
	for i := range 6 {
		var both []*exec.Cmd
		for range 2 {
			cmd := exec.Command("../../bin/ingest", "compact", "--lake", lake, "--cache", filepath.Join(t.TempDir(), "cache"))
			if err := cmd.Start(); err != nil {
				t.Error(err)
				return killed
			}
			both = append(both, cmd)
		}
		time.Sleep(time.Duration(rng.IntN(1500)) * time.Millisecond)
		for _, cmd := range both[:1+i%2] {
			cmd.Process.Kill() // which fails if it is done
		}
		for _, cmd := range both {
			if cmd.Wait(); !cmd.ProcessState.Exited() {
				killed++
			}
		}
	}
	return killed
}

// lakeObjects is how many objects of events and coverage the lake has.
func lakeObjects(t *testing.T, client *s3.Client) (n int) {
	t.Helper()
	for _, folder := range []string{"events/", "coverage/"} {
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: aws.String("lake"), Prefix: aws.String("roletrail/" + folder)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			n += len(page.Contents)
		}
	}
	return n
}
