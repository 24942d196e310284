package pipeline

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

// loadDays notes which files of the lake hold which event day.
func (r *run) loadDays() error {
	files, err := r.lake.Files("events")
	if err != nil {
		return err
	}
	r.days = map[int32][]string{}
	for _, f := range files {
		day, err := time.Parse("2006-01-02", f.Partition)
		if err != nil {
			return fmt.Errorf("listing lake: folder of %q is no day: %w", f.Path, err)
		}
		n := int32(day.Unix() / 86400)
		r.days[n] = append(r.days[n], f.Path)
	}
	return nil
}

func (r *run) path(rel string) string { return filepath.Join(r.lake.Dir(), filepath.FromSlash(rel)) }

// loadKeys fills a day's set with the keys of the events that the lake holds. It
// reads two columns; only for events without a GUID it reads the rest, to hash the
// record as it was.
func (r *run) loadKeys(day int32, set *keySet) error {
	for _, path := range r.days[day] {
		if err := loadKeysOf(path, set); err != nil {
			return err
		}
	}
	return nil
}

// loadKeysOf adds the keys of the events of a file.
func loadKeysOf(path string, set *keySet) error { return eachKeyOf(path, set.put) }

// eachKeyOf calls fn with the keys of the events of a file, in no order.
func eachKeyOf(path string, fn func(eventKey) error) error {
	odd := false
	err := parquet.ReadText(path, []string{"event_id", "recipient_account_id"}, func(row [][]byte) error {
		key, ok := keyOf(row[0], row[1])
		if !ok {
			odd = true
			return nil
		}
		return fn(key)
	})
	if err == nil && odd {
		err = eachOddKeyOf(path, fn)
	}
	if err != nil {
		return fmt.Errorf("looking for known events: %w", err)
	}
	return nil
}

// eachOddKeyOf calls fn with the keys of the events of a file that have no GUID.
func eachOddKeyOf(path string, fn func(eventKey) error) error {
	return parquet.EachGroup(path, parquet.EventsSchema, func(g *parquet.Group) error {
		isGUID := make([]bool, g.Rows())
		err := g.Texts(parquet.ColEventID, func(row int, id []byte) { _, _, isGUID[row] = parseGUID(id) })
		if err != nil {
			return err
		}
		return eachOddKey(g, isGUID, func(_ int, key eventKey) error { return fn(key) })
	})
}

// oddAtOnce is how many events without a GUID are in memory as values.
const oddAtOnce = 4096

// eachOddKey calls fn with the rows of a row group that have no GUID, and their keys. Of the
// others nothing is kept, and where all have one nothing is read.
func eachOddKey(g *parquet.Group, isGUID []bool, fn func(row int, key eventKey) error) error {
	var odd []int
	for row, is := range isGUID {
		if !is {
			odd = append(odd, row)
		}
	}
	for chunk := range slices.Chunk(odd, oddAtOnce) {
		rows, err := g.Cells(chunk)
		if err != nil {
			return err
		}
		for i, cells := range rows {
			key, err := keyOfCells(cells)
			if err != nil {
				return err
			}
			if err := fn(chunk[i], key); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyOfCells makes the key of an event without a GUID of its row.
func keyOfCells(cells []any) (eventKey, error) {
	account, _ := cells[parquet.ColRecipientAccountID].(string)
	row := cloudtrail.Row{}
	for i, cell := range cells {
		if cell != nil {
			row[parquet.EventsSchema.Columns[i].Name] = cell
		}
	}
	record, err := cloudtrail.Rebuild(row)
	if err != nil {
		return eventKey{}, err
	}
	return keyOfValue(record, []byte(account))
}
