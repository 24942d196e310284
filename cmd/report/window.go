package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"roletrail/cmd/internal/cli"
)

// defaultDays is the length of a window that nobody named.
const defaultDays = 90

// maxDays keeps an age within what a time.Duration can hold.
const maxDays = 100_000

// windowFlags are the flags that name a window, as they were typed.
type windowFlags struct{ since, until, quarter string }

// window is [since, until) in UTC (design 9.2). now is the end of ages and the
// default end, to the second.
func (f windowFlags) window(now time.Time) (since, until time.Time, err error) {
	now = now.UTC().Truncate(time.Second)
	if f.quarter != "" {
		if f.since != "" || f.until != "" {
			return since, until, cli.Usage(errors.New("--quarter names the whole window"), "leave --since and --until out")
		}
		if since, until, err = parseQuarter(f.quarter); err != nil {
			return since, until, err
		}
		return since, until, checkYears(since, until)
	}
	until = now
	if f.until != "" {
		if until, err = parseMoment("until", f.until, now); err != nil {
			return since, until, err
		}
	}
	since = until.AddDate(0, 0, -defaultDays)
	if f.since != "" {
		if since, err = parseMoment("since", f.since, now); err != nil {
			return since, until, err
		}
	}
	if !since.Before(until) {
		return since, until, emptyWindow(since, until, f.until == "")
	}
	return since, until, checkYears(since, until)
}

// checkYears refuses a window in which nobody can have meant to look; a moment
// without a year of four digits has no text that is a time everywhere.
func checkYears(since, until time.Time) error {
	if since.Year() >= 1000 && until.Year() <= 9999 {
		return nil
	}
	return cli.Usage(fmt.Errorf("the window from %s to %s lies outside of the years 1000 to 9999", since.Format(time.DateOnly), until.Format(time.DateOnly)),
		"name one with --since and --until")
}

func emptyWindow(since, until time.Time, byDefault bool) error {
	end := "--until"
	if byDefault {
		end = "now,"
	}
	return cli.Usage(fmt.Errorf("--since %s is not before %s %s", since.Format(time.RFC3339), end, until.Format(time.RFC3339)),
		"the window is [since, until)")
}

var age = regexp.MustCompile(`^([0-9]{1,6})d$`)

// parseMoment reads a moment: RFC 3339, a date, or an age in days.
func parseMoment(flag, text string, now time.Time) (time.Time, error) {
	if found := age.FindStringSubmatch(text); found != nil {
		if days, err := strconv.Atoi(found[1]); err == nil && days <= maxDays {
			return now.AddDate(0, 0, -days), nil
		}
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, cli.Usage(
		fmt.Errorf("invalid value %q for --%s: must be a time like 2026-09-30T14:00:00Z, a date like 2026-09-30 or an age like 90d", text, flag), "")
}

var quarter = regexp.MustCompile(`^([0-9]{4})-?Q([1-4])$`)

// parseQuarter reads 2026Q3.
func parseQuarter(text string) (since, until time.Time, err error) {
	found := quarter.FindStringSubmatch(strings.ToUpper(text))
	if found == nil {
		return since, until, cli.Usage(fmt.Errorf("invalid value %q for --quarter: must be a year and a quarter like 2026Q3", text), "")
	}
	year, _ := strconv.Atoi(found[1]) // digits, by the pattern
	q := int(found[2][0] - '0')
	since = time.Date(year, time.Month(3*q-2), 1, 0, 0, 0, 0, time.UTC)
	return since, since.AddDate(0, 3, 0), nil
}

// quarterName is the window's name, 2026Q3, if it is a quarter.
func (f windowFlags) quarterName() (string, error) {
	if f.quarter == "" {
		return "", nil
	}
	since, _, err := parseQuarter(f.quarter)
	return fmt.Sprintf("%04dQ%d", since.Year(), (since.Month()+2)/3), err
}

// parseDate reads the date of an inventory.
func parseDate(flag, text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, cli.Usage(fmt.Errorf("invalid value %q for --%s: must be a date like 2026-09-30", text, flag), "")
	}
	return t, nil
}
