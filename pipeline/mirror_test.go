package pipeline_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// mirrored is a lake on S3 of small log files, and a folder that it is fetched into.
type mirrored struct {
	t      *testing.T
	server *s3test.Server
	store  *bucket.Store
	dir    string
	limit  int64
	until  time.Time
	began  int // log files that the last fetch began with
}

func newMirrored(t *testing.T) *mirrored {
	t.Helper()
	m := &mirrored{t: t, server: s3test.New(t), dir: filepath.Join(t.TempDir(), "cache", "lake"), limit: 1 << 30}
	for _, setting := range m.server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	var err error
	if m.store, err = bucket.OpenStore(t.Context(), "s3://lake/a"); err != nil {
		t.Fatal(err)
	}
	return m
}

// put puts a log file of events with these numbers into the trail, on a day of July.
func (m *mirrored) put(key string, day int, numbers ...int) {
	var records []string
	for _, n := range numbers {
		records = append(records, fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE111:s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE111","arn":"arn:aws:iam::111111111111:role/r"}}},"eventTime":"2026-07-%02dT11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","eventID":"00000000-0000-0000-0000-%012d","recipientAccountId":"111111111111"}`, day, n))
	}
	m.server.Put("trails", key, []byte(`{"Records":[`+strings.Join(records, ",")+`]}`))
}

// ingest takes the trail into the lake on S3.
func (m *mirrored) ingest() *pipeline.Summary {
	m.t.Helper()
	client, err := bucket.Connect(m.t.Context(), "trails")
	if err != nil {
		m.t.Fatal(err)
	}
	s, err := pipeline.IngestRemote(m.t.Context(), m.store, []pipeline.Source{&bucket.Source{Client: client, Bucket: "trails"}}, pipeline.Options{Version: "test"})
	if err != nil {
		m.t.Fatalf("%v\n%s", err, s)
	}
	return s
}

func (m *mirrored) mirror() error {
	m.began = 0
	return pipeline.Mirror(m.t.Context(), m.store, m.dir, pipeline.MirrorOptions{
		Until: m.until, Limit: m.limit, Version: "test", Begin: func(f pipeline.Fetching) { m.began = f.LogFiles },
	})
}

// here is what was fetched: how many events, different ones, and how many coverage counts.
func (m *mirrored) here() (events, distinct, covered int64) {
	m.t.Helper()
	lake, err := parquet.OpenLake(m.dir)
	if err != nil {
		m.t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.FilesOf("events", "coverage")
	if err != nil {
		m.t.Fatal(err)
	}
	seen := map[any]bool{}
	for table, schema := range map[string]*parquet.Schema{"events": parquet.EventsSchema, "coverage": parquet.CoverageSchema} {
		for _, f := range files[table] {
			rows, _, err := parquet.ReadRows(f.Path, schema)
			if err != nil {
				m.t.Fatal(err)
			}
			for _, row := range rows {
				if table == "events" {
					events++
					seen[row[parquet.ColEventID]] = true
				} else {
					covered += row[6].(int64)
				}
			}
		}
	}
	return events, int64(len(seen)), covered
}

// want fetches and compares what is here then.
func (m *mirrored) want(what string, events int64, fetched int) {
	m.t.Helper()
	if err := m.mirror(); err != nil {
		m.t.Fatalf("%s: %v", what, err)
	}
	if got, distinct, covered := m.here(); got != events || distinct != events || covered != events || m.began != fetched {
		m.t.Errorf("%s: %d events here, %d different ones, %d covered, of %d; %d log files fetched, want %d", what, got, distinct, covered, events, m.began, fetched)
	}
}

// TestTrailBesideItsLake lies in the same bucket, and even below the lake's prefix: the lake's own objects are no
// log files.
func TestTrailBesideItsLake(t *testing.T) {
	m := newMirrored(t)
	for n, key := range []string{"AWSLogs/a.json", "a/AWSLogs/b.json", "a/events.json"} {
		m.put(key, 10, n)
		m.server.Put("lake", key, m.server.Objects("trails", key)[""])
	}
	beside := &bucket.Source{Client: m.store.Client, Bucket: "lake"}
	for _, want := range []string{"objects 3 = ingested 3 + already 0", "objects 3 = ingested 0 + already 3"} {
		s, err := pipeline.IngestRemote(t.Context(), m.store, []pipeline.Source{beside}, pipeline.Options{Version: "test"})
		if err != nil || !strings.Contains(s.String(), want) {
			t.Errorf("%v\n%s\nwant %s", err, s, want)
		}
	}
	m.want("of the bucket", 3, 3)
}

// TestMirrorFetchesWhatIsMissing follows a lake that grows, with events that come again in
// other log files.
func TestMirrorFetchesWhatIsMissing(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1, 2, 3)
	m.put("b.json", 10, 3, 4)
	m.put("c.json", 12, 5, 5) // the second is known within the log file
	m.ingest()
	m.want("at first", 5, 3)
	m.want("again", 5, 0)
	m.put("d.json", 10, 1, 4, 6)
	m.put("e.json", 20, 7)
	m.ingest()
	before := len(m.server.Calls())
	m.want("with two more", 7, 2)
	fetched := 0
	for _, c := range m.server.Calls()[before:] {
		if c.Action == "s3:GetObject" {
			fetched++
		}
	}
	if fetched != 4 {
		t.Errorf("%d objects were fetched for two log files", fetched)
	}
	m.put("f.json", 12, 5)
	m.ingest()
	m.want("with nothing but a copy", 7, 1)
}

// TestMirrorUntil leaves out log files that begin later, and fetches them when they are asked for.
func TestMirrorUntil(t *testing.T) {
	m := newMirrored(t)
	for day := 1; day <= 20; day++ {
		m.put(fmt.Sprintf("%d.json", day), day, day)
	}
	m.ingest()
	m.until = time.Date(2026, 7, 6, 0, 0, 0, 0, time.UTC)
	m.want("until midnight", 5, 5)
	m.until = time.Date(2026, 7, 6, 0, 0, 1, 0, time.UTC)
	m.want("a second later", 6, 1)
	m.until = time.Time{}
	m.want("all", 20, 14)
}

// TestMirrorOfAnotherLake begins anew when the lake lost something, or has something else
// under a name that is known.
func TestMirrorOfAnotherLake(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1, 2)
	m.put("b.json", 11, 3)
	m.ingest()
	m.want("at first", 3, 2)
	for key := range m.server.Objects("lake", "a/") {
		m.server.Remove("lake", "a/"+key)
	}
	m.server.Remove("trails", "b.json")
	m.put("c.json", 11, 4, 5, 6)
	m.ingest()
	m.want("without one and with another", 5, 2)
	for key, content := range m.server.Objects("lake", "a/coverage/") { // the same contents under another tag are another object
		m.server.Put("lake", "a/coverage/"+key, append(slices.Clone(content[:len(content)-1]), content[len(content)-1]^1))
	}
	if err := m.mirror(); err == nil || !strings.Contains(err.Error(), "may be damaged") {
		t.Errorf("of damaged objects: %v", err)
	}
}

