package pipeline_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// putDay is when the server says that everything was put.
var putDay = time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC)

// compacting is a lake on S3 of which the days are put together, and what the trail holds.
type compacting struct {
	*mirrored
	now    time.Time
	events map[string][]string // ids of events, by the key of their log file
	taken  map[string]bool     // keys of log files that are in the lake
	batch  int
	whole  int
}

func newCompacting(t *testing.T) *compacting {
	t.Helper()
	return &compacting{mirrored: newMirrored(t), now: putDay.Add(time.Hour), events: map[string][]string{}, taken: map[string]bool{}, batch: 1000, whole: 1 << 20}
}

// log puts a log file of events into the trail: of each day those numbers.
func (c *compacting) log(key string, days map[int][]int) {
	var records []string
	for day, numbers := range days {
		for _, n := range numbers {
			id := fmt.Sprintf("00000000-0000-0000-%04d-%012d", day, n)
			records = append(records, fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE11%d:s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE11%[1]d","arn":"arn:aws:iam::111111111111:role/r%[1]d"}}},"eventTime":"2026-07-%02dT11:42:%02dZ","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","eventID":%q,"recipientAccountId":"111111111111"}`, n%4, day, n%60, id))
			c.events[key] = append(c.events[key], id)
		}
	}
	slices.Sort(records)
	c.server.Put("trails", key, []byte(`{"Records":[`+strings.Join(records, ",")+`]}`))
}

// deliver takes log files into the lake, as notices do.
func (c *compacting) deliver(keys ...string) {
	c.t.Helper()
	client, err := bucket.Connect(c.t.Context(), "trails")
	if err != nil {
		c.t.Fatal(err)
	}
	lake, err := parquet.CreateRemote(c.store)
	if err != nil {
		c.t.Fatal(err)
	}
	defer lake.Close()
	d := pipeline.NewDelivery(lake, pipeline.Options{})
	for _, key := range keys {
		o, err := (&bucket.Source{Client: client, Bucket: "trails"}).Object(c.t.Context(), key, "")
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := d.Deliver(c.t.Context(), o); err != nil {
			c.t.Fatal(err)
		}
		c.taken[key] = true
	}
}

func (c *compacting) compact() (*pipeline.RemoteCompaction, error) {
	return pipeline.CompactRemote(c.t.Context(), c.store, c.dir+"-compact", pipeline.WithBatch(pipeline.RemoteCompactOptions{
		Keep: pipeline.KeepReplaced, Limit: 1 << 30, Version: "test", Now: func() time.Time { return c.now },
	}, c.batch, c.whole))
}

func (c *compacting) mustCompact() *pipeline.RemoteCompaction {
	c.t.Helper()
	balance, err := c.compact()
	if err != nil {
		c.t.Fatal(err)
	}
	return balance
}

// ids are those of the events of log files that are taken.
func (c *compacting) ids() map[string]bool {
	ids := map[string]bool{}
	for key := range c.taken {
		for _, id := range c.events[key] {
			ids[id] = true
		}
	}
	return ids
}

// records is how many records log files have that are taken.
func (c *compacting) records() (n int64) {
	for key := range c.taken {
		n += int64(len(c.events[key]))
	}
	return n
}

// read fetches the lake into a cache, and looks whether every event is there once that was in the
// lake before, and none that was not when it was done. Coverage counts as many.
func (c *compacting) read(what, cache string) {
	c.t.Helper()
	least, fewest := c.ids(), c.records()
	if err := pipeline.Mirror(c.t.Context(), c.store, cache, pipeline.MirrorOptions{Limit: 1 << 30, Version: "test"}); err != nil {
		if len(least) > 0 || !strings.Contains(err.Error(), "there is no lake") {
			c.t.Errorf("%s: %v", what, err)
		}
		return
	}
	most := c.ids()
	here := map[string]bool{}
	for _, row := range rowsOfLake(c.t, cache) {
		id := row[parquet.ColEventID].(string)
		if here[id] {
			c.t.Errorf("%s: event %s is there twice", what, id)
		}
		if here[id] = true; !most[id] {
			c.t.Errorf("%s: event %s is there, which nobody delivered", what, id)
		}
	}
	for id := range least {
		if !here[id] {
			c.t.Errorf("%s: event %s is not there", what, id)
		}
	}
	covered, records := int64(0), int64(0)
	for _, f := range filesOf(c.t, cache, "coverage") {
		rows, _, err := parquet.ReadRows(f.Path, parquet.CoverageSchema)
		if err != nil {
			c.t.Error(err)
		}
		for _, row := range rows {
			records, covered = records+row[5].(int64), covered+row[6].(int64)
		}
	}
	if records < fewest || records > c.records() { // a log file that counts twice would show here alone
		c.t.Errorf("%s: coverage counts %d records, of %d to %d", what, records, fewest, c.records())
	}
	if covered != int64(len(here)) {
		c.t.Errorf("%s: coverage counts %d events, and %d are there", what, covered, len(here))
	}
}

// objects are those of the lake in a folder.
func (c *compacting) objects(folder string) []string {
	return slices.Sorted(maps.Keys(c.server.Objects("lake", "a/"+folder+"/")))
}

// TestCompactRemote puts log files together, holds every byte of the files against those of a lake in a
// folder, and follows the objects in whose place they came.
func TestCompactRemote(t *testing.T) {
	c := newCompacting(t)
	for n := range 12 {
		c.log(fmt.Sprintf("%02d.json", n), map[int][]int{10 + n%3: {3 * n, 3*n + 1}, 11 + n%3: {3*n + 2}})
		c.deliver(fmt.Sprintf("%02d.json", n))
	}
	c.batch = 5
	cache := filepath.Join(t.TempDir(), "cache")
	c.read("before", cache)
	loose := len(c.objects("events")) + len(c.objects("coverage"))
	b := c.mustCompact()
	if b.LogFiles != 12 || b.Rows.Duplicate != 0 || b.Removed != 0 || b.Waiting != 0 {
		t.Errorf("the balance is\n%s", b)
	}
	c.read("compact", cache)
	c.read("compact, without a cache", filepath.Join(t.TempDir(), "cache"))
	sameAsFolder(t, c)

	c.now = c.now.Add(pipeline.KeepReplaced / 2)
	if b := c.mustCompact(); b.LogFiles != 0 || b.Removed != 0 || b.Waiting < loose || len(c.objects("coverage")) < 12 {
		t.Errorf("within the time that readers have:\n%s", b)
	}
	c.now = c.now.Add(pipeline.KeepReplaced)
	if b := c.mustCompact(); b.Removed < loose || b.Waiting != 0 {
		t.Errorf("after it:\n%s", b)
	}
	c.read("swept", cache)
	for _, folder := range []string{"events", "uses", "session_days"} {
		if got := c.objects(folder); len(got) != 4 { // a file a day
			t.Errorf("%s: %v", folder, got)
		}
	}
	if b := c.mustCompact(); b.Removed != 0 || b.Waiting != 0 {
		t.Errorf("again:\n%s", b)
	}
	c.deliver("03.json", "04.json") // notices of them come again
	c.read("delivered again", cache)
	if s := c.ingest(); s.Objects.Already != 12 || s.Objects.Ingested != 0 {
		t.Errorf("ingested again:\n%s", s)
	}
	if b := c.mustCompact(); b.LogFiles != 0 || b.Removed == 0 {
		t.Errorf("compacted again:\n%s", b)
	}
	c.read("at last", cache)
}

// sameAsFolder compares the files of days that count with those of a lake in a folder.
func sameAsFolder(t *testing.T, c *compacting) {
	t.Helper()
	local := filepath.Join(t.TempDir(), "lake")
	lake, err := parquet.CreateLake(local)
	if err != nil {
		t.Fatal(err)
	}
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	for key := range c.events { // each in a run of its own, so that days have files to put together
		if err == nil {
			_, err = pipeline.Ingest(t.Context(), lake, []pipeline.Source{&bucket.Source{Client: client, Bucket: "trails", Prefix: key}}, pipeline.Options{Version: "test"})
		}
	}
	if err := errors.Join(err, lake.Close()); err != nil {
		t.Fatal(err)
	}
	compact(t, local, pipeline.CompactOptions{})
	for _, table := range []string{"events", "uses", "session_days"} {
		want := map[string]string{}
		for _, f := range filesOf(t, local, table) {
			content, err := os.ReadFile(f.Path)
			if err != nil {
				t.Fatal(err)
			}
			want[f.Partition] += fmt.Sprintf("%x", sha256.Sum256(content))
		}
		got := map[string]string{}
		for _, f := range c.counting() {
			if strings.HasPrefix(f.Path, table+"/") {
				_, day, _ := strings.Cut(path.Dir(f.Path), "=")
				got[day] += f.SHA256
			}
		}
		if !maps.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s: on S3 %v, in a folder %v", table, got, want)
		}
	}
}

