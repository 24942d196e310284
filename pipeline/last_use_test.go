package pipeline_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"roletrail/pipeline"
)

// deletions are roles that act, and are deleted: one in use, which is made and deleted once more, one of which nothing
// is known, and one that was refused all.
func deletions(t *testing.T) accessLogs {
	logs := accessLogs{dir: t.TempDir()}
	logs.ordinaryDays(t)
	logs.call(t, unordinaryDay.Add(-time.Hour), "app-server", "203.0.113.7", "")
	logs.call(t, unordinaryDay.Add(-time.Hour), "refused", "203.0.113.7", `,"errorCode":"AccessDenied"`)
	for n, role := range []string{"app-server", "idle", "refused"} {
		logs.add(t, unordinaryDay.Add(time.Duration(n)*time.Minute), "iam", "DeleteRole", fmt.Sprintf(iamUser, "alice"), "203.0.113.7", `,"requestParameters":{"roleName":"`+role+`"}`)
	}
	for n, call := range []string{"CreateRole", "DeleteRole"} {
		logs.add(t, unordinaryDay.Add(time.Duration(10+n)*time.Minute), "iam", call, fmt.Sprintf(iamUser, "alice"), "203.0.113.7", `,"requestParameters":{"roleName":"app-server"}`)
	}
	logs.add(t, unordinaryDay.Add(time.Hour), "iam", "DeleteRole", fmt.Sprintf(iamUser, "mallory"), "203.0.113.7", `,"errorCode":"AccessDenied","requestParameters":{"roleName":"app-server"}`)
	return logs
}

var deleted = []string{"high CreateRole: content unknown", "low DeleteRole: denied", "medium DeleteRole", "medium DeleteRole", "medium DeleteRole", "medium DeleteRole; last used on 2026-09-20"}

// TestDeletionIsToldWithLastUse: the message about a deleted role says when it had been used last, in one commit with
// that use and in another one, and it stays as grave as any deletion.
func TestDeletionIsToldWithLastUse(t *testing.T) {
	logs := deletions(t)
	for name, options := range map[string]pipeline.Options{
		"one commit": explaining(unordinaryDay.Add(-time.Hour)), "commits of a file": pipeline.WithBounds(explaining(unordinaryDay.Add(-time.Hour)), 1, 0, 4, 40),
	} {
		dir := filepath.Join(t.TempDir(), "lake")
		options.Unusual = &pipeline.Unusual{}
		ingest(t, dir, options, logs.dir)
		var told []string
		for _, c := range toldOf(t, dir) {
			if c.Change != "" {
				told = append(told, c.Severity+" "+c.Summary)
			}
		}
		if slices.Sort(told); !slices.Equal(told, deleted) {
			t.Errorf("%s: told %q", name, told)
		}
	}
}

// TestDeletionIsToldWithLastUseOnAStore: so it is of a lake on a store.
func TestDeletionIsToldWithLastUseOnAStore(t *testing.T) {
	logs := deletions(t)
	m, clock := newMirrored(t), unordinaryDay.Add(time.Hour)
	p := m.explainer(unordinaryDay.Add(-time.Minute), &clock)
	names, texts := inFolder(t, logs.dir)
	for _, name := range names {
		if err := p.takeText(name, texts[name], "a"); err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	for _, c := range p.tells() {
		if c.Change != "" {
			told = append(told, c.Severity+" "+c.Summary)
		}
	}
	if slices.Sort(told); !slices.Equal(told, deleted) {
		t.Errorf("told %q", told)
	}
}
