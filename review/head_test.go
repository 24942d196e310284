package review

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/queries"
	"roletrail/review/termfit"
)

// TestCatalogueLine: a catalogue is too old when the window ends more than 90 days
// after it, or the inventory was taken then, whatever the day on which the report is made.
func TestCatalogueLine(t *testing.T) {
	for _, c := range []struct {
		date   string
		source string
		line   string
		stale  string
		newest string // inventory
	}{
		{"2026-09-26", "embedded", "catalogue: 2026-09-26 (built in)", "", ""},
		{"2026-11-01", "refreshed", "catalogue: 2026-11-01 (refreshed)", "", ""},
		{"2026-07-03", "embedded", "catalogue: 2026-07-03 (built in)", "", ""},
		{"2026-07-02", "embedded", "catalogue: 2026-07-02 (built in)", "91 days older than the window's end,", ""},
		{"2026-09-26", "embedded", "catalogue: 2026-09-26 (built in)", "", "2026-12-25"},
		{"2026-09-26", "embedded", "catalogue: 2026-09-26 (built in)", "91 days older than the inventory,", "2026-12-26"},
	} {
		m := sampleMeta()
		if c.newest != "" {
			m.Inventory = append(m.Inventory, queries.MetaSnapshot{AccountID: "444444444444", Date: at(c.newest + "T00:00:00Z"), Origin: "inventory"})
		}
		m.Catalogue = &queries.MetaCatalogue{Date: at(c.date + "T00:00:00Z"), Source: c.source}
		m.Until = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
		text := strings.Join(headLines(m, ""), "\n")
		if !strings.Contains(text, c.line+"\n") {
			t.Errorf("%q is not in\n%s", c.line, text)
		}
		if got := strings.Contains(text, "warning: the catalogue"); got != (c.stale != "") || !strings.Contains(text, c.stale) {
			t.Errorf("catalogue of %s: %q is not in\n%s", c.date, c.stale, text)
		}
	}
}