// TestMirrorOfUnfinishedObjects: what a function wrote that did not come to its end is not
// counted, and neither is it lost.
func TestMirrorOfUnfinishedObjects(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1, 2)
	m.ingest()
	var coverage string
	for key := range m.server.Objects("lake", "a/coverage/") {
		coverage = "a/coverage/" + key
	}
	content := m.server.Objects("lake", coverage)[""]
	m.server.Remove("lake", coverage)
	m.put("b.json", 11, 3)
	m.server.Remove("trails", "a.json")
	m.ingest()
	m.want("without its coverage", 1, 1)
	m.server.Put("lake", coverage, content)
	m.want("with it", 3, 1)
}

// TestMirrorThatFails leaves nothing that would be taken for all of it.
func TestMirrorThatFails(t *testing.T) {
	m := newMirrored(t)
	for n := range 30 {
		m.put(fmt.Sprintf("%02d.json", n), 10, n, n+1)
	}
	var failing, gets atomic.Int64
	m.server.Refuse(func(c s3test.Call) int {
		if c.Action == "s3:GetObject" && strings.HasPrefix(c.Resource, "lake/") {
			if n := gets.Add(1); failing.Load() > 0 && n >= failing.Load() {
				return http.StatusForbidden
			}
		}
		return 0
	})
	m.ingest()
	for n := int64(1); n < 60; n += 9 {
		failing.Store(n)
		gets.Store(0)
		if err := m.mirror(); err == nil || !strings.Contains(err.Error(), "s3:GetObject") {
			t.Fatalf("error %v", err)
		}
	}
	failing.Store(0)
	m.want("at last", 31, 30)
}

// TestMirrorErrors are said in words that tell what to do.
func TestMirrorErrors(t *testing.T) {
	m := newMirrored(t)
	if err := m.mirror(); err == nil || !strings.HasPrefix(err.Error(), `fetching lake "s3://lake/a": there is no lake`) {
		t.Errorf("of nothing: %v", err)
	}
	m.put("a.json", 10, 1)
	m.ingest()
	m.limit = 100
	if err := m.mirror(); err == nil || !strings.Contains(err.Error(), "no more than 100 may be here; allow more with --cache-size") {
		t.Errorf("of more than fits: %v", err)
	}
	if _, err := os.Stat(m.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was fetched all the same: %v", err)
	}
	m.limit = 1 << 30
	for _, key := range []string{"events/event_date=2026-07-10/notes.txt", "coverage/../x.parquet", "events/event_date=2026-13-10/part-00000000000000000000000000000000.parquet", "iam/roles/x.parquet"} {
		m.server.Put("lake", "a/"+key, []byte("x"))
		if err := m.mirror(); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("with %s: %v", key, err)
		}
		m.server.Remove("lake", "a/"+key)
	}
	m.want("without them", 1, 1)
}

