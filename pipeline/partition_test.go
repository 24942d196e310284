package pipeline_test

import (
	"path/filepath"
	"testing"

	"roletrail/pipeline"
)

// TestFilesOfManyDays counts the files that one log file becomes. In the order of
// time a day is one file. All days at once are one file each while that many files
// may be open; else all open days but one stay so, and only the others get a file
// more in every flush. Where open files may have few row groups, the day that has most is
// finished early.
func TestFilesOfManyDays(t *testing.T) {
	const days, perDay, flush = 20, 10, 40
	const flushes = days * perDay / flush
	ordered := func(i int) int { return i / perDay }
	mixed := func(i int) int { return i % days }
	for name, test := range map[string]struct {
		day                func(i int) int
		open, groups, want int
	}{
		"in order":               {ordered, 8, 1000, days},
		"mixed, all open":        {mixed, days, 1000, days},
		"mixed, some open":       {mixed, 8, 1000, days + (flushes-1)*(days-8+1)},
		"mixed, few row groups":  {mixed, days, 30, 42},
		"mixed, room for all":    {mixed, days, flushes*days + 1, days},
		"mixed, room for others": {mixed, days, flushes * days, days},
	} {
		dir := t.TempDir()
		var records []string
		for i := range days * perDay {
			records = append(records, recordOn(1+test.day(i), i))
		}
		write(t, dir, "a.json", trail(records...))
		options := pipeline.WithBounds(pipeline.Options{Workers: 1}, 0, 0, test.open, flush)
		options = pipeline.WithOpenGroups(options, test.groups)
		s := ingest(t, filepath.Join(t.TempDir(), "lake"), options, dir)
		got := s.Files - 1 // the one of the coverage
		if s.Records.Written != days*perDay || got != test.want {
			t.Errorf("%s: %d files, want %d\n%s", name, got, test.want, s)
		}
	}
}
