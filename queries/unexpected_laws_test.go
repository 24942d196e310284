package queries

import (
	"context"
	"slices"
	"testing"
	"time"
)

// askAll asks for all rows by key.
func (b *trustBatch) askAll(t *testing.T, p Params) map[string][]any {
	t.Helper()
	rows, err := b.engine.Run(context.Background(), "unexpected", p)
	byKey := map[string][]any{}
	for _, row := range all(t, rows, err) {
		byKey[rowKey(row)] = row
	}
	return byKey
}

// TestExpectingACallerOnlyRemovesFindings adds callers to the configuration: no row
// comes or goes, and none gets a finding but expected.
func TestExpectingACallerOnlyRemovesFindings(t *testing.T) {
	b := newTrustBatch(t, 21, 60)
	p := b.params
	p.Unexpected.Expected = nil
	before := b.askAll(t, p)
	for _, rules := range [][]CallerRule{
		{{Role: "*", Caller: "*"}},
		{{Role: "app", Caller: "arn:aws:iam::*"}, {Role: "*:role/base/*", Caller: "*.amazonaws.com"}},
		b.params.Unexpected.Expected,
	} {
		p.Unexpected.Expected = rules
		after := b.askAll(t, p)
		if len(after) != len(before) {
			t.Errorf("%v: %d rows became %d", rules, len(before), len(after))
		}
		removed := 0
		for key, row := range after {
			was := before[key][7].([]any)
			for _, f := range row[7].([]any) {
				if f != "expected" && !slices.Contains(was, f) {
					t.Errorf("%v: %s has %v, and had %v", rules, key, row[7], was)
				}
			}
			if len(row[7].([]any)) < len(was) {
				removed++
			}
		}
		if removed == 0 {
			t.Errorf("%v removed no finding, so nothing was tested", rules)
		}
	}
}

// TestMoreEventsNeverMoveFirstSeenLater takes a part of the events away: whoever was
// seen then was seen with all of them, and not later.
func TestMoreEventsNeverMoveFirstSeenLater(t *testing.T) {
	b := newTrustBatch(t, 31, 250)
	with := b.askAll(t, b.params)
	fewer := &trustBatch{params: b.params}
	for i, w := range b.worlds {
		// Records with a partner, and sessions that others came from, stand for more
		// than themselves: without them a caller bears another name.
		some := *w
		some.events = slices.DeleteFunc(slices.Clone(w.events), func(e trustEvent) bool {
			return e.SharedEventID == nil && i%2 == 0 && e.EventTime.Before(b.params.Since)
		})
		fewer.worlds = append(fewer.worlds, &some)
	}
	fewer.engine = openFiles(t, newWorkshop(t).writeTrust(t.TempDir(), fewer.worlds), Options{})
	without := fewer.askAll(t, b.params)
	compared, earlier := 0, 0
	for key, row := range without {
		first, seen := row[8].(time.Time)
		if !seen || row[6] != nil || with[key] == nil {
			continue
		}
		compared++
		switch now := with[key][8].(time.Time); {
		case now.After(first):
			t.Errorf("%s was first seen at %v, and at %v with more events", key, first, now)
		case now.Before(first):
			earlier++
		}
	}
	if compared < 300 || earlier == 0 {
		t.Errorf("%d rows were compared, %d of them first seen earlier with more events", compared, earlier)
	}
}

// TestRulesAreNoSQL: patterns are compared as they are written, whatever they hold,
// and what would part them is refused.
func TestRulesAreNoSQL(t *testing.T) {
	b := newTrustBatch(t, 23, 30)
	p := b.params
	p.Unexpected.Expected = nil
	plain := b.askAll(t, p)
	p.Unexpected.Expected = []CallerRule{
		{Role: "') or true --", Caller: "*"}, {Role: "%", Caller: "_%#"}, {Role: "*", Caller: "arn_aws%"}, {Role: "'||chr(37)||'", Caller: "\\"}, {Role: "*#*", Caller: "*"},
	}
	for key, row := range b.askAll(t, p) {
		if !slices.Equal(row[7].([]any), plain[key][7].([]any)) {
			t.Errorf("%s has %v, and without the rules %v", key, row[7], plain[key][7])
		}
	}
	for _, bad := range []CallerRule{{"", "*"}, {"*", ""}, {"a\x1fb", "*"}, {"*", "a\x1eb"}, {"a\x00", "*"}} {
		p.Unexpected.Expected = []CallerRule{bad}
		if rows, err := b.engine.Run(context.Background(), "unexpected", p); err == nil {
			rows.Close()
			t.Errorf("the rule %q was taken", bad)
		}
	}
}
