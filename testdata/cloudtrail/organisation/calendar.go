package organisation

import "time"

// The quarter all answers are about, as [since, until).
var (
	since = day(2026, 7, 1)
	until = day(2026, 10, 1)
)

// The organisation lives from firstDay up to, but not including, lastDay: a
// baseline of more than 14 days before the quarter (design 9.8) and a week
// after it, whose events no answer for the quarter may count.
var (
	firstDay = day(2026, 6, 8)
	lastDay  = day(2026, 10, 8)
)

// snapshot is the moment the inventory describes.
var snapshot = until

// day is the UTC midnight of a date.
func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// at is a moment of 2026, UTC.
func at(month time.Month, d, hour, minute, second int) time.Time {
	return time.Date(2026, month, d, hour, minute, second, 0, time.UTC)
}

// inWindow tells whether t lies in the quarter.
func inWindow(t time.Time) bool {
	return !t.Before(since) && t.Before(until)
}

// weekend tells whether t is a Saturday or Sunday.
func weekend(t time.Time) bool {
	return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
}

// dayOf is the UTC midnight before t.
func dayOf(t time.Time) time.Time {
	return t.UTC().Truncate(24 * time.Hour)
}

// wholeDays is the number of full days from a to b.
func wholeDays(a, b time.Time) int {
	return int(b.Sub(a) / (24 * time.Hour))
}

// stamp is a time as CloudTrail writes it.
func stamp(t time.Time) string {
	return t.Format("2006-01-02T15:04:05Z")
}

// awsDate is a time as the Java services behind IAM and STS print it, with the
// narrow no-break space (U+202F) that newer Java versions put before AM and PM.
func awsDate(t time.Time) string {
	return t.Format("Jan 2, 2006, 3:04:05\u202fPM")
}
