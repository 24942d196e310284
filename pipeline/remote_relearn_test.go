package pipeline_test

import (
	"path/filepath"
	"testing"
	"time"

	"roletrail/pipeline"
)

// TestRelearn: of what is learnt anew from a lake, of which a part is compact, a process finds and tells
// what it does of what was learnt as the log files came; that of one object is damaged does not matter.
func TestRelearn(t *testing.T) {
	ordinary, news := accessLogs{dir: t.TempDir()}, accessLogs{dir: t.TempDir(), events: 1000}
	ordinary.trusts(t, unordinaryDay.AddDate(0, 0, -19), "alice", "111111111111")
	ordinary.ordinaryDays(t)
	m, clock := newMirrored(t), unordinaryDay.Add(time.Hour)
	m.takeOrganisation(unordinaryDay.AddDate(0, 0, -30))
	m.learn(ordinary.dir)
	_, err := pipeline.CompactRemote(t.Context(), m.store, filepath.Join(t.TempDir(), "cache"), pipeline.RemoteCompactOptions{
		Until: unordinaryDay.Truncate(24*time.Hour).AddDate(0, 0, -10), Limit: 1 << 30, Version: "test", Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	damaged := false
	for name := range m.server.Objects("lake", "a/memory/") {
		if m.server.Remove("lake", "a/memory/"+name); !damaged {
			m.server.Put("lake", "a/memory/"+name, []byte("damaged"))
			damaged = true
		}
	}
	files, err := pipeline.Relearn(t.Context(), m.store, watchesRescue(), nil)
	if err != nil || files < 5 {
		t.Fatalf("learnt from %d files, %v", files, err)
	}
	news.unordinaryDay(t)
	news.trusts(t, unordinaryDay.Add(time.Hour), "alice", "*")
	p := m.explainer(unordinaryDay.Add(-time.Hour), &clock)
	names, texts := inFolder(t, news.dir)
	for _, name := range names {
		if err := p.takeText(name, texts[name], "a"); err != nil {
			t.Fatal(err)
		}
	}
	p.finds(`[critical UpdateAssumeRolePolicy: lets in anybody; no longer lets in account 111111111111 [- "AWS": "111111111111" + "AWS": "*"] 2026-09-20]`)
}