// TestMirrorMissesEvents names the log file of which objects are gone, and what to do, which helps.
func TestMirrorMissesEvents(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1, 2, 3)
	m.put("b.json", 10, 4)
	m.ingest()
	var gone string
	for key := range m.server.Objects("lake", "a/events/") {
		gone = key
		break
	}
	m.server.Remove("lake", "a/events/"+gone)
	err := m.mirror()
	if err == nil || !strings.Contains(err.Error(), `log file "s3://trails/`) || !strings.Contains(err.Error(), "0 are there") {
		t.Fatalf("the error is %v", err)
	}
	_, file, _ := strings.Cut(gone, "/")
	if !strings.Contains(err.Error(), `remove "coverage/`+file+`"`) {
		t.Fatalf("the error is %v", err)
	}
	m.server.Remove("lake", "a/coverage/"+file)
	m.ingest()
	m.want("made anew", 4, 2)
}

// TestMirrorOfOtherTables keeps inventories and the catalogue those of the store.
func TestMirrorOfOtherTables(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1)
	m.ingest()
	roles := func(n int) string {
		return fmt.Sprintf("a/iam/roles/snapshot_date=2026-10-%02d/roles-111111111111-%032d.parquet", n, n)
	}
	const actions = "a/catalogue/actions/actions.parquet"
	m.server.Put("lake", roles(1), emptyFile(t, parquet.RolesSchema, "one"))
	m.server.Put("lake", actions, emptyFile(t, parquet.CatalogueActionsSchema, "one"))
	m.others("at first", "one", roles(1), actions)
	m.server.Remove("lake", roles(1))
	m.server.Put("lake", roles(2), emptyFile(t, parquet.RolesSchema, "two"))
	m.others("with another inventory", "one", roles(2), actions)
	m.server.Put("lake", actions, emptyFile(t, parquet.CatalogueActionsSchema, "two"))
	m.others("with another catalogue", "two", roles(2), actions)
	m.server.Remove("lake", roles(2))
	m.others("without an inventory", "two", actions)
}

// others fetches, and compares the files of other tables that are here then, and which
// catalogue it is.
func (m *mirrored) others(what, catalogue string, want ...string) {
	m.t.Helper()
	m.began = -1
	if err := m.mirror(); err != nil {
		m.t.Fatalf("%s: %v", what, err)
	}
	lake, err := parquet.OpenLake(m.dir)
	if err != nil {
		m.t.Fatal(err)
	}
	defer lake.Close()
	tables, err := lake.FilesOf("iam/roles", "catalogue/actions")
	if err != nil {
		m.t.Fatal(err)
	}
	var got []string
	for _, table := range []string{"iam/roles", "catalogue/actions"} {
		for _, f := range tables[table] {
			got = append(got, "a/"+f.Name)
		}
	}
	meta, err := parquet.Metadata(filepath.Join(m.dir, "catalogue", "actions", "actions.parquet"))
	if err != nil || meta["which"] != catalogue || !slices.Equal(got, want) {
		m.t.Errorf("%s: files %v, want %v; catalogue %v, want %s; %v", what, got, want, meta, catalogue, err)
	}
}

// emptyFile is a file of a table without rows.
func emptyFile(t *testing.T, s *parquet.Schema, which string) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := parquet.NewWriter(&file, s)
	if err == nil {
		err = w.Close(map[string]string{"which": which})
	}
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestMirrorLeavesWhatOthersWrite has a cache that is stale, and that another report holds.
func TestMirrorLeavesWhatOthersWrite(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1)
	m.put("b.json", 10, 2)
	m.ingest()
	m.want("at first", 2, 2)
	for key := range m.server.Objects("lake", "a/coverage/") {
		m.server.Remove("lake", "a/coverage/"+key)
		break
	}
	lake, err := parquet.CreateLake(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.mirror(); !errors.Is(err, parquet.ErrLocked) {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(filepath.Join(m.dir, "ledger.sqlite")); err != nil {
		t.Error(err)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	m.want("when it is free", 1, 1)
}

// TestRemoteQuarantine lists what is set aside in a lake on S3, and no whole object that was
// read since.
func TestRemoteQuarantine(t *testing.T) {
	m := newMirrored(t)
	m.server.Put("trails", "record.json", []byte(`{"Records":[{"eventName":"x"},`+oneRecord+`]}`))
	m.server.Put("trails", "bad.json", []byte("none"))
	m.ingest()
	m.quarantine("at first", `s3://trails/bad.json -1`, `s3://trails/record.json 0`)
	for key, content := range m.server.Objects("lake", "a/quarantine/") { // as if limits were others when it was read again
		m.server.Put("lake", "a/coverage/"+strings.Replace(key, "ffff.parquet", "0000.parquet", 1), content)
	}
	m.quarantine("when all were taken", `s3://trails/record.json 0`)
}

func (m *mirrored) quarantine(what string, want ...string) {
	m.t.Helper()
	var got []string
	err := pipeline.RemoteQuarantine(m.t.Context(), m.store, func(q parquet.QuarantineEntry) error {
		if q.Reason == "" || q.SHA256 == [32]byte{} || !strings.HasPrefix(q.At, "2026-07-11T") {
			m.t.Errorf("%s: %+v", what, q)
		}
		got = append(got, fmt.Sprint(q.Object, " ", q.Record))
		return nil
	})
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		m.t.Errorf("%s: %q, want %q, %v", what, got, want, err)
	}
}
