package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket/s3test"
)

// learn takes a folder into the lake on S3 as somebody does who tells nobody.
func (m *mirrored) learn(dir string) {
	m.t.Helper()
	options := pipeline.Options{
		Version: "test", RecentSince: time.Now(), Explaining: &pipeline.Explaining{}, Remembering: pipeline.NewLearner(m.store, watchesRescue()),
	}
	if _, err := pipeline.IngestRemote(m.t.Context(), m.store, []pipeline.Source{pipeline.Files{Path: dir}}, options); err != nil {
		m.t.Fatal(err)
	}
}

// TestLearntOnS3: what is ordinary is learnt of log files that are no news, and what documents said; it is
// stored a few times and not with each. A process that tells finds then what one with a ledger finds, and
// says of nothing that what was before is unknown.
func TestLearntOnS3(t *testing.T) {
	ordinary, news := accessLogs{dir: t.TempDir()}, accessLogs{dir: t.TempDir(), events: 1000}
	ordinary.ordinaryDays(t)
	ordinary.trusts(t, unordinaryDay.AddDate(0, 0, -9), "alice", "111111111111")
	news.unordinaryDay(t)
	news.trusts(t, unordinaryDay.Add(time.Hour), "alice", "*")
	m, clock := newMirrored(t), unordinaryDay.Add(time.Hour)
	m.takeOrganisation(unordinaryDay.AddDate(0, 0, -30))
	before := len(m.server.Calls())
	m.learn(ordinary.dir)
	stored := slices.DeleteFunc(m.server.Calls()[before:], func(c s3test.Call) bool {
		return c.Action != "s3:PutObject" || !strings.Contains(c.Resource, "/memory/")
	})
	if len(stored) != 2 {
		t.Errorf("stored %v, want one of each kind", stored)
	}
	p := m.explainer(unordinaryDay.Add(-time.Hour), &clock)
	names, texts := inFolder(t, news.dir)
	for _, name := range names {
		if err := p.takeText(name, texts[name], "a"); err != nil {
			t.Fatal(err)
		}
	}
	p.finds(`[critical UpdateAssumeRolePolicy: lets in anybody; no longer lets in account 111111111111 [- "AWS": "111111111111" + "AWS": "*"] 2026-09-20]`)
}

// finds holds what a process is to tell of the day that is not ordinary, which watches no role, against
// what one with a ledger finds, and what it tells of changes besides.
func (p *teller) finds(changed string) {
	p.t.Helper()
	var found, changes []string
	for _, c := range p.tells() {
		if c.Finding != "" {
			found = append(found, c.Finding+" "+c.Severity+" "+c.Outcome+": "+c.Summary)
		} else {
			changes = append(changes, fmt.Sprint(c.Severity, " ", c.Summary, " ", c.Difference, " ", c.LastUsed))
		}
	}
	slices.Sort(found)
	want := slices.Clone(unordinary)
	want[1] = strings.Replace(want[1], "26", "25", 1) // a burst is found when it is one, not later
	want = slices.DeleteFunc(want, func(f string) bool { return strings.HasPrefix(f, "watched_role_used") })
	if !slices.Equal(found, want) {
		p.t.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
	if fmt.Sprint(changes) != changed {
		p.t.Errorf("told %v\nwant %s", changes, changed)
	}
}
