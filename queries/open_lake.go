package queries

import (
	"fmt"

	"roletrail/parquet"
)

// listFiles asks the lake which files are its own; no folder is ever searched
// for more (DuckDB trusts the Parquet it reads, so it must be ours).
func listFiles(lake *parquet.Lake) (lakeFiles, error) {
	f := lakeFiles{dir: lake.Dir(), tables: lakeTables()}
	var names []string
	for _, t := range f.tables {
		if !t.part {
			names = append(names, t.name)
		}
	}
	files, err := lake.FilesOf(names...) // of one moment: tables of different snapshots do not fit each other
	if err != nil {
		return lakeFiles{}, fmt.Errorf("listing the files of the lake: %w", err)
	}
	for i := range f.tables {
		t := &f.tables[i]
		for _, d := range files[t.name] {
			t.paths = append(t.paths, d.Path)
		}
	}
	f.pairRollups()
	return f, f.loadBinds()
}
