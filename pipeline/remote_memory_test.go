package pipeline_test

import (
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/pipeline/alert"
	"roletrail/pipeline/bucket/s3test"
	"roletrail/pipeline/unusual"
)

// watchesRescue finds what the tests of unusual access plant.
func watchesRescue() *pipeline.Unusual {
	return &pipeline.Unusual{Watched: func(name, _ string) string {
		if name == "rescue" {
			return unusual.BreakGlass
		}
		return ""
	}}
}

// findings are those that a process is to tell, as kind, severity and summary, and settles them.
func (p *teller) findings() (found []string) {
	p.t.Helper()
	entries, err := p.outbox.Due(alert.Slack, *p.clock, 1000)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		if c := e.Change; c.Finding != "" {
			found = append(found, c.Finding+" "+c.Severity+" "+c.Outcome+": "+c.Summary)
		}
		if err := p.outbox.Settle(alert.Slack, []string{e.Key}); err != nil {
			p.t.Fatal(err)
		}
	}
	return found
}

// inFolder are the files of a folder, in the order of their names.
func inFolder(t *testing.T, dir string) (names []string, texts map[string][]byte) {
	t.Helper()
	texts = map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
			texts[name], err = os.ReadFile(dir + "/" + name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, texts
}

// TestUnusualAccessOfALakeOnS3: two processes that take log files by turns, and know of each other by
// the memory in the lake alone, find together what one finds with a ledger, each once. Nothing is found again
// when all comes again.
func TestUnusualAccessOfALakeOnS3(t *testing.T) {
	logs := accessLogs{dir: t.TempDir()}
	logs.ordinaryDays(t)
	logs.unordinaryDay(t)
	m, clock := newMirrored(t), unordinaryDay.Add(time.Hour)
	m.takeOrganisation(unordinaryDay.AddDate(0, 0, -30))
	processes := []*teller{m.process(&clock, watchesRescue()), m.process(&clock, watchesRescue())}
	conflicts := 0
	names, texts := inFolder(t, logs.dir)
	var found []string
	for range 2 {
		for i, name := range names {
			p := processes[i%2]
			before := len(m.server.Calls())
			if err := p.takeText(name, texts[name], "a"); err != nil {
				t.Fatal(err)
			}
			reads := slices.DeleteFunc(m.server.Calls()[before:], func(c s3test.Call) bool {
				return c.Action != "s3:GetObject" || !strings.Contains(c.Resource, "/memory/")
			})
			if i > 1 && len(reads) > 0 {
				conflicts++
			}
			found = append(found, p.findings()...)
		}
	}
	slices.Sort(found)
	want := slices.Clone(unordinary)
	for i := range want { // a burst is found when it is one, not later
		want[i] = strings.Replace(want[i], "26 refused", "25 refused", 1)
	}
	if !slices.Equal(found, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
	if n := len(m.server.Objects("lake", "a/memory/")); n != 1 || conflicts < 5 {
		t.Errorf("%d objects of memory for one account, %d times others had changed it", n, conflicts)
	}
}

// TestMemoryIsMissing: what is found says that nothing is known from before, until enough is. A log file
// that was not taken to its end has its findings again, though what makes them is remembered.
func TestMemoryIsMissing(t *testing.T) {
	logs := accessLogs{dir: t.TempDir()}
	logs.assume(t, unordinaryDay, "alice", "rescue", "")
	logs.assume(t, unordinaryDay.Add(time.Minute), "bob", "rescue", "")
	logs.add(t, unordinaryDay.Add(2*time.Minute), "sts", "AssumeRoot", `{"type":"Root"}`, "203.0.113.7", `,"requestParameters":{"targetPrincipal":"222222222222"}`)
	names, texts := inFolder(t, logs.dir)
	m, clock := newMirrored(t), unordinaryDay.Add(time.Hour)
	m.server.Refuse(func(c s3test.Call) int {
		if strings.Contains(c.Resource, "/coverage/") {
			return http.StatusForbidden
		}
		return 0
	})
	if err := m.process(&clock, watchesRescue()).takeText(names[0], texts[names[0]], "a"); err == nil {
		t.Fatal("it was taken without coverage")
	}
	m.server.Refuse(nil)
	clock = clock.Add(20 * time.Minute)
	p := m.process(&clock, watchesRescue())
	for _, name := range names {
		if err := p.takeText(name, texts[name], "a"); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for range 3 {
		got = append(got, p.findings()...)
	}
	slices.Sort(got)
	want := []string{
		"root_assumed high success: root user of 222222222222 assumed",
		"watched_role_used high success: rescue, which is break-glass, is in use as alice; what was before is unknown",
		"watched_role_used high success: rescue, which is break-glass, is in use as bob; what was before 2026-09-20 is unknown",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestDamagedMemory: one that cannot be read stops log files from being taken, and says what to do.
func TestDamagedMemory(t *testing.T) {
	logs := accessLogs{dir: t.TempDir()}
	logs.assume(t, unordinaryDay, "alice", "rescue", "")
	names, texts := inFolder(t, logs.dir)
	m, clock := newMirrored(t), unordinaryDay.Add(time.Hour)
	take := func() error { return m.process(&clock, watchesRescue()).takeText(names[0], texts[names[0]], "a") }
	if err := take(); err != nil {
		t.Fatal(err)
	}
	for name, content := range m.server.Objects("lake", "a/memory/") {
		for _, damaged := range [][]byte{nil, []byte("x"), content[:len(content)/2]} {
			m.server.Put("lake", "a/memory/"+name, damaged)
			if err := take(); err == nil || !strings.Contains(err.Error(), "remove it, and what is ordinary is learnt anew") {
				t.Errorf("%d of %d bytes: %v", len(damaged), len(content), err)
			}
		}
		m.server.Remove("lake", "a/memory/"+name)
		if err := take(); err != nil {
			t.Error(err)
		}
	}
}
