package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"roletrail/iam/action"
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
func ReplayLogs(ctx context.Context, lake *parquet.Lake) (out *FromLogs, err error) {
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
	changes, err := readChanges(ctx, lake, endOfTime)
	if err != nil {
		return nil, err
	}
	snapshots, err := readSnapshots(lake)
	if err != nil {
		return nil, err
	}
	skipped := map[string]bool{}
	changes = slices.DeleteFunc(changes, func(c inventory.Change) bool {
		known := snapshots.fromIAM(c.AccountID)
		if known {
			skipped[c.AccountID] = true
		}
		return known
	})
	sightings, err := readSightings(ctx, lake)
	if err != nil {
		return nil, err
	}
	out.Inventory, out.Changes, out.Skipped = inventory.Replay(changes, sightings), len(changes), slices.Sorted(maps.Keys(skipped))
	return out, nil
}

var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// snapshots are the days of the inventories of the lake by account, with where each is
// from.
type snapshots map[string]map[time.Time]inventory.Origin

// originKey is the footer's key of where a snapshot is from, which an account without
// roles has too.
const originKey = "roletrail.origin"

func readSnapshots(lake *parquet.Lake) (snapshots, error) {
	files, err := lake.Files(parquet.RolesSchema.Table)
	if err != nil {
		return nil, err
	}
	out := snapshots{}
	for _, f := range files {
		day, err := time.Parse(time.DateOnly, f.Partition)
		if err != nil {
			return nil, fmt.Errorf("listing lake: folder of %q is no day: %w", f.Path, err)
		}
		meta, err := parquet.Metadata(f.Path)
		if err != nil {
			return nil, err
		}
		account := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f.Path), path.Base(parquet.RolesSchema.Table)+"-"), ".parquet")
		if out[account] == nil {
			out[account] = map[time.Time]inventory.Origin{}
		}
		out[account][day] = inventory.Origin(meta[originKey])
	}
	return out, nil
}

// fromIAM says whether the lake has an account's inventory.
func (s snapshots) fromIAM(account string) bool {
	for _, origin := range s[account] {
		if origin != inventory.FromLogs {
			return true
		}
	}
	return false
}

// emptyReplays empties what was replayed of accounts of which an inventory comes now,
// on other days: it knows better, whatever its date. The lake holds of an account
// inventories or replays, never both.
func (w *snapshotWriter) emptyReplays(ctx context.Context, accounts []string, at time.Time, catalogue *action.Catalogue) error {
	known, err := readSnapshots(w.lake)
	if err != nil {
		return err
	}
	nothing := inventory.Replay(nil, nil)
	for _, account := range accounts {
		for day, origin := range known[account] {
			if origin != inventory.FromLogs || day.Equal(at.UTC().Truncate(24*time.Hour)) {
				continue
			}
			if err := w.writeAccount(ctx, nothing, inventory.NewJudge(nothing, catalogue, nil), account, day); err != nil {
				return err
			}
		}
	}
	return nil
}
