package pipeline

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/parquet"
)

// TestFsckOfALargeDay holds a day against itself of whose keys a part alone fits into the memory that
// they may take, in a folder and on a store: it takes no more, each event that stands in the day twice
// is counted, and no file is left.
func TestFsckOfALargeDay(t *testing.T) {
	const events, most = 300_000, 4 << 20
	lake, _ := lakeOfKeys(t, 1, events, rand.New(rand.NewPCG(15, 4)))
	dir := lake.Dir()
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Glob(filepath.Join(dir, "events", "*", "*.parquet"))
	if err != nil || len(path) != 1 {
		t.Fatal(path, err)
	}
	text, err := os.ReadFile(path[0])
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(path[0])
	digit := "0" // of a name that comes later
	if name[len("part-")] == '0' {
		digit = "1"
	}
	twice := filepath.Join(filepath.Dir(path[0]), strings.Replace(name, "part-"+name[5:6], "part-"+digit, 1))
	if err := os.WriteFile(twice, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var found []string
	options := FsckOptions{keys: most, Found: func(f parquet.Finding) error {
		if f.Kind == parquet.EventsTwice {
			found = append(found, f.Text)
		}
		return nil
	}}
	for _, lies := range []struct {
		where string
		check func(t *testing.T, ctx context.Context) error
	}{
		{"in a folder", func(t *testing.T, ctx context.Context) error {
			suspect, err := parquet.SuspectLake(dir)
			if err != nil {
				return err
			}
			defer suspect.Close()
			_, err = Fsck(ctx, suspect, options)
			return err
		}},
		{"on a store", func(t *testing.T, ctx context.Context) error {
			f := &remoteFsck{store: folderStore{dir: dir}, options: RemoteFsckOptions{FsckOptions: options}, checked: &Checked{}, mend: remoteMending{twice: map[string]bool{}},
				scratch: t.TempDir(), counts: &committed{files: map[string]committedFile{}}, whole: map[string]bool{}}
			for _, path := range []string{path[0], twice} {
				rel, err := filepath.Rel(dir, path)
				if err != nil {
					return err
				}
				name := filepath.ToSlash(rel)
				f.counts.files[name], f.whole[name] = committedFile{Path: name, Rows: events, Bytes: int64(len(text))}, true
			}
			return f.checkDays(ctx)
		}},
	} {
		t.Run(lies.where, func(t *testing.T) {
			found = nil
			before := heap()
			ctx := &heapContext{Context: t.Context()}
			if err := lies.check(t, ctx); err != nil {
				t.Fatal(err)
			}
			if want := "it has 300000 events that stand in it more than once"; len(found) != 1 || found[0] != want {
				t.Errorf("found %q, want %q", found, want)
			}
			t.Logf("the heap grew by %.1f MiB", float64(ctx.peak-before)/(1<<20))
			if grown := ctx.peak - before; grown > most+2<<20 {
				t.Errorf("the heap grew by %.1f MiB; keys may take %d MiB", float64(grown)/(1<<20), most>>20)
			}
			if left, err := filepath.Glob(filepath.Join(dir, "events", ".tmp-*")); err != nil || len(left) > 0 {
				t.Errorf("%q is left: %v", left, err)
			}
		})
	}
}

// heapContext looks at the heap whenever it is asked whether the work goes on, which is before each file.
type heapContext struct {
	context.Context
	peak int64
}

func (c *heapContext) Err() error {
	c.peak = max(c.peak, heap())
	return c.Context.Err()
}

// folderStore has the objects of a lake in a folder, to be read.
type folderStore struct {
	RemoteStore
	dir string
}

func (s folderStore) Object(_ context.Context, name string, size int64) Object {
	return Object{Name: name, Size: size, Open: func() (io.ReadCloser, error) { return os.Open(filepath.Join(s.dir, filepath.FromSlash(name))) }}
}
