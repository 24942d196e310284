package pipeline_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/alert"
)

// explainer is a process that tells of all changes since a moment, held against what was before them.
func (m *mirrored) explainer(since time.Time, clock *time.Time) *teller {
	m.t.Helper()
	lake, err := parquet.CreateRemote(m.store)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { lake.Close() })
	outbox := pipeline.NewRemoteOutbox(m.store, "w")
	options := explaining(since)
	options.Outbox, options.Remembering = outbox, pipeline.NewRemoteMemory(m.store, options.Unusual)
	options.Remembering.SetClock(func() time.Time { return *clock })
	return &teller{t: m.t, outbox: outbox, delivery: pipeline.NewDelivery(lake, options), clock: clock}
}

func explaining(since time.Time) pipeline.Options {
	return pipeline.Options{
		Workers: 1, RecentSince: since, Unusual: &pipeline.Unusual{}, Explaining: &pipeline.Explaining{},
		Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "info"},
	}
}

// takeOrganisation takes the inventory of the test organisation into the lake on S3.
func (m *mirrored) takeOrganisation(at time.Time) {
	m.t.Helper()
	err := m.change(filepath.Join(m.t.TempDir(), "cache"), func(lake *parquet.Lake) error {
		_, err := pipeline.IngestInventory(m.t.Context(), lake, organisationInventory(m.t), pipeline.InventoryOptions{At: at, Version: "test"})
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// tells are the changes that a process is to tell.
func (p *teller) tells() (told []alert.Change) {
	p.t.Helper()
	entries, err := p.outbox.Due("w", time.Now(), 10_000)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		told = append(told, e.Change)
	}
	return told
}

// saidOf is what a message says of a change, beside what its record has.
func saidOf(c alert.Change) string {
	return fmt.Sprintf("%s: %s %s %v", c.Severity, c.Summary, strings.Join(c.Difference, " "), c.RoleARNs)
}

// TestExplainedOnS3: of the changes of the test organisation, two processes that take its log files by
// turns, and know of each other by the memory in the lake alone, tell what one tells with a ledger; and
// that changes between the inventory and the first one that is remembered are unknown.
func TestExplainedOnS3(t *testing.T) {
	since, taken := time.Date(2026, 8, 20, 0, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	names, texts := inFolder(t, filepath.Join(organisationDir, "AWSLogs"))
	names = slices.DeleteFunc(names, func(name string) bool { return deliveryDay(name) < since.Format("20060102") })
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(deliveryDay(a), deliveryDay(b)) })
	logs, dir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	for _, name := range names {
		write(t, logs, name, texts[name])
	}
	takeInventoryAt(t, dir, taken, nil)
	ingest(t, dir, explaining(since), logs)
	want := toldOf(t, dir)

	m := newMirrored(t)
	m.takeOrganisation(taken)
	now := since
	processes := []*teller{m.explainer(since, &now), m.explainer(since, &now)}
	for i, name := range names {
		now = now.Add(2 * time.Minute) // by when what others saw is stored
		if err := processes[i%2].takeText(name, texts[name], "a"); err != nil {
			t.Fatal(err)
		}
	}
	told, dated, explained := 0, 0, 0
	for _, c := range slices.Concat(processes[0].tells(), processes[1].tells()) {
		if c.Change == "" {
			continue
		}
		before, gap, isDated := strings.Cut(c.Summary, "; changes between 2026-07-01 and ")
		if isDated {
			dated++
			day, rest, _ := strings.Cut(gap, " are unknown")
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				t.Errorf("%s: %s", c.EventID, c.Summary)
			}
			c.Summary = before + rest
		}
		w := want[c.EventID]
		told++
		if got := saidOf(c); got != saidOf(w) || c.LastUsed > w.LastUsed || (c.LastUsed == "") != (w.LastUsed == "") { // there all is one commit
			t.Errorf("event %s: told\n%s, last used %q\nwant\n%s, last used %q", c.EventID, got, c.LastUsed, saidOf(w), w.LastUsed)
		}
		if len(c.Difference) > 0 {
			explained++
		}
	}
	changes := 0
	for _, c := range want {
		if c.Change != "" {
			changes++
		}
	}
	if told != changes || dated == 0 || explained < 5 {
		t.Errorf("%d changes are told, want %d; %d say what they rest on, %d have a difference", told, changes, dated, explained)
	}
}
