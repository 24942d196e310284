package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// olderObject is how a ledger of version 2 was given an object.
const olderObject = `insert into objects (name, size, modified_ns, family, status, reason, records, written, duplicate, quarantined, run_id, at)
	values (?1, ?2, ?3, 'CloudTrail', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`

// makeOlder gives the lake in dir a ledger of version 2, which knows what its ledger does and has none of the tables
// that were added later.
func makeOlder(dir string) error {
	l, err := openLedger(dir, true)
	if err != nil {
		return err
	}
	all, err := objectsOf(l)
	for _, text := range []string{"drop table source_objects", "drop table series", "drop table seen_many", statement("older_schema_objects")} {
		if err == nil {
			_, err = l.db.Exec(text)
		}
	}
	for name, o := range all {
		if err == nil {
			status, at := o.Status, o.At
			if status == "" {
				status, at = Ingested, now()
			}
			_, err = l.db.Exec(olderObject, name, o.Size, o.ModifiedNs, status, o.Reason, o.Records, o.Written, o.Duplicate, o.Quarantined, o.run, at)
		}
	}
	return errors.Join(err, l.close())
}

type knownObject struct {
	Object
	run int64
	At  string
}

// objectsOf is all that a ledger says of objects, by name, read by the obvious query.
func objectsOf(l *Ledger) (map[string]knownObject, error) {
	rows, err := l.db.Query(`select before, middle, after, minute, rest, size, modified_ns, coalesce(status, ''), coalesce(reason, ''),
		records, written, duplicate, quarantined, run_id, coalesce(at, '') from source_objects join series on id = series_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]knownObject{}
	for rows.Next() {
		var o knownObject
		var s series
		var minute int64
		var rest string
		err := rows.Scan(&s.before, &s.middle, &s.after, &minute, &rest, &o.Size, &o.ModifiedNs, &o.Status, &o.Reason, &o.Records, &o.Written, &o.Duplicate, &o.Quarantined, &o.run, &o.At)
		if err != nil {
			return nil, err
		}
		o.Name = s.name(minute, rest)
		all[o.Name] = o
	}
	return all, rows.Err()
}

// olderLake is a lake whose ledger has version 2, with objects of all kinds.
func olderLake(t *testing.T) (dir string, want map[string]knownObject) {
	t.Helper()
	dir = t.TempDir()
	l, run := testLake(t, dir)
	commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
	b := Batch{Objects: []Object{{Name: "AWSLogs/'; drop table objects; --/\x00\xff\u202e.json.gz", Size: 5, ModifiedNs: 1 << 60, Status: Ingested, Records: 6, Written: 3, Duplicate: 2, Quarantined: 1}}}
	i := 0
	for name := range namesOfObjects {
		o := Object{Name: name, Size: int64(i), ModifiedNs: int64(i) << 50, Status: Ingested, Records: int64(i), Written: int64(i)}
		switch i % 4 {
		case 1:
			o.Status, o.Reason, o.Written, o.Duplicate = Skipped, "log family CloudTrail-Digest", 0, int64(i)
		case 2:
			o.Status, o.Reason = Quarantined, "gzip: invalid header"
			b.Quarantine = append(b.Quarantine, QuarantineEntry{Object: name, Record: WholeObject, Reason: o.Reason})
		}
		b.Objects, i = append(b.Objects, o), i+1
	}
	must(0, l.Commit(run, b))
	second := must(l.Ledger().Begin("test"))
	must(0, l.Commit(second, Batch{Objects: []Object{{Name: "later", Status: Ingested}}}))
	must(0, l.Ledger().Finish(second))
	want = must(objectsOf(l.Ledger()))
	must(0, l.Close())
	must(0, makeOlder(dir))
	return dir, want
}

// knownTo are the objects that a lake's ledger knows, by name, with size and time.
func knownTo(t *testing.T, l *Lake) map[string][2]int64 {
	t.Helper()
	known := map[string][2]int64{}
	must(0, l.Ledger().Known(func(name string, size, modified int64) error {
		known[name] = [2]int64{size, modified}
		return nil
	}))
	return known
}

// TestLedgerOfTheVersionBefore: readers read a ledger of the version before, fsck finds nothing in it, and the first writer makes it
// one of this version that says the same of every object.
func TestLedgerOfTheVersionBefore(t *testing.T) {
	dir, want := olderLake(t)
	path := filepath.Join(dir, ledgerName)
	before := must(os.ReadFile(path))
	known := map[string][2]int64{}
	for name, o := range want {
		if o.Status != Quarantined {
			known[name] = [2]int64{o.Size, o.ModifiedNs}
		}
	}
	reader := must(OpenLake(dir))
	checkFiles(t, reader, "events", "2026-08-01")
	if got := knownTo(t, reader); reader.ledger.version != 2 || !reflect.DeepEqual(got, known) {
		t.Errorf("version %d: a reader knows %q, want %q", reader.ledger.version, fmt.Sprint(got), fmt.Sprint(known))
	}
	if _, err := reader.Ledger().Has("later", 0, 0); err == nil || !strings.Contains(err.Error(), "an older roletrail made it (version 2, not 3); any ingest into the lake renews it") {
		t.Errorf("what only writers ask is told as %v", err)
	}
	must(0, reader.Close())
	if found := foundInLedger(t, dir); len(found) > 0 || !bytes.Equal(before, must(os.ReadFile(path))) {
		t.Errorf("fsck finds %v, or changes the ledger", found)
	}

	writer := must(CreateLake(dir))
	defer writer.Close()
	if got := must(objectsOf(writer.ledger)); !reflect.DeepEqual(got, want) || len(got) < 15 {
		t.Errorf("it says %+v\nwant %+v", got, want)
	}
	if got := knownTo(t, writer); !reflect.DeepEqual(got, known) {
		t.Errorf("it knows %q, want %q", fmt.Sprint(got), fmt.Sprint(known))
	}
	aside := 0
	must(0, writer.Ledger().QuarantinedObjects(func(name string, size, modified int64, at string) error {
		aside++
		if o := want[name]; o.Status != Quarantined || o.Size != size || o.ModifiedNs != modified || o.At != at {
			t.Errorf("%q is set aside with %d, %d, %s; want %+v", name, size, modified, at, o)
		}
		return nil
	}))
	for name, o := range want {
		if has := must(writer.Ledger().Has(name, o.Size, o.ModifiedNs)); has != (o.Status != Quarantined) || must(writer.Ledger().Has(name, o.Size+1, o.ModifiedNs)) {
			t.Errorf("it has %q: %v", name, has)
		}
	}
	if totals := must(writer.Ledger().Totals()); aside < 4 || totals.Quarantined != int64(aside) || totals.Ingested+totals.Skipped != int64(len(known)) {
		t.Errorf("%d are set aside, the totals are %+v", aside, totals)
	}
	must(0, writer.Close())
	if found := foundInLedger(t, dir); len(found) > 0 {
		t.Errorf("fsck finds %v", found)
	}
	if must(OpenLake(dir)).ledger.version != ledgerVersion {
		t.Error("it has not this version")
	}
}

// foundInLedger is what fsck finds in the ledger of a lake.
func foundInLedger(t *testing.T, dir string) (found []Finding) {
	t.Helper()
	s := must(SuspectLake(dir))
	defer s.Close()
	for _, f := range must(s.Examine(t.Context(), nil)).Findings {
		if f.Path == ledgerName {
			found = append(found, f)
		}
	}
	return found
}

// TestDamagedLedgerOfTheVersionBefore: of a ledger of the version before it is told that it is damaged, by fsck and by writers,
// which leave it as it is.
func TestDamagedLedgerOfTheVersionBefore(t *testing.T) {
	whole, _ := olderLake(t)
	for name, damage := range map[string]string{
		"state":  "update objects set status = 'other' where name = 'later'",
		"counts": "update objects set records = records + 1 where name = 'later'",
	} {
		dir := t.TempDir()
		must(0, os.CopyFS(dir, os.DirFS(whole)))
		l, _, err := connect(filepath.Join(dir, ledgerName), ledgerDSN(filepath.Join(dir, ledgerName), true, false))
		must(0, err)
		must(l.db.Exec("pragma ignore_check_constraints = 1; " + damage))
		must(0, l.close())
		if found := foundInLedger(t, dir); len(found) != 1 || found[0].Kind != LedgerDamaged {
			t.Errorf("%s: fsck finds %v", name, found)
		}
		before := must(os.ReadFile(filepath.Join(dir, ledgerName)))
		if _, err := CreateLake(dir); err == nil || !strings.Contains(err.Error(), "it is damaged") || !strings.Contains(err.Error(), "ingest fsck --repair mends that") {
			t.Errorf("%s: a writer says %v", name, err)
		}
		if !bytes.Equal(before, must(os.ReadFile(filepath.Join(dir, ledgerName)))) {
			t.Errorf("%s: it was changed", name)
		}
		s := must(SuspectLake(dir))
		if m := must(s.Mend(must(s.Examine(t.Context(), nil)), "test", testDay)); !m.Rebuilt || s.Lake().ledger.version != ledgerVersion {
			t.Errorf("%s: mended %+v", name, m)
		}
		must(0, s.Close())
	}
}

// TestWrongVersion: a ledger of this version that says it is of the one before is damaged, and stays as it is.
func TestWrongVersion(t *testing.T) {
	dir := t.TempDir()
	l, _ := testLake(t, dir)
	must(0, l.Commit(1, Batch{Objects: []Object{{Name: "x", Status: Ingested}}}))
	must(l.ledger.db.Exec("pragma user_version = 2"))
	must(0, l.Close())
	if found := foundInLedger(t, dir); len(found) != 1 || found[0].Kind != LedgerDamaged {
		t.Errorf("fsck finds %v", found)
	}
	before := must(os.ReadFile(filepath.Join(dir, ledgerName)))
	if _, err := CreateLake(dir); err == nil || !strings.Contains(err.Error(), "it is damaged (its tables are not those of a ledger)") {
		t.Errorf("a writer says %v", err)
	}
	if !bytes.Equal(before, must(os.ReadFile(filepath.Join(dir, ledgerName)))) {
		t.Error("it was changed")
	}
}
