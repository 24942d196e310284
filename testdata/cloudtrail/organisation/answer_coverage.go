package organisation

import (
	"cmp"
	"slices"
	"time"
)

// coverageRow is a row of `report coverage`: events and objects count within
// the window, first_event and last_event reach back into the whole lake (9.1,
// 9.22).
type coverageRow struct {
	AccountID   string  `json:"account_id"`
	Region      string  `json:"aws_region"`
	Family      string  `json:"family"`
	FirstEvent  *string `json:"first_event"`
	LastEvent   *string `json:"last_event"`
	DaysPresent int     `json:"days_present"`
	DaysMissing int     `json:"days_missing"`
	Objects     int     `json:"objects"`
	Events      int     `json:"events"`  // every event once
	Records     int     `json:"records"` // as often as it stands in an object
}

// accountRow is the coverage of an account, which decides whether it is thin
// (9.17): a day is covered when the account's log holds an event of it.
type accountRow struct {
	AccountID   string   `json:"account_id"`
	DaysPresent int      `json:"days_present"`
	DaysMissing int      `json:"days_missing"`
	Thin        bool     `json:"thin"`
	Gaps        []string `json:"gaps"` // "2026-07-18/2026-07-20", first and last day
}

// windowDays is the number of days of the quarter.
var windowDays = wholeDays(since, until)

// thin tells whether an account's coverage is below 90 %. The world knows its
// gaps; a test holds that every other day has an event.
func (w *world) thin(a *account) bool {
	return 10*(windowDays-a.daysMissing()) < 9*windowDays
}

func (a *account) daysMissing() int {
	n := 0
	for _, g := range a.gaps {
		n += wholeDays(g.from, g.to)
	}
	return n
}

func (w *world) accountCoverage() []accountRow {
	var rows []accountRow
	for _, a := range []*account{w.workloads, w.tooling, w.data} {
		row := accountRow{AccountID: a.id, DaysPresent: windowDays - a.daysMissing(), DaysMissing: a.daysMissing(), Thin: w.thin(a), Gaps: []string{}}
		for _, g := range a.gaps {
			row.Gaps = append(row.Gaps, g.from.Format(time.DateOnly)+"/"+g.to.AddDate(0, 0, -1).Format(time.DateOnly))
		}
		rows = append(rows, row)
	}
	return rows
}

// coverage adds up what was put into the files.
func (w *world) coverage(files []*logFile) []coverageRow {
	type key struct{ account, region, family string }
	type sum struct {
		row         coverageRow
		first, last time.Time
		days        map[time.Time]bool
		seen        map[string]bool
	}
	sums := map[key]*sum{}
	for _, f := range files {
		k := key{f.account, f.region, f.family}
		s := sums[k]
		if s == nil {
			s = &sum{row: coverageRow{AccountID: k.account, Region: k.region, Family: k.family}, days: map[time.Time]bool{}, seen: map[string]bool{}}
			sums[k] = s
		}
		if f.family == "CloudTrail-Digest" { // holds no event
			s.row.Objects++
			continue
		}
		inside := 0
		for _, e := range f.entries {
			if !e.at.Before(until) {
				continue
			}
			if s.first.IsZero() || e.at.Before(s.first) {
				s.first = e.at
			}
			if e.at.After(s.last) {
				s.last = e.at
			}
			if e.at.Before(since) {
				continue
			}
			inside++
			s.days[dayOf(e.at)] = true
			s.seen[string(e.body)] = true
		}
		if inside > 0 {
			s.row.Objects++
		}
		s.row.Records += inside
	}
	var rows []coverageRow
	for _, s := range sums {
		s.row.FirstEvent, s.row.LastEvent = moment(s.first), moment(s.last)
		s.row.DaysPresent, s.row.Events = len(s.days), len(s.seen)
		s.row.DaysMissing = windowDays - s.row.DaysPresent
		rows = append(rows, s.row)
	}
	slices.SortFunc(rows, func(a, b coverageRow) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Family, b.Family))
	})
	return rows
}

// ingestRow is what `ingest logs` must find in one family of AWSLogs.
type ingestRow struct {
	Family    string `json:"family"`
	Objects   int    `json:"objects"`
	Records   int    `json:"records"`
	Written   int    `json:"written"`
	Duplicate int    `json:"duplicate"`
}

func ingestRows(files []*logFile) []ingestRow {
	byFamily := map[string]*ingestRow{}
	seen := map[string]bool{}
	for _, f := range files {
		row := byFamily[f.family]
		if row == nil {
			row = &ingestRow{Family: f.family}
			byFamily[f.family] = row
		}
		row.Objects++
		if f.family == "CloudTrail-Digest" {
			continue
		}
		for _, e := range f.entries {
			row.Records++
			if seen[string(e.body)] {
				row.Duplicate++
				continue
			}
			seen[string(e.body)] = true
			row.Written++
		}
	}
	var rows []ingestRow
	for _, name := range sortedKeys(byFamily) {
		rows = append(rows, *byFamily[name])
	}
	return rows
}

func sortedKeys[T any](m map[string]T) []string {
	keys := []string{}
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
