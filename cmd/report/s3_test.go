package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
	"roletrail/queries"
)

// onBucket is the test organisation in two lakes of the same log files: one in a folder and
// one in a bucket. Every tenth log file lies in the trail's bucket twice.
type onBucket struct {
	server *s3test.Server
	local  string
	folder queries.Engine // over the lake in the folder, for planning takes most of a report's time
	cache  string
	store  *bucket.Store
	trails *bucket.Source
	keys   []string
}

func newOnBucket(t *testing.T) *onBucket {
	t.Helper()
	b := &onBucket{server: s3test.New(t), local: filepath.Join(t.TempDir(), "lake"), cache: filepath.Join(t.TempDir(), "cache")}
	for _, setting := range b.server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	files := os.DirFS("../../testdata/cloudtrail")
	err := fs.WalkDir(files, "AWSLogs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		b.server.Put("trails", path, content)
		b.keys = append(b.keys, path)
		if len(b.keys)%10 == 0 {
			b.server.Put("trails", "copies/"+path, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	b.trails = &bucket.Source{Client: client, Bucket: "trails"}
	if b.store, err = bucket.OpenStore(t.Context(), "s3://lake/roletrail"); err != nil {
		t.Fatal(err)
	}
	return b
}

// ingest brings the trail into both lakes, and the inventory.
func (b *onBucket) ingest(t *testing.T) {
	t.Helper()
	lake, err := parquet.CreateLake(b.local)
	if err != nil {
		t.Fatal(err)
	}
	s, err := pipeline.Ingest(t.Context(), lake, []pipeline.Source{b.trails}, pipeline.Options{Version: "test"})
	if err := errors.Join(err, lake.Close()); err != nil || s.Records.Duplicate == 0 {
		t.Fatalf("%v\n%s", err, s)
	}
	if err := addInventory(b.local, "../../testdata/cloudtrail"); err != nil {
		t.Fatal(err)
	}
	if s, err := pipeline.IngestRemote(t.Context(), b.store, []pipeline.Source{b.trails}, pipeline.Options{Version: "test"}); err != nil || s.Records.Written == 0 {
		t.Fatalf("%v\n%s", err, s)
	}
	for _, folder := range []string{"iam", "catalogue"} { // as aws s3 cp --recursive would
		files := os.DirFS(b.local)
		err := fs.WalkDir(files, folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := fs.ReadFile(files, path)
			b.server.Put("lake", "roletrail/"+path, content)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	engine, err := openThrifty(t.Context(), b.local, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.folder = remembering(engine)
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
}

// ask runs a report over a lake, over that on S3 each time as the program does.
func (b *onBucket) ask(t *testing.T, lake string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	p := &cli.Program{
		Args: append(args, "--lake", lake, "--cache", b.cache), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Dir: t.TempDir(), Now: now.UTC,
	}
	open := openThrifty
	if lake == b.local {
		open = func(context.Context, string, func(queries.Progress)) (queries.Engine, error) { return b.folder, nil }
	}
	return outcome{run(p, open), out.String(), errs.String()}
}

// TestReportsOfALakeOnS3 are those of a lake in a folder, event for event, though the files
// on S3 hold some events twice.
func TestReportsOfALakeOnS3(t *testing.T) {
	b := newOnBucket(t)
	b.ingest(t)
	policy, before := s3test.ShippedPolicy(t, "../../docs/operations.md", "ReadLake"), len(b.server.Calls())
	b.server.Refuse(policy.Refuse)
	whole := b.cache
	for _, command := range []string{
		"last-used --since 2026-07-01 --until 2026-08-15", "unused --summary --since 2026-07-01 --until 2026-08-15",
		"unexpected --quarter 2026Q3", "coverage --quarter 2026Q3 --gaps",
		"sql select_count(*),count(distinct(event_id)),min(event_time),max(event_time)_from_events",
		"sql select_account_id,sum(events),sum(records),count(*)_from_coverage_group_by_1_order_by_1",
	} {
		args := strings.Fields(command)
		for i := range args {
			if args[0] == "sql" && i > 0 {
				args[i] = sqlWords.Replace(args[i])
			}
		}
		args = append(args, "--format", "json")
		if b.cache = whole; strings.Contains(command, "--until") { // fetches no more than it needs
			b.cache = whole + "-part"
		}
		want, got := b.ask(t, b.local, args...), b.ask(t, "s3://lake/roletrail/", args...)
		if want.code != cli.ExitDone || got.code != want.code || got.stdout != want.stdout {
			t.Errorf("%s: code %d, in the folder %d\n%s\n%s", command, got.code, want.code, got.stderr, firstDifference(got.stdout, want.stdout))
		}
	}
	policy.Compare(t, b.server.Calls()[before:])
	s3test.Record(t, "review", b.server.Calls()[before:])
	if part, all := b.kept(t, whole+"-part"), b.kept(t, whole); part >= all*3/4 {
		t.Errorf("until August %d log files were fetched, of %d", part, all)
	}
}

// sqlWords puts spaces between the words of a statement.
var sqlWords = strings.NewReplacer(" ", "", "select_", "select ", "_from_", " from ", "_group_by_1", " group by 1", "_order_by_1", " order by 1")

// kept is how many log files a cache has.
func (b *onBucket) kept(t *testing.T, cache string) (n int) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(cache, "lake-*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("%v, %v", folders, err)
	}
	lake, err := parquet.OpenLake(folders[0])
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	err = lake.Ledger().Known(func(string, int64, int64) error { n++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// firstDifference shows where two texts part.
func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "on S3:         " + a[i] + "\nin the folder: " + b[i]
		}
	}
	return "one is longer"
}
