package pipeline_test

import (
	"path/filepath"
	"testing"

	"roletrail/pipeline"
)

// TestFilesOfManyDays counts the files that one log file becomes. In the order of
// time a day is one file. All days at once are one file each while that many files
// may be open; else all open days but one stay so, and only the others get a file
// more in every flush.
func TestFilesOfManyDays(t *testing.T) {
	const days, perDay, flush = 20, 10, 40
	const flushes = days * perDay / flush
	ordered := func(i int) int { return i / perDay }
	mixed := func(i int) int { return i % days }
	for name, test := range map[string]struct {
		day        func(i int) int
		open, want int
	}{
		"in order":         {ordered, 8, days},
		"mixed, all open":  {mixed, days, days},
		"mixed, some open": {mixed, 8, days + (flushes-1)*(days-8+1)},
	} {
		dir := t.TempDir()
		var records []string
		for i := range days * perDay {
			records = append(records, recordOn(1+test.day(i), i))
		}
		write(t, dir, "a.json", trail(records...))
		options := pipeline.WithBounds(pipeline.Options{Workers: 1}, 0, 0, test.open, flush)
		s := ingest(t, filepath.Join(t.TempDir(), "lake"), options, dir)
		got := s.Files - 1 // the one of the coverage
		if s.Records.Written != days*perDay || got != test.want {
			t.Errorf("%s: %d files, want %d\n%s", name, got, test.want, s)
		}
	}
}
