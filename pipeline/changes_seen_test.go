package pipeline_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
)

// TestUnseenChanges: an inventory is told of the changes until its moment that can date
// grants and came into the lake after it, if it is asked for; a replay of all that did.
func TestUnseenChanges(t *testing.T) {
	change := func(id, day int, name, account, more string) string {
		return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventTime":"2026-09-%02dT10:00:00Z","eventSource":"iam.amazonaws.com","eventName":%q,
			"awsRegion":"us-east-1","eventType":"AwsApiCall","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":%q,
			"requestParameters":{"roleName":"a0","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}%s}`, day, name, id, account, more)
	}
	const here, there = "111111111111", "444444444444"
	folder, dir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	unseen := func(engine queries.Engine, ages bool) map[string]int64 {
		meta, err := engine.Meta(context.Background(), queries.Params{Since: time.Unix(0, 0), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), GrantAges: ages})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int64{}
		for _, s := range meta.Inventory {
			out[s.AccountID] = s.ChangesUnseen
		}
		return out
	}
	logs := func(name string, records ...string) {
		write(t, folder, name, trail(records...))
		ingest(t, dir, pipeline.Options{}, folder)
	}
	inventoryOf := func(letter string) {
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer lake.Close()
		options := pipeline.InventoryOptions{At: time.Date(2026, 9, 20, 10, 0, 0, 0, time.UTC), Version: "test"}
		if _, err := pipeline.IngestInventory(t.Context(), lake, generation(t, letter), options); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, want map[string]int64) {
		t.Helper()
		engine := openEngine(t, dir)
		if got := unseen(engine, true); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
		unasked := map[string]int64{here: 0, "222222222222": 0, "333333333333": 0, there: want[there]}
		if got := unseen(engine, false); !maps.Equal(got, unasked) {
			t.Errorf("%s: %v where no age is used, want %v", when, got, unasked)
		}
	}

	logs("1.json", change(1, 5, "AttachRolePolicy", here, ""), change(9, 5, "TagRole", here, ""), change(2, 5, "AttachRolePolicy", there, ""))
	inventoryOf("a")
	takeFromLogs(t, dir)
	check("all seen", map[string]int64{here: 0, "222222222222": 0, "333333333333": 0, there: 0})
	logs("2.json",
		change(3, 4, "AttachRolePolicy", here, ""), change(4, 20, "PutRolePolicy", here, ""), // the last moment that counts
		change(10, 5, "TagRole", here, ""), change(11, 6, "UpdateAssumeRolePolicy", here, ""), change(12, 6, "TagRole", there, ""),
		change(5, 21, "DetachRolePolicy", here, ""), change(6, 4, "AttachRolePolicy", here, `,"errorCode":"AccessDenied"`), change(7, 4, "GetRole", here, ""),
		change(8, 25, "DetachRolePolicy", there, ""))
	check("logs came", map[string]int64{here: 2, "222222222222": 0, "333333333333": 0, there: 2})
	inventoryOf("a")
	takeFromLogs(t, dir)
	check("taken again", map[string]int64{here: 0, "222222222222": 0, "333333333333": 0, there: 0})
}
