package queries

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestDaysThatAreCompactAreNotReadAgain takes the events of compact days away: reports on
// what roles use must not miss them, but in the days in which the window begins and ends.
func TestDaysThatAreCompactAreNotReadAgain(t *testing.T) {
	day := func(n, hour int) time.Time { return time.Date(2026, 7, n, hour, 0, 0, 0, time.UTC) }
	x := world{
		roles:  []inventoryRole{{ARN: "arn:aws:iam::111111111111:role/a", RoleID: "AROA1", AccountID: "111111111111", Name: "a", Path: "/", CreatedAt: ptr(day(1, 0)), SnapshotDate: "2026-07-20"}},
		grants: []grantRow{{AccountID: "111111111111", RoleARN: "arn:aws:iam::111111111111:role/a", RoleID: "AROA1", Action: "s3:GetObject", Effect: "allowed", GrantedAt: ptr(day(1, 0)), SnapshotDate: "2026-07-20"}},
	}
	for n := 3; n <= 12; n++ {
		for _, hour := range []int{1, 13, 23} {
			x.events = append(x.events, event{EventID: day(n, hour).Format(time.RFC3339), EventTime: day(n, hour), EventSource: "s3.amazonaws.com", EventName: "GetObject", Recipient: ptr("111111111111"),
				Outcome: "success", IAMAction: ptr("s3:GetObject"), RoleARN: ptr("arn:aws:iam::111111111111:role/a"), RoleID: ptr("AROA1"), Management: ptr(true)})
		}
	}
	w := newWorkshop(t)
	dir := t.TempDir()
	w.write(dir, world{events: x.events, roles: x.roles, grants: x.grants})
	w.exec("create or replace temp table filled as select * from read_parquet('" + dir + "/events/*/*.parquet', hive_types = {'event_date': varchar})")
	w.writeRollups(dir, "true")
	files := foundFiles(t, dir)
	q, err := findQuestion("unused")
	if err != nil {
		t.Fatal(err)
	}
	uses := slices.IndexFunc(q.Columns, func(c specColumn) bool { return c.Name == "uses" })
	whole := openFiles(t, files, Options{})
	for _, ask := range []struct {
		since, until time.Time
		uses         int64
	}{
		{day(2, 0), day(13, 0), 30}, {day(4, 0), day(10, 0), 18}, {day(4, 12), day(10, 12), 2 + 5*3 + 1},
		{day(5, 12), day(5, 14), 1}, {day(5, 2), day(6, 2), 2 + 1}, {day(5, 0), day(5, 14), 2},
	} {
		for _, e := range []*duckEngine{whole, openFiles(t, withEventsOf(files, ask.since, ask.until), Options{})} {
			rows, err := e.Run(context.Background(), "unused", Params{Since: ask.since, Until: ask.until})
			if found := all(t, rows, err); len(found) != 1 || found[0][uses] != ask.uses {
				t.Errorf("from %v to %v: %v, want %d uses", ask.since, ask.until, found, ask.uses)
			}
		}
	}
}

// TestSessionsOfCompactDaysAreNotReadAgain takes the events of compact days away: sessions
// are known without them.
func TestSessionsOfCompactDaysAreNotReadAgain(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 7, day, hour, 0, 0, 0, time.UTC) }
	var x world
	for i, when := range []time.Time{at(3, 22), at(3, 23), at(4, 1), at(4, 2), at(9, 5)} {
		e := event{EventID: when.Format(time.RFC3339), EventTime: when, EventSource: "s3.amazonaws.com", EventName: "GetObject", Recipient: ptr("111111111111"), Outcome: "success",
			RoleARN: ptr("arn:aws:iam::111111111111:role/a"), RoleID: ptr("AROA1"), SessionName: ptr("s"), SessionCreated: ptr(at(3, 21)), AccessKey: ptr("ASIA1")}
		if i == 3 {
			e.Outcome = "denied"
		}
		if i == 4 {
			e.SessionCreated = ptr(at(9, 4))
		}
		x.events = append(x.events, e)
	}
	w := newWorkshop(t)
	dir := t.TempDir()
	w.write(dir, x)
	w.exec("create or replace temp table filled as select * from read_parquet('" + dir + "/events/*/*.parquet', hive_types = {'event_date': varchar})")
	w.writeRollups(dir, "true")
	want := [][]any{{at(3, 22), at(4, 2), int64(4), int64(1)}, {at(9, 5), at(9, 5), int64(1), int64(0)}}
	for _, files := range []lakeFiles{foundFiles(t, dir), withEventsOf(foundFiles(t, dir), at(9, 0))} {
		rows, err := keepSessions(t, openFiles(t, files, Options{})).SQL(context.Background(), "select first_seen, last_seen, events, denied from sessions order by first_seen")
		if got := all(t, rows, err); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v\nwant %v", got, want)
		}
	}
}

