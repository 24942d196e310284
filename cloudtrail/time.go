package cloudtrail

import (
	"math"
	"time"
)

// timeMissing and timeInvalid stand in Record.Time while a record is judged; no
// record that is handed on has them.
const (
	timeMissing = math.MinInt64
	timeInvalid = math.MinInt64 + 1
)

// CloudTrail began in 2013. Times outside this wide frame are errors or attempts
// to make a partition for every day there ever was.
var (
	minTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	maxTime = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
)

// canonicalTime is the form in which CloudTrail writes eventTime and
// creationDate. Only this form can be rebuilt from a timestamp column.
const canonicalTime = "2006-01-02T15:04:05Z"

// parseCanonicalTime reads "2023-07-10T11:42:05Z" without allocation.
func parseCanonicalTime(b []byte) (micros int64, ok bool) {
	if len(b) != len(canonicalTime) || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[19] != 'Z' {
		return 0, false
	}
	year, month, day := digits(b[0:4]), digits(b[5:7]), digits(b[8:10])
	hour, minute, second := digits(b[11:13]), digits(b[14:16]), digits(b[17:19])
	if year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return 0, false
	}
	t := (daysFromCivil(year, month, day)*86400 + int64(hour*3600+minute*60+second)) * 1e6
	return t, t >= minTime && t < maxTime
}

func digits(b []byte) int {
	n := 0
	for _, c := range b {
		if c-'0' > 9 {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysFromCivil counts days since 1970-01-01 in the proleptic Gregorian
// calendar, with years that begin in March so that leap days come last.
func daysFromCivil(year, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era := year / 400
	ofEra := year - era*400
	ofYear := (153*((month+9)%12)+2)/5 + day - 1
	return int64(era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468)
}

// timeForms are other ways in which exports of CloudTrail records write times.
// Times without a zone are UTC.
var timeForms = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
}

// parseTime reads any of the forms. Fractions below a microsecond are cut.
func parseTime(text []byte) int64 {
	if len(text) > 40 {
		return timeInvalid
	}
	for _, form := range timeForms {
		t, err := time.Parse(form, string(text))
		if err != nil {
			continue
		}
		if micros := t.UnixMicro(); micros >= minTime && micros < maxTime {
			return micros
		}
		break
	}
	return timeInvalid
}
