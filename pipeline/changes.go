package pipeline

import (
	"context"
	"fmt"
	"time"

	"roletrail/cloudtrail"
	"roletrail/iam/inventory"
	"roletrail/parquet"
)

// readChanges are the changes of roles and policies among the lake's events, until a
// moment. Most files hold none: two columns tell.
func readChanges(ctx context.Context, lake *parquet.Lake, until time.Time) (changes []inventory.Change, err error) {
	files, err := lake.Files("events")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		found, err := holdsChanges(ctx, f.Path)
		if err == nil && found {
			changes, err = appendChanges(ctx, changes, f.Path, until)
		}
		if err != nil {
			return nil, fmt.Errorf("looking for changes of roles: %w", err)
		}
	}
	return changes, nil
}

func holdsChanges(ctx context.Context, path string) (found bool, err error) {
	err = parquet.ReadText(path, []string{"event_source", "event_name"}, func(row [][]byte) error {
		found = found || string(row[0]) == iamSource && inventory.Replays(string(row[1]))
		return ctx.Err()
	})
	return found, err
}

const iamSource = "iam.amazonaws.com"

// changeColumns are what a change is read from.
var changeColumns = parquet.EventsSchema.Only("event_id", "event_time", "event_source", "event_name", "recipient_account_id",
	"request_parameters", "response_elements", "outcome")

func appendChanges(ctx context.Context, changes []inventory.Change, path string, until time.Time) ([]inventory.Change, error) {
	err := parquet.EachRow(path, changeColumns, func(row []any) error {
		text := func(i int) string { s, _ := row[i].(string); return s }
		at, _ := row[1].(time.Time)
		if err := ctx.Err(); err != nil {
			return err
		}
		if text(2) != iamSource || !inventory.Replays(text(3)) || text(7) != string(cloudtrail.Success) || at.After(until) {
			return nil
		}
		changes = append(changes, inventory.Change{
			ID: text(0), Time: at, AccountID: text(4), Name: text(3), Request: []byte(text(5)), Response: []byte(text(6)),
		})
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
