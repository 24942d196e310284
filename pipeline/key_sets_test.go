package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roletrail/parquet"
)

// TestKeysOfManyDays lets every object of a run touch every day of a lake, of which only a part
// fits into the memory that keys may take. They take no more, and every event is there once: those
// of the lake, the new ones, and new ones that come again.
func TestKeysOfManyDays(t *testing.T) {
	const days, objects, events, most = 60, 12, 500_000, 2 << 20
	rng := rand.New(rand.NewPCG(4, 4))
	lake, ids := lakeOfKeys(t, days, events/days, rng)
	logs, isNew, again := listOf{}, int64(0), int64(0)
	for n := range objects {
		var records []string
		for range 10 * days {
			day := rng.IntN(days)
			id := ids[day][rng.IntN(len(ids[day]))]
			if rng.IntN(3) == 0 {
				again++
			} else {
				id = guid(rng)
				ids[day] = append(ids[day], id) // it may come again
				isNew++
			}
			records = append(records, fmt.Sprintf(`{"eventTime":"%s","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"%s","recipientAccountId":"111111111111"}`,
				dayOfKeys(day).Format(time.RFC3339), id))
		}
		logs[fmt.Sprintf("%02d", n)] = `{"Records":[` + strings.Join(records, ",") + `]}`
	}

	before, peak := heap(), int64(0)
	options := Options{Workers: 1, Progress: func(Progress) { peak = max(peak, heap()) }, bounds: defaultBounds()}
	options.bounds.keys, options.bounds.groupRows, options.bounds.groupBytes = most, 8<<10, 1<<20
	s, err := Ingest(context.Background(), lake, []Source{logs}, options)
	if err != nil || s.Records.Written != isNew || s.Records.Duplicate != again {
		t.Errorf("%v, want %d written and %d duplicate\n%s", err, isNew, again, s)
	}
	t.Logf("%d keys: %.1f MiB before, %.1f MiB at most", events, float64(before)/(1<<20), float64(peak)/(1<<20))
	if grown := peak - before; grown > most+8<<20 {
		t.Errorf("the heap grew by %.1f MiB; keys may take %d MiB", float64(grown)/(1<<20), most>>20)
	}
	requireOnce(t, lake, ids)
}

func dayOfKeys(day int) time.Time { return time.Date(2026, 1, 1+day, 11, 42, 5, 0, time.UTC) }

func guid(rng *rand.Rand) string {
	hi, lo := rng.Uint64(), rng.Uint64()
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&(1<<48-1))
}

