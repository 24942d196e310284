package queries

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestSessionsAgreeWithOracle compares every session of random worlds with the
// slow way, and wants one row per role, name and creation time (design 9.5).
func TestSessionsAgreeWithOracle(t *testing.T) {
	seen, named := map[string]int{}, spans{}
	for _, b := range batches()[2:] { // what is asked has no window, but planning it takes seconds
		w := b.world(450)
		b.forget(&w)
		e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
		rows, err := e.SQL(context.Background(), `select role_id, role_arn, role_session_name, session_created_at, first_seen, last_seen, events, denied,
			assumption_event_id, assumed_at, origin, origin_kind from sessions`)
		got := map[string][]any{}
		for _, row := range all(t, rows, err) {
			key := sessionKey(row)
			if got[key] != nil {
				t.Errorf("there are two rows of session %s: %v and %v", key, got[key], row)
			}
			got[key] = row
		}
		oracle := newOracle(w, Params{})
		named.note(oracle.book)
		want := oracle.sessionRows()
		if len(got) != len(want) {
			t.Errorf("%d sessions, the oracle has %d", len(got), len(want))
		}
		for key, row := range want {
			if !reflect.DeepEqual(got[key], row) {
				t.Errorf("session %s is %v,\nthe oracle says %v", key, got[key], row)
			}
			noteSession(seen, row)
		}
	}
	if named.earlier < 10 || named.unknown < 10 {
		t.Errorf("of names that several roles had only %d were of an earlier role and %d of an unknown one", named.earlier, named.unknown)
	}
	for _, want := range []string{"with both", "by an ARN only", "with calls only", "silent", "without an origin"} {
		if seen[want] < 5 {
			t.Errorf("a session %s came up %d times", want, seen[want])
		}
	}
}

func sessionKey(row []any) string {
	role := row[0]
	if role == nil {
		role = row[1]
	}
	return strings.Join([]string{fmt.Sprint(role), fmt.Sprint(row[2]), fmt.Sprint(row[3])}, " ")
}

func noteSession(seen map[string]int, row []any) {
	called, granted := row[4] != nil, row[8] != nil
	switch {
	case called && granted:
		seen["with both"]++
	case called:
		seen["with calls only"]++
	default:
		seen["silent"]++
	}
	if row[0] == nil {
		seen["by an ARN only"]++
	}
	if row[10] == nil {
		seen["without an origin"]++
	}
}

// sessionRows are the oracle's sessions as the view's columns have them.
func (o *oracle) sessionRows() map[string][]any {
	rows := map[string][]any{}
	for _, s := range o.sessions {
		row := []any{cell(s.roleID), cell(s.roleARN), s.name, cell(s.createdAt), nil, nil, int64(len(s.calls)), int64(0), nil, nil, nil, "unknown"}
		for _, e := range s.calls {
			if row[4] == nil || e.EventTime.Before(row[4].(time.Time)) {
				row[4] = e.EventTime
			}
			if row[5] == nil || e.EventTime.After(row[5].(time.Time)) {
				row[5] = e.EventTime
			}
			if e.Outcome == "denied" {
				row[7] = row[7].(int64) + 1
			}
		}
		if s.grant != nil {
			row[8], row[9] = s.grant.EventID, s.grant.EventTime
		}
		if who, kind := o.origin(s, 5); who != "" {
			row[10], row[11] = who, kind
		}
		rows[sessionKey(row)] = row
	}
	return rows
}
