package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/queries"
	"roletrail/review"
)

// addDifferences adds a column with the difference of each change as a struct; null where
// it is about no document.
func addDifferences(columns []queries.Column, rows [][]any, changes []queries.ExplainedChange) ([]queries.Column, error) {
	for i, c := range changes {
		var cell any
		if c.Difference != nil {
			var err error
			if cell, err = structOf(c.Difference); err != nil {
				return nil, fmt.Errorf("writing the difference of a change: %w", err)
			}
		}
		rows[i] = append(slices.Clone(rows[i]), cell)
	}
	return append(slices.Clone(columns), queries.Column{Name: "difference", Type: "struct"}), nil
}

// structOf is a value as the writers of reports take it.
func structOf(v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out any
	return out, json.Unmarshal(text, &out)
}

// readable are changes as people read them.
func readable(columns []queries.Column, changes []queries.ExplainedChange) []review.Change {
	out := make([]review.Change, len(changes))
	for i, c := range changes {
		out[i] = readableChange(columns, c)
	}
	return out
}

func readableChange(columns []queries.Column, c queries.ExplainedChange) review.Change {
	text := func(name string) string {
		at := slices.IndexFunc(columns, func(column queries.Column) bool { return column.Name == name })
		if at < 0 || c.Row[at] == nil {
			return ""
		}
		switch v := c.Row[at].(type) {
		case time.Time:
			return v.UTC().Format("2006-01-02 15:04:05")
		case []any:
			return names(v)
		}
		return fmt.Sprint(c.Row[at])
	}
	what, why, _ := strings.Cut(text("summary"), ": ")
	out := review.Change{Severity: text("severity")}
	title := []string{text("event_time"), out.Severity, what, text("role_arns")}
	if outcome := text("outcome"); outcome != "success" {
		title = append(title, outcome)
	}
	out.Title = strings.Join(slices.DeleteFunc(title, func(s string) bool { return s == "" }), "  ")
	who := "by " + text("actor")
	if text("actor") == "" {
		who = "by somebody whom the record does not name"
	}
	for _, part := range []struct{ before, name string }{{" as ", "via"}, {" from ", "source_ip_address"}} {
		if value := text(part.name); value != "" {
			who += part.before + value
		}
	}
	out.Facts = []string{who, strings.TrimSpace("account " + text("account_id") + ", event " + text("event_id"))}
	if c.Difference == nil {
		if why != "" {
			out.Reasons = []string{why}
		}
		return out
	}
	out.Reasons = c.Difference.Reasons
	for _, l := range c.Difference.Lines() {
		out.Lines = append(out.Lines, review.DiffLine{Mark: rune(l.Mark), Text: l.Text})
	}
	return out
}

// maxNames is how many roles a title names.
const maxNames = 3

func names(arns []any) string {
	var short []string
	for _, arn := range arns[:min(len(arns), maxNames)] {
		name := fmt.Sprint(arn)
		short = append(short, name[strings.LastIndexByte(name, '/')+1:])
	}
	if more := len(arns) - len(short); more > 0 {
		short = append(short, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(short, ", ")
}