// lakeOfKeys makes a lake of events that have little more than an id, and returns their ids by day.
func lakeOfKeys(t *testing.T, days, perDay int, rng *rand.Rand) (*parquet.Lake, [][]string) {
	t.Helper()
	lake, err := parquet.CreateLake(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lake.Close() })
	run, err := lake.Ledger().Begin("test")
	if err != nil {
		t.Fatal(err)
	}
	ids := make([][]string, days)
	out := &partition{lake: lake, run: run, id: func(int32) [16]byte { return newID() }, bounds: &bounds{openFiles: days, openGroups: days + 1}, opened: &atomic.Int64{}}
	for day := range ids {
		columns := make([]parquet.Values, parquet.NumEventColumns)
		columns[parquet.ColRecipientAccountID] = parquet.Values{Dict: [][]byte{[]byte("111111111111")}, Codes: make([]int32, perDay)}
		for range perDay {
			id := guid(rng)
			ids[day] = append(ids[day], id)
			columns[parquet.ColEventID].Bytes = append(columns[parquet.ColEventID].Bytes, []byte(id))
			columns[parquet.ColEventID].Def = append(columns[parquet.ColEventID].Def, 1)
			columns[parquet.ColEventTime].Int64 = append(columns[parquet.ColEventTime].Int64, dayOfKeys(day).UnixMicro())
		}
		f, err := out.of(dayOf(dayOfKeys(day).UnixMicro()))
		if err == nil {
			err = f.write(perDay, columns)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err = out.commit()
	if err == nil {
		err = lake.Commit(run, parquet.Batch{Files: out.files})
	}
	if err == nil {
		err = lake.Ledger().Finish(run)
	}
	if err != nil {
		t.Fatal(err)
	}
	return lake, ids
}

// requireOnce requires that each of these events is there once, on its day, and no other.
func requireOnce(t *testing.T, lake *parquet.Lake, ids [][]string) {
	t.Helper()
	files, err := lake.Files("events")
	if err != nil {
		t.Fatal(err)
	}
	for day := range ids {
		there := map[string]int{}
		for _, f := range files {
			if f.Partition != dayOfKeys(day).Format(time.DateOnly) {
				continue
			}
			err := parquet.ReadText(f.Path, []string{"event_id"}, func(row [][]byte) error {
				there[string(row[0])]++
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range ids[day] {
			if there[id] != 1 {
				t.Fatalf("event %s of %s is there %d times", id, dayOfKeys(day).Format(time.DateOnly), there[id])
			}
		}
		if len(there) != len(ids[day]) {
			t.Errorf("%s has %d events, want %d", dayOfKeys(day).Format(time.DateOnly), len(there), len(ids[day]))
		}
	}
}

// TestKeysPutAside lets goroutines add keys of several days side by side, most of them several
// times, to sets that may have few of them in memory: each is new once, and those of the lake never. There
// is never much more in memory, and no file is left when all are forgotten.
func TestKeysPutAside(t *testing.T) {
	const most, goroutines, keys, days = 96 << 10, 4, 20_000, 3
	lake, err := parquet.CreateLake(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	keyOf := func(n int) eventKey { return eventKey{uint64(n) * 0x9e3779b97f4a7c15, uint64(n + 1)} }
	inLake := func(n int) bool { return n%10 == 0 }
	sets := newKeySets(most, lake.Scratch, func(day int32, s *keySet) (err error) {
		for n := 0; n < keys && err == nil; n++ {
			if inLake(n) {
				err = s.put(keyOf(n))
			}
		}
		return err
	})
	var came, isNew [days][keys]atomic.Int32
	var taken atomic.Int64
	var adding sync.WaitGroup
	for g := range goroutines {
		adding.Go(func() {
			rng := rand.New(rand.NewPCG(5, uint64(g)))
			for range 2 * keys {
				day, n := rng.IntN(days), rng.IntN(keys)
				set, err := sets.of(int32(day))
				first := false
				if err == nil {
					first, err = set.add(keyOf(n), 0)
				}
				if err != nil {
					t.Error(err)
					return
				}
				came[day][n].Add(1)
				if first {
					isNew[day][n].Add(1)
				}
				if now := sets.taken.Load(); now > taken.Load() {
					taken.Store(now)
				}
			}
		})
	}
	adding.Wait()
	if t.Logf("%d files, at most %d bytes", len(sets.files), taken.Load()); taken.Load() > 2*most || len(sets.files) < 10 {
		t.Errorf("keys took %d bytes, want at most %d; they were put aside %d times", taken.Load(), most, len(sets.files))
	}
	for day := range isNew {
		for n := range isNew[day] {
			want := min(1, came[day][n].Load())
			if inLake(n) {
				want = 0
			}
			if got := isNew[day][n].Load(); got != want {
				t.Fatalf("key %d of day %d came %d times and was new %d times, want %d", n, day, came[day][n].Load(), got, want)
			}
		}
	}
	if err := sets.forget(); err != nil || len(sets.files) > 0 || sets.taken.Load() != 0 {
		t.Errorf("%v, %d files and %d bytes are left", err, len(sets.files), sets.taken.Load())
	}
}

// TestNoRoomForKeys: what cannot be put aside is an error, and no key is forgotten for it.
func TestNoRoomForKeys(t *testing.T) {
	full := errors.New("the disk is full")
	sets := newKeySets(1<<10, func() (*parquet.Scratch, error) { return nil, full }, func(int32, *keySet) error { return nil })
	set, err := sets.of(1)
	if err != nil {
		t.Fatal(err)
	}
	for n := uint64(1); err == nil && n < 1000; n++ {
		_, err = set.add(eventKey{n << 60, n}, 0)
	}
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
}
