package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"roletrail/parquet"
)

// eventName is what a correction names the event by that it corrects.
type eventName struct{ account, id string }

// correction is an event that takes the place of another one (P19): its addendum has the
// reason UPDATED_DATA.
type correction struct {
	eventName
	at       int64 // time of the event, µs since 1970
	original string
}

// before orders corrections of the same event, of which the last one counts.
func (c *correction) before(other *correction) bool {
	return c.at < other.at || c.at == other.at && c.id < other.id
}

// readReplaced are the events of the lake that a later record corrects. Reports leave them
// out by the same rules, see queries/duckdb/replaced.sql.
func readReplaced(ctx context.Context, files []parquet.DataFile) (map[eventName]bool, error) {
	var all []correction
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		err := parquet.EachGroup(f.Path, correctionColumns, func(g *parquet.Group) (err error) {
			all, err = appendCorrections(all, g)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("looking for corrections: %w", err)
		}
	}
	return replacedBy(all), nil
}

const (
	correctionID = iota
	correctionTime
	correctionAccount
	correctionAddendum
)

var correctionColumns = parquet.EventsSchema.Only("event_id", "event_time", "recipient_account_id", "addendum")

// appendCorrections adds those of a row group. Most have none, by their statistics.
func appendCorrections(all []correction, g *parquet.Group) ([]correction, error) {
	if nulls, known, err := g.Nulls(correctionAddendum); err != nil || known && nulls == int64(g.Rows()) {
		return all, err
	}
	var rows []int
	var originals []string
	err := g.Texts(correctionAddendum, func(row int, addendum []byte) {
		if original := correctedBy(addendum); original != "" {
			rows, originals = append(rows, row), append(originals, original)
		}
	})
	if err != nil || len(rows) == 0 {
		return all, err
	}
	err = g.Numbers(correctionTime, func(row int, at int64) {
		if i, ok := slices.BinarySearch(rows, row); ok {
			all = append(all, correction{at: at, original: originals[i]})
		}
	})
	if err != nil {
		return nil, err
	}
	cells, err := g.Cells(rows)
	if err != nil {
		return nil, err
	}
	first := len(all) - len(rows)
	for i, row := range cells {
		c := &all[first+i]
		c.id, _ = row[correctionID].(string)
		c.account, _ = row[correctionAccount].(string)
	}
	return slices.DeleteFunc(all, func(c correction) bool { return c.original == c.id }), nil
}

// correctedBy is the id of the event that an addendum corrects, "" if it corrects none.
func correctedBy(addendum []byte) string {
	var members map[string]any // a struct would take names in any case
	if err := json.Unmarshal(addendum, &members); err != nil {
		return ""
	}
	reason, _ := members["reason"].(string)
	original, _ := members["originalEventID"].(string)
	if reason != "UPDATED_DATA" {
		return ""
	}
	return original
}

// replacedBy are the events that corrections take the place of. Of several that name the
// same event the last counts; one that is itself a correction goes only before a later
// one, so that no two can take each other away.
func replacedBy(all []correction) map[eventName]bool {
	replaced, known, last := map[eventName]bool{}, map[eventName]*correction{}, map[eventName]*correction{}
	for i := range all {
		c := &all[i]
		if earlier := known[c.eventName]; earlier == nil || c.before(earlier) {
			known[c.eventName] = c
		}
		original := eventName{c.account, c.original}
		switch other := last[original]; {
		case other == nil:
			last[original] = c
		case other.before(c):
			replaced[other.eventName] = true
			last[original] = c
		default:
			replaced[c.eventName] = true
		}
	}
	for original, c := range last {
		if older := known[original]; older == nil || older.before(c) {
			replaced[original] = true
		}
	}
	return replaced
}
