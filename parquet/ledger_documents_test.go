package parquet

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"roletrail/iam/history"
)

// TestDocumentsAgreeWithMemory: what the ledger keeps of facts, in any order and again, and
// finds around a moment is what the obvious memory does.
func TestDocumentsAgreeWithMemory(t *testing.T) {
	l, _ := testLake(t, t.TempDir())
	r := rand.New(rand.NewPCG(2, 4))
	subjects := []string{"trust 111111111111 1", "trust 111111111111 2", history.Group + "set a 1", history.Group + "set a 2", history.Group + "set a!", history.Group + "set ab 3", history.Group + "set a"}
	random := func() history.Fact {
		return history.Fact{
			Subject: subjects[r.IntN(len(subjects))], Standing: []history.Standing{history.Here, history.Gone, history.Unclear}[r.IntN(3)], Text: fmt.Sprint(r.IntN(9)),
			Moment: history.Moment{At: time.Unix(int64(r.IntN(12)), 0).UTC(), Turn: r.IntN(3), Event: fmt.Sprint("Ee-é"[r.IntN(5):], r.IntN(2))},
		}
	}
	memory, grouped := history.NewInMemory(), 0
	for range 60 {
		var facts []history.Fact
		for range 1 + r.IntN(4) {
			facts = append(facts, random())
		}
		memory.Put(facts...)
		must(0, l.Remember(facts))
		for range 20 {
			f := random()
			wantBefore, wantAfter, _ := memory.Around(f.Subject, f.Moment)
			before, after, err := l.Ledger().Around(f.Subject, f.Moment)
			if err != nil || !reflect.DeepEqual(before, wantBefore) || !reflect.DeepEqual(after, wantAfter) {
				t.Fatalf("around %+v: %+v, %+v, %v; want %+v, %+v", f, before, after, err, wantBefore, wantAfter)
			}
			most := 1 + r.IntN(3)
			want, _ := memory.AroundGroup(history.Group+"set a", f.Moment, most)
			got, err := l.Ledger().AroundGroup(history.Group+"set a", f.Moment, most)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("the group before %+v: %+v, %v, want %+v", f.Moment, got, err, want)
			}
			grouped = max(grouped, len(got))
		}
	}
	if grouped != 2 {
		t.Errorf("a group had at most %d subjects, want 2", grouped)
	}
}

// TestUntold: a file is untold until all of it was remembered, and one in its place is
// untold again. A ledger that an older build made gets the tables.
func TestUntold(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	one, two := EventsPath(testDay, [16]byte{1}), EventsPath(testDay, [16]byte{2})
	commitFile(t, l, run, one, EventsSchema, 3)
	commitFile(t, l, run, two, EventsSchema, 3)
	untold := func() (names []string) {
		for _, f := range must(l.Untold("events", "iam/roles")) {
			names = append(names, f.Name)
		}
		return names
	}
	if got := untold(); !reflect.DeepEqual(got, []string{one, two}) {
		t.Errorf("untold are %v", got)
	}
	must(0, l.Remember(nil, must(l.Files("events"))[0]))
	if got := untold(); !reflect.DeepEqual(got, []string{two}) {
		t.Errorf("untold are %v", got)
	}
	must(0, l.Commit(run, Batch{Removed: []string{one}}))
	must(0, os.Remove(filepath.Join(dir, filepath.FromSlash(one))))
	must(0, l.ForgetTold())
	if n := 0; must(0, l.ledger.db.QueryRow("select count(*) from told_files").Scan(&n)) != 0 || n != 0 {
		t.Errorf("%d files that are gone are told of", n)
	}
	for _, statement := range []string{"drop table documents", "drop table told_files"} {
		must(l.ledger.db.Exec(statement))
	}
	must(0, l.Ledger().Finish(run))
	must(0, l.Close())
	again := must(CreateLake(dir))
	defer again.Close()
	if got := must(again.Untold("events")); len(got) != 1 {
		t.Errorf("untold are %v", got)
	}
	must(0, again.ledger.checkSchema())
}
