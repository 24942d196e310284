package pipeline

import (
	"errors"

	"roletrail/parquet"
)

// rollup brings the rows of a file of events together, for reports that would else read
// each of them.
type rollup interface {
	// add adds the rows of a row group of events.
	add(rows int, columns []parquet.Values)
	// write adds what it has to a table, in an order that does not depend on that of
	// the events.
	write(t *table) error
}

// rollupFile is the file of a rollup that stands beside a compact file of events.
type rollupFile struct {
	rollup
	table *table
}

// createRollups starts the files beside a file of events.
func createRollups(lake *parquet.Lake, run int64, events string) (files []rollupFile, err error) {
	for _, schema := range parquet.Rollups() {
		f := rollupFile{}
		switch schema {
		case parquet.UsesSchema:
			f.rollup = newUses()
		case parquet.SessionDaysSchema:
			f.rollup = newSessionDays()
		}
		if f.table, err = newTable(lake, run, parquet.RollupPath(schema, events), schema); err != nil {
			return nil, errors.Join(err, abortRollups(files))
		}
		files = append(files, f)
	}
	return files, nil
}

// seal makes the file durable while it is still hidden, and lets go of what it brought
// together.
func (f *rollupFile) seal() error {
	if err := f.write(f.table); err != nil {
		return err
	}
	f.rollup = nil
	return f.table.seal()
}

func abortRollups(files []rollupFile) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.table.abort())
	}
	return errors.Join(errs...)
}
