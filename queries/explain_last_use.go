package queries

import (
	"slices"
	"time"

	"roletrail/iam/difference"
)

// deletion is an event that deleted a role.
type deletion struct {
	at          time.Time
	id, account string
}

func deletionOf(cell cells) deletion {
	return deletion{cell.time("event_time"), cell.text("event_id"), cell.text("account_id")}
}

// lastUse is when each role had been used last that one of the changes deleted. It is asked for only if there is one.
func (x *explanation) lastUse() (map[deletion]time.Time, error) {
	if !slices.ContainsFunc(x.rows, func(c ExplainedChange) bool { return isDeletion(cellsOf(x.columns, c.Row)) }) {
		return nil, nil
	}
	last := map[deletion]time.Time{}
	return last, x.each("earlier_use", func(columns []Column, row []any) error {
		cell := cellsOf(columns, row)
		last[deletionOf(cell)] = cell.time("last_used")
		return nil
	})
}

func isDeletion(cell cells) bool {
	return cell.text("change") == "role_deleted" && cell.text("outcome") == "success"
}

// addLastUse adds to a row when the role had been used last that was deleted.
func (c *ExplainedChange) addLastUse(columns []Column, last map[deletion]time.Time) {
	cell := cellsOf(columns, c.Row)
	if !isDeletion(cell) {
		return
	}
	if why := difference.LastUse(cell.text("change"), cell.time("event_time"), last[deletionOf(cell)]); why != "" {
		c.set(columns, "summary", cell.text("summary")+"; "+why)
	}
}
