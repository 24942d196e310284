package pipeline

import (
	"fmt"
	"path/filepath"
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
		odd := false
		err := parquet.ReadText(path, []string{"event_id", "recipient_account_id"}, func(row [][]byte) error {
			key, ok := keyOf(row[0], row[1])
			if ok {
				set.add(key)
			}
			odd = odd || !ok
			return nil
		})
		if err == nil && odd {
			err = loadOddKeys(path, set)
		}
		if err != nil {
			return fmt.Errorf("looking for known events: %w", err)
		}
	}
	return nil
}

func loadOddKeys(path string, set *keySet) error {
	return parquet.EachRow(path, parquet.EventsSchema, func(cells []any) error {
		id, _ := cells[parquet.ColEventID].(string)
		account, _ := cells[parquet.ColRecipientAccountID].(string)
		if _, isGUID := keyOf([]byte(id), []byte(account)); isGUID {
			return nil
		}
		row := cloudtrail.Row{}
		for i, cell := range cells {
			if cell != nil {
				row[parquet.EventsSchema.Columns[i].Name] = cell
			}
		}
		record, err := cloudtrail.Rebuild(row)
		if err != nil {
			return fmt.Errorf("%q: %w", path, err)
		}
		key, err := keyOfValue(record, []byte(account))
		if err == nil {
			set.add(key)
		}
		return err
	})
}
