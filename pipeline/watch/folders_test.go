package watch

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
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
