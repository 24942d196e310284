package main

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	for _, tc := range []struct {
		flags        windowFlags
		since, until string
	}{
		{windowFlags{}, "2026-07-04T09:30:15Z", "2026-10-02T09:30:15Z"},
		{windowFlags{since: "30d"}, "2026-09-02T09:30:15Z", "2026-10-02T09:30:15Z"},
		{windowFlags{since: "2026-09-01"}, "2026-09-01T00:00:00Z", "2026-10-02T09:30:15Z"},
		{windowFlags{since: "2026-09-01T12:00:00+02:00", until: "2026-09-02"}, "2026-09-01T10:00:00Z", "2026-09-02T00:00:00Z"},
		{windowFlags{until: "2026-04-01"}, "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"},
		{windowFlags{since: "60d", until: "30d"}, "2026-08-03T09:30:15Z", "2026-09-02T09:30:15Z"},
		{windowFlags{until: "2027-01-01"}, "2026-10-03T00:00:00Z", "2027-01-01T00:00:00Z"},
		{windowFlags{quarter: "2026Q3"}, "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"},
		{windowFlags{quarter: "2026-q4"}, "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{windowFlags{quarter: "2024Q1"}, "2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z"},
	} {
		since, until, err := tc.flags.window(now)
		if err != nil || since.Format(time.RFC3339) != tc.since || until.Format(time.RFC3339) != tc.until {
			t.Errorf("%+v: [%s, %s), %v; want [%s, %s)", tc.flags, since, until, err, tc.since, tc.until)
		}
		if since.Location() != time.UTC || until.Location() != time.UTC || until.Nanosecond() != 0 {
			t.Errorf("%+v: not whole seconds of UTC: [%s, %s)", tc.flags, since, until)
		}
	}
}

func TestWindowErrors(t *testing.T) {
	const must = "must be a time like 2026-09-30T14:00:00Z, a date like 2026-09-30 or an age like 90d"
	for _, tc := range []struct {
		flags windowFlags
		want  string
	}{
		{windowFlags{since: "yesterday"}, `invalid value "yesterday" for --since: ` + must},
		{windowFlags{until: "2026-02-30"}, `invalid value "2026-02-30" for --until: ` + must},
		{windowFlags{since: "999999d"}, `invalid value "999999d" for --since: ` + must},
		{windowFlags{since: "-3d"}, `invalid value "-3d" for --since: ` + must},
		{windowFlags{since: "90"}, `invalid value "90" for --since: ` + must},
		{windowFlags{since: "2026-09-30T14:00:00"}, `invalid value "2026-09-30T14:00:00" for --since: ` + must},
		{windowFlags{quarter: "2026Q5"}, `invalid value "2026Q5" for --quarter: must be a year and a quarter like 2026Q3`},
		{windowFlags{quarter: "Q3"}, `invalid value "Q3" for --quarter: must be a year and a quarter like 2026Q3`},
		{windowFlags{quarter: "2026Q3", since: "30d"}, `--quarter names the whole window`},
		{windowFlags{since: "2026-09-30", until: "2026-09-30"}, `--since 2026-09-30T00:00:00Z is not before --until 2026-09-30T00:00:00Z`},
		{windowFlags{since: "2026-12-24"}, `--since 2026-12-24T00:00:00Z is not before now, 2026-10-02T09:30:15Z`},
	} {
		_, _, err := tc.flags.window(now)
		if err == nil || err.Error() != tc.want {
			t.Errorf("%+v:\n got %v\nwant %s", tc.flags, err, tc.want)
		}
	}
}
