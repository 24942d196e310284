package queries

import (
	"errors"
	"fmt"
	"io/fs"

	"roletrail/parquet"
)

// listFiles asks the lake which files are its own; no folder is ever searched
// for more (DuckDB trusts the Parquet it reads, so it must be ours).
func listFiles(lake *parquet.Lake) (lakeFiles, error) {
	f := lakeFiles{dir: lake.Dir(), tables: lakeTables()}
	for i := range f.tables {
		t := &f.tables[i]
		files, err := lake.Files(t.name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return lakeFiles{}, fmt.Errorf("listing the files of table %q: %w", t.name, err)
		}
		for _, d := range files {
			t.paths = append(t.paths, d.Path)
		}
	}
	return f, f.loadBinds()
}
