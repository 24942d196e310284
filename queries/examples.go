package queries

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Example is a question for ad hoc use, written in SQL over the views.
type Example struct {
	// Name is that of its file, without .sql.
	Name string
	// Asks is the question in words.
	Asks string
	// SQL is one statement, without the comment that asks.
	SQL string
}

// Examples are all of them, by their names.
func Examples() ([]Example, error) {
	files, err := fs.Glob(texts, "examples/*.sql")
	if err != nil {
		return nil, fmt.Errorf("listing the embedded examples: %w", err)
	}
	examples := make([]Example, 0, len(files))
	for _, file := range files {
		text, err := fs.ReadFile(texts, file)
		if err != nil {
			return nil, fmt.Errorf("reading the embedded %s: %w", file, err)
		}
		asks, sql, _ := strings.Cut(string(text), "\n")
		examples = append(examples, Example{strings.TrimSuffix(path.Base(file), ".sql"), strings.TrimPrefix(asks, "-- "), strings.TrimSpace(sql)})
	}
	return examples, nil
}
