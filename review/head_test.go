package review

import (
	"strings"
	"testing"
	"time"

	"roletrail/queries"
)

// TestCatalogueLine: a catalogue is too old when the window ends more than 90 days
// after it, whatever the day on which the report is made.
func TestCatalogueLine(t *testing.T) {
	for _, c := range []struct {
		date   string
		source string
		line   string
		stale  string
	}{
		{"2026-09-26", "embedded", "catalogue: 2026-09-26 (built in)", ""},
		{"2026-11-01", "refreshed", "catalogue: 2026-11-01 (refreshed)", ""},
		{"2026-07-03", "embedded", "catalogue: 2026-07-03 (built in)", ""},
		{"2026-07-02", "embedded", "catalogue: 2026-07-02 (built in)", "91 days older"},
	} {
		m := sampleMeta()
		m.Catalogue = &queries.MetaCatalogue{Date: at(c.date + "T00:00:00Z"), Source: c.source}
		m.Until = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
		text := strings.Join(headLines(m), "\n")
		if !strings.Contains(text, c.line+"\n") {
			t.Errorf("%q is not in\n%s", c.line, text)
		}
		if got := strings.Contains(text, "warning: the catalogue"); got != (c.stale != "") || !strings.Contains(text, c.stale) {
			t.Errorf("catalogue of %s: %q is not in\n%s", c.date, c.stale, text)
		}
	}
}