// TestAccountOfSessionsWithoutARN is the caller's, on days that are compact and on others.
func TestAccountOfSessionsWithoutARN(t *testing.T) {
	var x world
	for _, at := range []time.Time{time.Date(2026, 7, 3, 1, 0, 0, 0, time.UTC), time.Date(2026, 7, 4, 1, 0, 0, 0, time.UTC)} {
		x.events = append(x.events,
			event{EventID: "a" + at.Format(time.RFC3339), EventTime: at, Outcome: "success", RoleID: ptr("AROA1"), SessionName: ptr("both"), SessionCreated: &at, IdentityAccount: ptr("111111111111"), Recipient: ptr("222222222222")},
			event{EventID: "b" + at.Format(time.RFC3339), EventTime: at, Outcome: "success", RoleID: ptr("AROA1"), SessionName: ptr("one"), SessionCreated: &at, Recipient: ptr("222222222222")})
	}
	w := newWorkshop(t)
	dir := t.TempDir()
	w.write(dir, x)
	for _, compact := range []string{"true", "event_date = '2026-07-03'"} {
		if err := os.RemoveAll(filepath.Join(dir, "uses")); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(dir, "session_days")); err != nil {
			t.Fatal(err)
		}
		w.exec("create or replace temp table filled as select * from read_parquet('" + dir + "/events/*/*.parquet', hive_types = {'event_date': varchar})")
		w.writeRollups(dir, compact)
		rows, err := keepSessions(t, openFiles(t, foundFiles(t, dir), Options{})).SQL(context.Background(), "select role_session_name, account_id, count(*) from sessions group by all order by all")
		if got, want := all(t, rows, err), [][]any{{"both", "111111111111", int64(2)}, {"one", "222222222222", int64(2)}}; !reflect.DeepEqual(got, want) {
			t.Errorf("compact where %s: got %v, want %v", compact, got, want)
		}
	}
}

// TestDaysThatLackARollupAreLoose pairs files of events with those of their rollups.
func TestDaysThatLackARollupAreLoose(t *testing.T) {
	f := lakeFiles{tables: lakeTables()}
	give := func(name string, paths ...string) {
		f.tables[slices.IndexFunc(f.tables, func(t lakeTable) bool { return t.name == name })].paths = paths
	}
	paths := func(name string) string {
		return strings.Join(f.tables[slices.IndexFunc(f.tables, func(t lakeTable) bool { return t.name == name })].paths, " ")
	}
	give("events", "L/events/d=1/a", "L/events/d=1/b", "L/events/d=2/a", "L/events/d=2/c")
	give("uses", "L/uses/d=1/a", "L/uses/d=1/b", "L/uses/d=2/c", "L/uses/d=3/c")
	give("session_days", "L/session_days/d=1/a", "L/session_days/d=2/a", "L/session_days/d=2/c")
	f.pairRollups()
	for name, want := range map[string]string{
		"events":       "L/events/d=1/a L/events/d=1/b L/events/d=2/a L/events/d=2/c",
		"loose_events": "L/events/d=1/b L/events/d=2/a",
		"uses":         "L/uses/d=1/a L/uses/d=2/c",
		"session_days": "L/session_days/d=1/a L/session_days/d=2/c",
	} {
		if got := paths(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// withEventsOf leaves of the files of events those of some days, and all files of uses.
func withEventsOf(files lakeFiles, days ...time.Time) lakeFiles {
	files.tables = slices.Clone(files.tables)
	for i := range files.tables {
		t := &files.tables[i]
		if t.name != "events" {
			continue
		}
		t.paths = slices.DeleteFunc(slices.Clone(t.paths), func(path string) bool {
			return !slices.ContainsFunc(days, func(day time.Time) bool { return strings.Contains(path, "event_date="+day.Format(time.DateOnly)) })
		})
	}
	return files
}