// TestCoverageLine: the count is about the window, the times are not, and the line
// says so; without an event it says where to look.
func TestCoverageLine(t *testing.T) {
	held := sampleMeta().Coverage
	before := held
	before.Events = 0
	for _, c := range []struct {
		coverage queries.MetaCoverage
		want     string
	}{
		{held, "2 accounts, 150 of 184 account-days, 20,123 events; logs from 2026-07-01 00:01 to 2026-09-30 23:58"},
		{before, "no event in the window; the lake holds events from 2026-07-01 to 2026-09-30, see --since and --until"},
		{queries.MetaCoverage{}, "no event in the window, nor before it; ingest logs brings some in, --since and --until name another window"},
	} {
		if got := coverage(c.coverage); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestWindowLine(t *testing.T) {
	for until, want := range map[string]string{
		"2026-07-02T00:00:00Z": "2026-07-01 00:00 to 2026-07-02 00:00 UTC (1 day)",
		"2026-07-02T12:00:00Z": "2026-07-01 00:00 to 2026-07-02 12:00 UTC (1.5 days)",
		"2039-07-01T00:00:00Z": "2026-07-01 00:00 to 2039-07-01 00:00 UTC (4,748 days)",
	} {
		if got := window(at("2026-07-01T00:00:00Z"), at(until)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestWithoutInventory: the next step is not ingest iam where the lake has an
// inventory that was not asked for.
func TestWithoutInventory(t *testing.T) {
	m := sampleMeta()
	m.Inventory = nil
	m.Coverage.WithoutInventory = []string{"111111111111"}
	const granted = "warning: no inventory of 111111111111, so nothing is known to be granted; ingest iam adds one from the output of aws iam get-account-authorization-details"
	for _, c := range []struct {
		report string
		upTo   time.Time
		want   string
	}{
		{"last_used", time.Time{}, "warning: no inventory, roles that never acted are not listed; ingest iam adds one"},
		{"last_used", at("2026-01-31T00:00:00Z"), "warning: no inventory up to 2026-01-31, roles that never acted are not listed; leave --inventory out to use the newest"},
		{"unused", time.Time{}, granted},
		{"unused_summary", time.Time{}, granted},
		{"unexpected", time.Time{}, ""}, // the command tells what it lacks
	} {
		m.InventoryDate = c.upTo
		if got := strings.Join(noInventory(m, c.report), "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.report, got, c.want)
		}
	}
	if text := strings.Join(headLines(m, "unused"), "\n"); !strings.Contains(text, "\n"+granted) || strings.Count(text, "no inventory") != 1 {
		t.Errorf("the head of unused is\n%s", text)
	}
}

// TestOldInventory: an inventory from before the window, or from before the newest
// logs, does not know what was made since; that of their day does.
func TestOldInventory(t *testing.T) {
	for date, want := range map[string]string{
		"2026-06-30": "warning: the inventory of 111111111111 is older than the window, what was made or granted since is not known",
		"2026-07-01": "warning: the logs go on after the inventory of 111111111111, what was made or granted since is not known",
		"2026-09-29": "warning: the logs go on after the inventory of 111111111111, what was made or granted since is not known",
		"2026-09-30": "",
	} {
		m := sampleMeta()
		m.Since, m.Until = at("2026-07-01T00:00:00Z"), at("2026-10-01T00:00:00Z")
		m.Coverage.LastEvent = ptr(at("2026-09-30T23:58:00Z"))
		m.Inventory = []queries.MetaSnapshot{
			{AccountID: "111111111111", Date: at(date + "T00:00:00Z"), Roles: 2, Origin: "inventory"},
			{AccountID: "222222222222", Date: at("2026-09-29T00:00:00Z"), Roles: 2, Origin: "logs"},
		}
		if got := strings.Join(oldInventory(m), "\n"); got != want {
			t.Errorf("%s: got %q, want %q", date, got, want)
		}
	}
}

// TestLongNamesAreCut: an account's id in the logs may be megabytes long, and a line
// for people stays one that can be read.
func TestLongNamesAreCut(t *testing.T) {
	long := strings.Repeat("é", 5<<20)
	m := sampleMeta()
	m.Coverage.Thin, m.Coverage.WithoutInventory = []string{long, "222222222222"}, []string{long}
	m.Inventory[0].AccountID, m.Inventory[0].Date = long, m.Since.AddDate(0, 0, -1)
	warned := 0
	for _, line := range headLines(m, "") {
		if len(line) > 400 {
			t.Errorf("a line of %d bytes: %.40s", len(line), line)
		}
		if strings.Contains(line, strings.Repeat("é", maxName-1)+"…") {
			warned++
		}
	}
	if warned != 3 {
		t.Errorf("%d lines name the account, want 3", warned)
	}
	if title := sectionTitle(Table, false, "role "+long, Options{}); len(title) > 3*maxCell {
		t.Errorf("a title of %d bytes", len(title))
	}
}

// TestGapsNameNoGaps: the list of the missing days does not send its reader to itself.
func TestGapsNameNoGaps(t *testing.T) {
	m := sampleMeta()
	m.Coverage.Thin = []string{"222222222222"}
	for report, want := range map[string]string{
		"coverage_gaps": "warning: coverage is thin in 222222222222",
		"last_used":     "warning: coverage is thin in 222222222222, report coverage --gaps lists the missing days",
	} {
		if lines := headLines(m, report); !slices.Contains(lines, want) {
			t.Errorf("%s: %q is not in %q", report, want, lines)
		}
	}
}

// TestHeadFitsATerminal: no line of a head is wider than the terminal, and none is lost; a wide
// answer and one for a file have a line for each.
func TestHeadFitsATerminal(t *testing.T) {
	whole := strings.Join(headLines(sampleMeta(), "last_used"), " ")
	for _, width := range []int{0, 40, 80, 120} {
		var out bytes.Buffer
		if err := WriteSections(&out, Table, sampleMeta(), nil, Options{Report: "last_used", Width: width, Fold: true}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := termfit.Width(strings.TrimRight(line, "\n")); n > max(width, 40) && n > 80 || width > 0 && n > width {
				t.Errorf("%d columns of %d: %s", n, width, line)
			}
		}
		if got := strings.Join(strings.Fields(out.String()), " "); got != whole {
			t.Errorf("at %d columns the head says\n%s\nwant\n%s", width, got, whole)
		}
	}
	for _, o := range []Options{{Width: 40}, {Width: 40, Terminal: true}, {Width: 40, Fold: true, Wide: true}} {
		var out bytes.Buffer
		if err := WriteSections(&out, Table, sampleMeta(), nil, o); err != nil || strings.Count(out.String(), "\n") != 1+len(headLines(sampleMeta(), "")) {
			t.Errorf("%+v: %v, the head is folded:\n%s", o, err, out.String())
		}
	}
}