// committedPath is a file of a commit.
type committedPath struct{ Path, SHA256 string }

// counting are the files that the newest commit says count, which is whole.
func (c *compacting) counting() []committedPath {
	c.t.Helper()
	commits := c.server.Objects("lake", "a/commits/")
	var newest struct {
		Whole bool
		Added []committedPath
	}
	if err := json.Unmarshal(commits[slices.Max(slices.Collect(maps.Keys(commits)))], &newest); err != nil || !newest.Whole {
		c.t.Fatalf("whole: %v, %v", newest.Whole, err)
	}
	return newest.Added
}

// TestKilledCompactionsOfALakeOnS3 stops a compaction at each of its requests, or at some, as if it was killed
// there, and lets the next one do it. Readers see no difference at any time.
func TestKilledCompactionsOfALakeOnS3(t *testing.T) {
	kills, step, least, batch := 0, 27, 2, 1000
	if os.Getenv(killsEnv) != "" {
		step, least, batch = 1, 80, 2
	}
	for at, done := 0, false; !done; at += step {
		c := newCompacting(t)
		for n := range 4 {
			c.log(fmt.Sprint(n), map[int][]int{10: {n, n + 1}, 11 + n%2: {n}})
		}
		c.deliver("0", "1", "2")
		c.batch = batch
		if at%2 == 1 { // upon one that was done before, of which the objects are to be removed
			c.mustCompact()
			c.now = c.now.Add(2 * pipeline.KeepReplaced)
		}
		c.deliver("3")
		cache := filepath.Join(t.TempDir(), "cache")
		if at%3 == 0 {
			c.read("before", cache)
		}
		calls := 0
		c.server.Refuse(func(s3test.Call) int {
			if calls++; calls > at/2 {
				return http.StatusForbidden
			}
			return 0
		})
		_, err := c.compact()
		c.server.Refuse(nil)
		if done = err == nil; !done {
			kills++
			c.read(fmt.Sprintf("killed at call %d", at/2), cache)
		}
		c.now = c.now.Add(2 * pipeline.KeepReplaced)
		c.mustCompact()
		c.read(fmt.Sprintf("after a kill at call %d", at/2), cache)
		c.now = c.now.Add(2 * pipeline.KeepReplaced)
		c.mustCompact()
		c.onlyWhatCounts(fmt.Sprintf("after a kill at call %d", at/2))
	}
	if t.Logf("%d kills", kills); kills < least {
		t.Errorf("%d kills, want %d", kills, least)
	}
}

