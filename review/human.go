package review

import (
	"strings"
	"time"

	"roletrail/iam/amount"
	"roletrail/queries"
	"roletrail/review/termfit"
	"roletrail/review/termtext"
)

// unknown is how a table shows null.
const unknown = "-"

// maxCell bounds a cell of a table, in characters, before anything measures
// it: a request parameter may be megabytes long.
const maxCell = 300

// human is a cell as a table shows it: one harmless line.
func human(column queries.Column, cell any) string {
	switch v := cell.(type) {
	case nil:
		return unknown
	case time.Time:
		if column.Type == "date" {
			return day(v)
		}
		return minute(v)
	case int64:
		if column.Name == "idle_days" {
			return amount.Of(v, "day")
		}
	case []any:
		return termfit.Shorten(termtext.Line(joined(v)), maxCell)
	case string:
		return termfit.Shorten(termtext.Line(head(v, maxCell)), maxCell)
	}
	text, _ := plain(column, cell)
	return termfit.Shorten(termtext.Line(head(text, maxCell)), maxCell)
}

// joined lists the elements as people do; nested ones stay JSON.
func joined(list []any) string {
	var b strings.Builder
	for i, element := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		text, known := plain(queries.Column{}, element)
		if !known {
			text = unknown
		}
		b.WriteString(head(text, maxCell))
		if b.Len() > 4*maxCell {
			break
		}
	}
	return b.String()
}

// head is the beginning of s, long enough to be cut to n characters and to
// show that it was.
func head(s string, n int) string {
	if len(s) <= 4*n+4 {
		return s
	}
	return s[:4*n+4]
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
