package parquet

import (
	"encoding/binary"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/parquet/file"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func writeFile(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.parquet")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pageSizes are the uncompressed sizes of the data pages of one column of the
// first row group.
func pageSizes(t *testing.T, path string, column int) (sizes []int) {
	t.Helper()
	err := readFile(path, func(r *file.Reader) error {
		pages, err := r.RowGroup(0).GetColumnPageReader(column)
		if err != nil {
			return err
		}
		for pages.Next() {
			if p, ok := pages.Page().(*file.DataPageV1); ok {
				sizes = append(sizes, int(p.UncompressedSize()))
			}
		}
		return pages.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

// ChangedBits changes n single bits of the pages of a file, one after another.
func ChangedBits(t *testing.T, path string, n int) iter.Seq[int] {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pages := len(content) - 8 - int(binary.LittleEndian.Uint32(content[len(content)-8:])) // behind them is the footer, and its length
	rng := rand.New(rand.NewPCG(9, uint64(pages)))
	put := func(content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(yield func(int) bool) {
		defer put(content)
		for range n {
			at := 4 + rng.IntN(pages-4)
			changed := slices.Clone(content)
			changed[at] ^= 1 << rng.IntN(8)
			if put(changed); !yield(at) {
				return
			}
		}
	}
}
