package review

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"roletrail/queries"
)

// plain is a cell as text, the same in csv and md; a list or struct is JSON.
// The second result is false when the cell is null.
func plain(column queries.Column, cell any) (string, bool) {
	switch v := cell.(type) {
	case nil:
		return "", false
	case string:
		return valid(v), true
	case time.Time:
		return instant(column, v), true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return float(v), true
	case []any, map[string]any, Record:
		return string(appendJSON(nil, column, v)), true
	}
	return valid(fmt.Sprint(cell)), true
}

// isText reports whether the text of a cell was written by somebody else: only
// such a cell can be a formula. Numbers and times are ours.
func isText(cell any) bool {
	switch cell.(type) {
	case nil, time.Time, bool, int64, float64:
		return false
	}
	return true
}

// valid makes s the UTF-8 that all formats need, so that none has its own way
// with bytes that are none.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// instant is RFC 3339 in UTC; a date has no time.
func instant(column queries.Column, t time.Time) string {
	if column.Type == "date" {
		return t.UTC().Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// float is the shortest number that reads back as f; what JSON has no number
// for is a word.
func float(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