// onlyWhatCounts looks whether there are no objects but those that count.
func (c *compacting) onlyWhatCounts(what string) {
	c.t.Helper()
	named := map[string]bool{}
	for _, f := range c.counting() {
		named[f.Path] = true
	}
	for key := range c.server.Objects("lake", "a/") {
		if !named[key] && !strings.HasPrefix(key, "commits/") {
			c.t.Errorf("%s: %s is left", what, key)
		}
		delete(named, key)
	}
	if len(named) > 0 {
		c.t.Errorf("%s: there is no %v", what, named)
	}
}

// TestKilledCompactionsAmongOthers lets log files be delivered, reports read, other compactions and
// changes of trails run between any two requests of each other, and kills compactions. At the end the lake is,
// event for event, the one that nobody disturbed.
func TestKilledCompactionsAmongOthers(t *testing.T) {
	seen, worlds, least := map[string]int{"killed": 1}, uint64(1), 1 // one world need not have all of it
	if os.Getenv(killsEnv) != "" {
		worlds, least = 60, 10
	}
	for seed := range worlds {
		c := newCompacting(t)
		rng := rand.New(rand.NewPCG(seed, 77))
		w := &world{compacting: c, rng: rng, caches: t.TempDir(), seen: seen}
		c.batch, c.whole = 1+rng.IntN(6), []int{1 << 20, 1 << 20, 10}[rng.IntN(3)]
		for n := range 16 {
			days := map[int][]int{10 + rng.IntN(3): {rng.IntN(30), 100 + n}}
			if rng.IntN(3) == 0 {
				days[20] = []int{rng.IntN(5), 100 + n}
			}
			c.log(fmt.Sprintf("%02d", n), days)
			w.waiting = append(w.waiting, fmt.Sprintf("%02d", n))
		}
		for range 14 {
			w.act(1)
		}
		c.deliver(w.waiting...)
		c.now = c.now.Add(2 * pipeline.KeepReplaced)
		c.whole = 1 << 20
		c.log("last", map[int][]int{10: {1000}, 11: {1000}, 12: {1000}, 20: {1000}})
		c.deliver("last")
		c.mustCompact()
		c.now = c.now.Add(2 * pipeline.KeepReplaced)
		c.mustCompact()
		for _, cache := range []string{"0", "1", "fresh"} {
			c.read(fmt.Sprintf("seed %d, at last", seed), filepath.Join(w.caches, cache))
		}
		c.sameRows(filepath.Join(w.caches, "fresh"))
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, w.story)
		}
	}
	t.Log(seen)
	for _, what := range []string{"delivery", "reading", "compaction", "trails", "killed", "overtaken", "inside reading", "inside compaction"} {
		if seen[what] < least {
			t.Errorf("%s happened %d times", what, seen[what])
		}
	}
}

