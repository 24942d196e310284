package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"roletrail/iam/action"
	"roletrail/parquet"
)

// Sources of the catalogue in a lake.
const (
	sourceEmbedded  = "embedded"
	sourceRefreshed = "refreshed"
)

// IngestCatalogue writes the built-in catalogue of IAM actions into the lake, or the
// one given, in place of the one that is there.
func IngestCatalogue(lake *parquet.Lake, refreshed *action.Catalogue, version string) error {
	source, c := sourceRefreshed, refreshed
	if c == nil {
		source, c = sourceEmbedded, action.Embedded()
	}
	run, err := lake.Ledger().Begin(version)
	if err != nil {
		return err
	}
	before, err := lake.Entries(parquet.CatalogueActionsSchema.Table, parquet.CatalogueOperationsSchema.Table)
	if err != nil {
		return err
	}
	var batch parquet.Batch
	for _, write := range []func(*parquet.Lake, int64, *action.Catalogue, string) (parquet.FileEntry, error){writeActions, writeOperations} {
		entry, err := write(lake, run, c, source)
		if err != nil {
			return err
		}
		batch.Files = append(batch.Files, entry)
		delete(before, entry.Path)
	}
	// What is left lies where older builds put it.
	batch.Removed = slices.Sorted(maps.Keys(before))
	if err := lake.Commit(run, batch); err != nil {
		return err
	}
	return errors.Join(lake.Discard(batch.Removed), lake.Ledger().Finish(run))
}

// keepCatalogue writes the built-in catalogue, unless the lake was refreshed with
// another: what an inventory grants can then be told from what the lake holds.
func keepCatalogue(lake *parquet.Lake, version string) error {
	refreshed, _, err := loadActions(lake)
	if err != nil || refreshed != nil {
		return err
	}
	return IngestCatalogue(lake, nil, version)
}

func writeActions(lake *parquet.Lake, run int64, c *action.Catalogue, source string) (parquet.FileEntry, error) {
	t, err := newTable(lake, run, parquet.CataloguePath(parquet.CatalogueActionsSchema), parquet.CatalogueActionsSchema)
	if err != nil {
		return parquet.FileEntry{}, err
	}
	for i, name := range c.Names() {
		a := c.At(i)
		err := t.add(name, a.Service, a.Name, string(a.Level), a.ResourceTypes, string(a.Observability), textOrNull(a.DataType), c.Date(), source)
		if err != nil {
			return parquet.FileEntry{}, errors.Join(err, t.abort())
		}
	}
	return t.commit()
}

func writeOperations(lake *parquet.Lake, run int64, c *action.Catalogue, _ string) (parquet.FileEntry, error) {
	t, err := newTable(lake, run, parquet.CataloguePath(parquet.CatalogueOperationsSchema), parquet.CatalogueOperationsSchema)
	if err != nil {
		return parquet.FileEntry{}, err
	}
	for o := range c.Operations() {
		if err := t.add(o.Service, o.Name, o.Actions[0], o.Actions[1:]); err != nil {
			return parquet.FileEntry{}, errors.Join(err, t.abort())
		}
	}
	return t.commit()
}

// LoadCatalogue is the catalogue that a lake was refreshed with, else the built-in
// one: a built-in one of an older program counts for nothing.
func LoadCatalogue(lake *parquet.Lake) (*action.Catalogue, error) {
	actions, date, err := loadActions(lake)
	if err != nil {
		return nil, err
	}
	if actions == nil {
		return action.Embedded(), nil
	}
	operations, err := loadOperations(lake)
	if err != nil {
		return nil, err
	}
	c, err := action.New(date, actions, operations)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue of lake %q: %w; make it anew with ingest catalogue", lake.Dir(), err)
	}
	return c, nil
}

// loadActions are the actions of a refreshed catalogue, nil if the lake has none.
func loadActions(lake *parquet.Lake) (actions []action.Action, date time.Time, err error) {
	err = eachCatalogueRow(lake, parquet.CatalogueActionsSchema, func(row []any) error {
		if source, _ := row[8].(string); source != sourceRefreshed {
			return errEmbedded
		}
		var a action.Action
		a.Service, _ = row[1].(string)
		a.Name, _ = row[2].(string)
		level, _ := row[3].(string)
		a.Level = action.Level(level)
		a.ResourceTypes, _ = row[4].([]string)
		observability, _ := row[5].(string)
		a.Observability = action.Observability(observability)
		date, _ = row[7].(time.Time)
		actions = append(actions, a)
		return nil
	})
	if errors.Is(err, errEmbedded) {
		return nil, date, nil
	}
	return actions, date, err
}

// errEmbedded ends the reading of a catalogue that need not be read.
var errEmbedded = errors.New("the catalogue is a built-in one")

func loadOperations(lake *parquet.Lake) (operations []action.Operation, err error) {
	err = eachCatalogueRow(lake, parquet.CatalogueOperationsSchema, func(row []any) error {
		var o action.Operation
		o.Service, _ = row[0].(string)
		o.Name, _ = row[1].(string)
		primary, _ := row[2].(string)
		possible, _ := row[3].([]string)
		o.Actions = append([]string{primary}, possible...)
		operations = append(operations, o)
		return nil
	})
	return operations, err
}

func eachCatalogueRow(lake *parquet.Lake, s *parquet.Schema, fn func(row []any) error) error {
	files, err := lake.Files(s.Table)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, file := range files {
		if err == nil {
			err = parquet.EachRow(file.Path, s, fn)
		}
	}
	return err
}
