package parquet

import (
	"os"
	"path/filepath"
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