// world is a lake to which things happen.
type world struct {
	*compacting
	rng     *rand.Rand
	caches  string
	waiting []string // keys of log files that are not delivered yet
	seen    map[string]int
	story   []string
	trails  int
}

// act lets something happen. Things that happen within it, between any two of its requests, are
// no deeper than that.
func (w *world) act(deeper int) {
	w.now = w.now.Add(time.Duration(w.rng.IntN(10)) * time.Hour)
	what := []string{"delivery", "delivery", "reading", "compaction", "compaction", "trails"}[w.rng.IntN(6)]
	w.seen[what]++
	w.story = append(w.story, what)
	during, kill := w.rng.IntN(40), -1
	if what == "compaction" && deeper > 0 && w.rng.IntN(2) == 0 { // an inner one's would kill the outer one too
		kill = w.rng.IntN(60)
	}
	calls := 0
	dead := false
	var hook func(s3test.Call) int
	var one sync.Mutex
	hook = func(s3test.Call) int {
		one.Lock()
		defer one.Unlock()
		calls++
		if dead = dead || calls == kill; dead {
			return http.StatusForbidden
		}
		if deeper > 0 && calls == during {
			w.seen["inside "+what]++
			w.server.Refuse(nil)
			w.act(deeper - 1)
			w.story = append(w.story, "end of it")
			w.server.Refuse(hook)
		}
		return 0
	}
	if deeper > 0 || kill >= 0 {
		w.server.Refuse(hook)
	}
	switch what {
	case "delivery":
		n := min(len(w.waiting), 1+w.rng.IntN(3))
		some := w.waiting[:n]
		w.waiting = w.waiting[n:]
		w.deliver(some...)
		if again := slices.Sorted(maps.Keys(w.taken)); len(again) > 0 && w.rng.IntN(3) == 0 {
			w.deliver(again[w.rng.IntN(len(again))])
		}
	case "reading":
		w.read("within the story", filepath.Join(w.caches, fmt.Sprint(deeper)))
	case "trails":
		w.trails++
		err := w.change(filepath.Join(w.caches, fmt.Sprint("trails", deeper)), func(lake *parquet.Lake) error {
			return pipeline.IngestTrails(lake, trailsOf(fmt.Sprint(w.trails)), pipeline.TrailOptions{At: changeDay, Version: "test"})
		})
		if err != nil {
			w.t.Fatal(err)
		}
	case "compaction":
		before := len(w.objects("commits"))
		old := w.dir
		w.dir = filepath.Join(w.caches, fmt.Sprint("dir", deeper))
		_, err := w.compact()
		w.dir = old
		switch {
		case dead:
			w.seen["killed"]++
		case err != nil && !strings.Contains(err.Error(), "there is no lake"):
			w.t.Fatal(err)
		}
		if deeper > 0 && len(w.objects("commits")) > before+1 {
			w.seen["overtaken"]++
		}
	}
	w.server.Refuse(nil)
}

// sameRows compares the events of a cache with those that the trail holds, column by column, those
// aside that say in which of several log files an event was found.
func (c *compacting) sameRows(cache string) {
	c.t.Helper()
	want := newCompacting(c.t)
	for key := range c.server.Objects("trails", "") {
		want.server.Put("trails", key, c.server.Objects("trails", "")[key])
	}
	want.ingest()
	undisturbed := filepath.Join(c.t.TempDir(), "undisturbed")
	if err := pipeline.Mirror(c.t.Context(), want.store, undisturbed, pipeline.MirrorOptions{Limit: 1 << 30, Version: "test"}); err != nil {
		c.t.Fatal(err)
	}
	texts := func(dir string) []string {
		rows := rowsOfLake(c.t, dir)
		for _, row := range rows {
			row[parquet.ColSourceObject], row[parquet.ColRecordIndex] = nil, nil
		}
		return rowTexts(rows)
	}
	got, all := texts(cache), texts(undisturbed)
	slices.Sort(got)
	slices.Sort(all)
	if !slices.Equal(got, all) {
		c.t.Errorf("%d events, and %d in a lake that nobody disturbed, or others", len(got), len(all))
	}
}
