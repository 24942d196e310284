package watch

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// TestNewFoldersTellOfNews: a folder that appears while its parent is watched is watched itself from then on, and
// so are those that it came with.
func TestNewFoldersTellOfNews(t *testing.T) {
	w := newWatched(t)
	w.Every = time.Hour
	w.Sources[0].Folder = w.logs
	stop := w.start()
	w.await("nothing in it", func(r round) bool { return r.summary.Objects.Total == 0 })
	for n := range 3 { // the first makes the folders; the others come when a round has seen those
		place(t, filepath.Join(w.logs, "2026", "07", "10", fmt.Sprint(n)), record(n, "111111111111"))
		w.await("the new object", func(r round) bool { return r.summary.Objects.Ingested == 1 })
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestLakeThatIsThereIsNoNews: a lake in the folder that was made before is not watched either.
func TestLakeThatIsThereIsNoNews(t *testing.T) {
	w := newWatched(t)
	w.lake = filepath.Join(w.logs, "lake")
	w.Lake, w.Every = InFolder(w.lake), time.Hour
	w.Sources[0] = Source{Source: pipeline.Files{Path: w.logs, Except: w.lake}, Folder: w.logs, Except: w.lake}
	lake, err := parquet.CreateLake(w.lake)
	if err == nil {
		err = lake.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	place(t, filepath.Join(w.logs, "x.json"), record(1, "111111111111"))
	stop := w.start()
	w.await("the object", func(r round) bool { return r.summary.Objects.Ingested == 1 })
	time.Sleep(2*settling + 500*time.Millisecond)
	if n := len(w.told); n > 0 {
		t.Errorf("%d more rounds", n)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
