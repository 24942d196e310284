package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"roletrail/cloudtrail"
	"roletrail/iam/inventory"
	"roletrail/parquet"
)

// eachDayOfChanges streams the changes of roles and policies among the lake's events until
// a moment, day by day: of a lake of years only a day's are in memory. Of an event and its
// correction the correction alone is there.
func eachDayOfChanges(ctx context.Context, lake *parquet.Lake, until time.Time, step Step, fn func(changes []inventory.Change)) error {
	files, err := lake.Files("events")
	if err != nil {
		return err
	}
	replaced, err := readReplaced(ctx, files)
	if err != nil {
		return err
	}
	var changes []inventory.Change
	for i, f := range files {
		step.at("searching the logs for changes, files", i, len(files))
		if changes, err = appendChanges(ctx, changes, f.Path, until); err != nil {
			return fmt.Errorf("looking for changes of roles: %w", err)
		}
		if i+1 == len(files) || files[i+1].Partition != f.Partition {
			fn(slices.DeleteFunc(changes, func(c inventory.Change) bool { return replaced[eventName{c.AccountID, c.ID}] }))
			changes = nil
		}
	}
	return nil
}

const iamSource = "iam.amazonaws.com"

// changeColumns are what a change is read from, tellingColumns tell which events are
// changes: few are, and most row groups hold none.
var (
	changeColumns  = parquet.EventsSchema.Only("event_id", "event_time", "event_name", "recipient_account_id", "request_parameters", "response_elements")
	tellingColumns = []string{"event_source", "event_name", "outcome"}
)

func appendChanges(ctx context.Context, changes []inventory.Change, path string, until time.Time) ([]inventory.Change, error) {
	isChange := func(row [][]byte) (bool, error) {
		return string(row[0]) == iamSource && inventory.Replays(string(row[1])) && string(row[2]) == string(cloudtrail.Success), ctx.Err()
	}
	err := parquet.EachSelected(path, changeColumns, tellingColumns, isChange, func(row []any) error {
		text := func(i int) string { s, _ := row[i].(string); return s }
		if at, _ := row[1].(time.Time); !at.After(until) {
			changes = append(changes, inventory.Change{
				ID: text(0), Time: at, AccountID: text(3), Name: text(2), Request: []byte(text(4)), Response: []byte(text(5)),
			})
		}
		return nil
	})
	return changes, err
}

// readSightings are the roles that acted or were assumed, each with its last day.
func readSightings(ctx context.Context, lake *parquet.Lake) ([]inventory.Sighting, error) {
	files, err := lake.Files("events")
	if err != nil {
		return nil, err
	}
	type role struct{ arn, id string }
	last := map[role]time.Time{}
	for _, f := range files {
		day, err := time.Parse(time.DateOnly, f.Partition)
		if err != nil {
			return nil, fmt.Errorf("listing lake: folder of %q is no day: %w", f.Path, err)
		}
		var before role // neighbours are often alike
		err = parquet.ReadText(f.Path, []string{"role_arn", "role_id", "assumed_role_arn", "assumed_role_id"}, func(row [][]byte) error {
			for i := 0; i < len(row); i += 2 {
				if row[i] == nil || string(row[i]) == before.arn && string(row[i+1]) == before.id {
					continue
				}
				before = role{string(row[i]), string(row[i+1])}
				if day.After(last[before]) {
					last[before] = day
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return nil, fmt.Errorf("looking for roles: %w", err)
		}
	}
	sightings := make([]inventory.Sighting, 0, len(last))
	for r, day := range last {
		sightings = append(sightings, inventory.Sighting{ARN: r.arn, RoleID: r.id, Last: day})
	}
	return sightings, nil
}
