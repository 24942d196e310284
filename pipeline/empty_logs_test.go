package pipeline_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// withoutRecords are whole log files, in containers of several kinds, none of which has a record.
var withoutRecords = map[string]string{
	"trail.json":     `{"Records":[]}`,
	"spaced.json":    "\xef\xbb\xbf { \"Records\" : [\n ] } \n",
	"trail.json.gz":  string(gzipped([]byte(`{"Records":[]}`))),
	"array.json":     `[]`,
	"lookup.json":    `{"Events":[]}`,
	"loggroup.json":  `{"logEvents":[]}`,
	"array.json.gz":  string(gzipped([]byte("[ ]\n"))),
	"member.json.gz": string(gzipped([]byte("\n{\"Records\":[]}\n"))),
}

// TestLogFilesWithoutRecords: a log file that says that nothing happened is whole. It is counted and
// named in the ledger, brings no row, hinders no other, and is not read again.
func TestLogFilesWithoutRecords(t *testing.T) {
	logs, dir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	for name, text := range withoutRecords {
		write(t, logs, name, []byte(text))
	}
	write(t, logs, "good.json", trail(record(1)))
	s := ingest(t, dir, pipeline.Options{}, logs)
	if s.Objects.Ingested != int64(len(withoutRecords))+1 || s.Records.Total != 1 || s.Records.Written != 1 || len(s.Quarantine) > 0 {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	err = lake.Ledger().Known(func(name string, _, _ int64) error {
		named = append(named, filepath.Base(name))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := append(slices.Collect(maps.Keys(withoutRecords)), "good.json")
	slices.Sort(named)
	if slices.Sort(want); !slices.Equal(named, want) {
		t.Errorf("the ledger names %q, want %q", named, want)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	if s := ingest(t, dir, pipeline.Options{}, logs); s.Objects.Already != int64(len(want)) || s.Objects.Total != int64(len(want)) {
		t.Errorf("the second time: %s", s)
	}
}

// TestDeliveredWithoutRecords is [TestLogFilesWithoutRecords] of a lake on a store: each is told from what
// was not read by an object of its own.
func TestDeliveredWithoutRecords(t *testing.T) {
	store, d, _ := delivered(t)
	for name, text := range withoutRecords {
		clear(store.objects)
		receipt, err := d.Deliver(t.Context(), objectOf("s3://trails/"+name, text))
		if err != nil || !strings.HasPrefix(receipt.String(), "ingested: records 0") || len(store.objects) != 1 || len(receipt.Quarantined()) > 0 {
			t.Errorf("%s: %v, %v, %d files, quarantined %v", name, receipt, err, len(store.objects), receipt.Quarantined())
		}
	}
	for name, text := range map[string]string{"spaces.json": " \n\t", "empty.json.gz": string(gzipped(nil)), "spaces.json.gz": string(gzipped([]byte(" \n")))} {
		clear(store.objects)
		receipt, err := d.Deliver(t.Context(), objectOf("s3://trails/"+name, text))
		if err != nil || !strings.HasPrefix(receipt.String(), "quarantined: records 0") || len(store.objects) != 1 || len(receipt.Quarantined()) != 1 {
			t.Errorf("%s: %v, %v, %d files, quarantined %v", name, receipt, err, len(store.objects), receipt.Quarantined())
		}
	}
}
