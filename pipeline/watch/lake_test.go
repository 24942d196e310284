package watch

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/pipeline/alert"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// TestWatchIntoALakeOnS3 takes what comes into a lake on S3, once; what is none it leaves alone
// until it changes; and what could not be stored it stores later.
func TestWatchIntoALakeOnS3(t *testing.T) {
	w := newWatched(t)
	server := s3test.New(t)
	for _, setting := range server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	store, err := bucket.OpenStore(t.Context(), "s3://lake/a")
	if err != nil {
		t.Fatal(err)
	}
	w.Lake = Bucket{RemoteIngest: pipeline.NewRemoteIngest(store)}
	stop := w.start()
	w.await("nothing in it", func(r round) bool { return r.err == nil && r.summary.Objects.Total == 0 })
	place(t, filepath.Join(w.logs, "x.json"), record(1, "111111111111"))
	w.await("the good one", func(r round) bool { return r.err == nil && r.summary.Objects.Ingested == 1 })
	place(t, filepath.Join(w.logs, "bad.json"), `{"Rec`)
	w.await("the bad one", func(r round) bool { return r.summary.Objects.Quarantined == 1 })
	w.await("the good one known, the bad one left alone", func(r round) bool {
		return r.err == nil && r.summary.Objects.Total == 1 && r.summary.Objects.Already == 1
	})
	place(t, filepath.Join(w.logs, "bad.json"), record(2, "222222222222")+" ")
	w.await("the bad one mended", func(r round) bool { return r.summary.Objects.Ingested == 1 && r.summary.Objects.Already == 1 })

	server.Refuse(func(c s3test.Call) int {
		if c.Action == "s3:PutObject" {
			return http.StatusForbidden
		}
		return 0
	})
	place(t, filepath.Join(w.logs, "y.json"), record(3, "111111111111"))
	w.await("a failure", func(r round) bool { return r.err != nil && strings.Contains(r.err.Error(), "s3:PutObject") })
	server.Refuse(nil)
	w.await("it later", func(r round) bool {
		return r.err == nil && r.summary.Objects.Ingested == 1 && r.summary.Objects.Already == 2
	})
	listed := 0
	for _, c := range server.Calls() {
		if c.Action == "s3:ListBucket" {
			listed++
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if listed != 3 { // for the Region, and once what the lake has and its commits
		t.Errorf("the lake was listed %d times", listed)
	}

	w.Lake = Bucket{RemoteIngest: pipeline.NewRemoteIngest(store)}
	stop = w.start()
	w.await("all known", func(r round) bool {
		return r.err == nil && r.summary.Objects.Already == 3 && r.summary.Objects.Ingested == 0
	})
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestWatchTellsOfALakeOnS3: what is grave and new is told once, also by a watch that is started anew and
// when another log file holds it, too; what the webhook does not take at first it gets later.
func TestWatchTellsOfALakeOnS3(t *testing.T) {
	messages := 0
	w, r := newWatched(t), newReceiver(t, func() bool { messages++; return messages > 1 })
	server := s3test.New(t)
	for _, setting := range server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	store, err := bucket.OpenStore(t.Context(), "s3://lake/a")
	if err != nil {
		t.Fatal(err)
	}
	told := func() string {
		r.mu.Lock()
		defer r.mu.Unlock()
		return fmt.Sprint(r.told)
	}
	for start := range 2 {
		w.Lake = Bucket{RemoteIngest: pipeline.NewRemoteIngest(store), Tells: pipeline.NewRemoteOutbox(store, alert.Generic)}
		w.tells(r)
		stop := w.start()
		place(t, filepath.Join(w.logs, fmt.Sprint(start, ".json")), changeRecord(1, "DeleteRolePermissionsBoundary", "111111111111", time.Now())+strings.Repeat(" ", start))
		w.await("it", func(r round) bool { return r.err == nil && r.summary.Objects.Ingested == 1 })
		w.await("nothing new", func(round) bool { return told() == "map[00000000-0000-4000-9000-000000000001:1]" })
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
	if told() != "map[00000000-0000-4000-9000-000000000001:1]" || r.count() != 1 {
		t.Errorf("told %s, %d refused", told(), r.count())
	}
}
