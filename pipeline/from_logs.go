package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"roletrail/iam/inventory"
	"roletrail/parquet"
)

// FromLogs is what the lake's events show of the roles of accounts without inventory.
type FromLogs struct {
	Inventory *inventory.Inventory
	// At is the UTC midnight of the last day with events.
	At time.Time
	// Changes is the number of events replayed.
	Changes int
	// Skipped are the accounts whose inventory the lake has; ordered.
	Skipped []string
}

// ReplayLogs makes an inventory of the lake's events for the accounts of which it has
// none. When ctx ends it stops with [ErrNotTaken].
func ReplayLogs(ctx context.Context, lake *parquet.Lake, step Step) (out *FromLogs, err error) {
	defer func() { err = notTaken(ctx, err) }()
	files, err := lake.Files("events")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("replaying the logs: the lake holds no event; ingest logs brings them in")
	}
	out = &FromLogs{}
	if out.At, err = time.Parse(time.DateOnly, files[len(files)-1].Partition); err != nil {
		return nil, fmt.Errorf("replaying the logs: the folder of %q is no day: %w", files[len(files)-1].Path, err)
	}
	snapshots, err := readSnapshots(lake)
	if err != nil {
		return nil, err
	}
	skipped := map[string]bool{}
	replayer := inventory.NewReplayer()
	err = eachDayOfChanges(ctx, lake, endOfTime, step, func(changes []inventory.Change) {
		changes = slices.DeleteFunc(changes, func(c inventory.Change) bool {
			known := snapshots.fromIAM(c.AccountID)
			if known {
				skipped[c.AccountID] = true
			}
			return known
		})
		out.Changes += len(changes)
		replayer.Take(changes)
	})
	if err != nil {
		return nil, err
	}
	sightings, err := readSightings(ctx, lake)
	if err != nil {
		return nil, err
	}
	out.Inventory, out.Skipped = replayer.Inventory(sightings), slices.Sorted(maps.Keys(skipped))
	return out, nil
}

var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// snapshots are those of the lake, by account and day.
type snapshots map[string]map[time.Time]*snapshot

// snapshot is what the lake has of an account on a day.
type snapshot struct {
	origin inventory.Origin
	files  []string // of all tables of the inventory, by their paths in the lake
}

// originKey is the footer's key of where a snapshot is from, which an account without
// roles has too.
const originKey = "roletrail.origin"

func readSnapshots(lake *parquet.Lake) (snapshots, error) {
	tables := parquet.InventoryTables()
	files, err := lake.FilesOf(tables...)
	if err != nil {
		return nil, err
	}
	out := snapshots{}
	for _, table := range tables {
		for _, f := range files[table] {
			day, err := time.Parse(time.DateOnly, f.Partition)
			if err != nil {
				return nil, fmt.Errorf("listing lake: folder of %q is no day: %w", f.Path, err)
			}
			s := out.of(f.Account, day)
			s.files = append(s.files, f.Name)
			if table != parquet.RolesSchema.Table {
				continue
			}
			meta, err := parquet.Metadata(f.Path)
			if err != nil {
				return nil, err
			}
			s.origin = inventory.Origin(meta[originKey])
		}
	}
	return out, nil
}

func (s snapshots) of(account string, day time.Time) *snapshot {
	if s[account] == nil {
		s[account] = map[time.Time]*snapshot{}
	}
	if s[account][day] == nil {
		s[account][day] = &snapshot{}
	}
	return s[account][day]
}

// fromIAM says whether the lake has an account's inventory.
func (s snapshots) fromIAM(account string) bool {
	for _, snapshot := range s[account] {
		if snapshot.origin != inventory.FromLogs {
			return true
		}
	}
	return false
}
