package queries

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSessionsAgreeWithOracle compares every session of random worlds with the
// slow way, and wants one row per role, name and creation time (design 9.5). It reads the
// views as readers do, with nothing kept.
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
		compareSessionList(t, e, oracle, seen)
		compareSessionEvents(t, e, w, seen)
	}
	if named.earlier < 10 || named.unknown < 10 {
		t.Errorf("of names that several roles had only %d were of an earlier role and %d of an unknown one", named.earlier, named.unknown)
	}
	for _, want := range []string{"with both", "by an ARN only", "with calls only", "silent", "without an origin", "listed", "of several services", "of a caller", "of one role", "by key"} {
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
		row := o.sessionRow(s)
		rows[sessionKey(row)] = row
	}
	return rows
}

// sessionRow is a session as the view's columns have it.
func (o *oracle) sessionRow(s *oracleSession) []any {
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
	return row
}

// compareSessionList asks the question of sessions for a window, a role and a caller, and
// compares what it lists with the oracle's sessions.
func compareSessionList(t *testing.T, e Engine, o *oracle, seen map[string]int) {
	t.Helper()
	for what, ask := range map[string]struct {
		role   string
		caller string
		isIn   func(row []any) bool
	}{
		"listed":      {isIn: func([]any) bool { return true }},
		"of a caller": {caller: "arn:*", isIn: func(row []any) bool { who, _ := row[10].(string); return strings.HasPrefix(who, "arn:") }},
		"of one role": {role: "ci", isIn: func(row []any) bool { arn, _ := row[1].(string); return strings.HasSuffix(arn, "/ci") }},
	} {
		p := Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 7, 9, 12, 0, 0, 0, time.UTC), Role: ask.role, Sessions: Sessions{Caller: ask.caller}}
		rows, err := e.Run(context.Background(), "session_list", p)
		got := map[string][]any{}
		for _, row := range all(t, rows, err) {
			got[sessionKey([]any{row[2], row[1], row[3], row[4]})] = row
		}
		want := 0
		for _, s := range o.sessions {
			row := o.sessionRow(s)
			if !touches(row, p) || !ask.isIn(row) {
				continue
			}
			want++
			seen[what]++
			listed := got[sessionKey(row)]
			if listed == nil {
				t.Errorf("%s: session %v is not listed", what, row)
				continue
			}
			services := s.services(p)
			if len(services) > 1 {
				seen["of several services"]++
			}
			gotRow := []any{listed[2], listed[1], listed[3], listed[4], listed[5], listed[6], listed[7], listed[8], listed[13], listed[10], listed[11], listed[9]}
			wantRow := []any{row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[10], row[11], services}
			if len(services) == 0 {
				wantRow[11] = nil
			}
			if fmt.Sprint(gotRow) != fmt.Sprint(wantRow) {
				t.Errorf("%s: session is listed as %v,\nthe oracle says %v", what, gotRow, wantRow)
			}
		}
		if len(got) != want {
			t.Errorf("%s: %d sessions are listed, want %d", what, len(got), want)
		}
	}
}

// touches reports whether a session lies in the window, by a call or by its beginning.
func touches(row []any, p Params) bool {
	first, called := row[4].(time.Time)
	last, _ := row[5].(time.Time)
	at, assumed := row[9].(time.Time)
	return called && !last.Before(p.Since) && first.Before(p.Until) || assumed && !at.Before(p.Since) && at.Before(p.Until)
}

// services are those that the session called in the window, sorted.
func (s *oracleSession) services(p Params) (list []string) {
	for _, e := range s.calls {
		if e.IAMAction != nil && !e.EventTime.Before(p.Since) && e.EventTime.Before(p.Until) {
			service, _, _ := strings.Cut(*e.IAMAction, ":")
			list = append(list, service)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// compareSessionEvents asks for the calls of sessions, by principal id and by key, and compares
// them with all calls of the world.
func compareSessionEvents(t *testing.T, e Engine, w world, seen map[string]int) {
	t.Helper()
	p := Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 7, 9, 12, 0, 0, 0, time.UTC)}
	want := map[string][]string{}
	for _, ev := range w.events {
		if ev.RoleID == nil && ev.RoleARN == nil || ev.EventTime.Before(p.Since) || !ev.EventTime.Before(p.Until) {
			continue
		}
		line := fmt.Sprint(ev.EventTime.UTC(), " ", ev.EventID, " ", ev.Outcome)
		if ev.RoleID != nil && ev.SessionName != nil {
			want[*ev.RoleID+":"+*ev.SessionName] = append(want[*ev.RoleID+":"+*ev.SessionName], line)
		}
		if ev.AccessKey != nil {
			want[*ev.AccessKey] = append(want[*ev.AccessKey], line)
		}
	}
	asked := 0
	for _, session := range slices.Sorted(maps.Keys(want)) {
		if asked++; asked > 12 {
			break
		}
		p.Sessions.Session = session
		rows, err := e.Run(context.Background(), "session_events", p)
		var got []string
		var before time.Time
		for _, row := range all(t, rows, err) {
			at := row[0].(time.Time)
			if at.Before(before) {
				t.Errorf("the calls of %s are not in order", session)
			}
			before = at
			got = append(got, fmt.Sprint(at, " ", row[10], " ", row[2]))
		}
		slices.Sort(got)
		slices.Sort(want[session])
		if !slices.Equal(got, want[session]) {
			t.Errorf("the calls of %s are\n%v, want\n%v", session, got, want[session])
		}
		if seen["by key"]++; strings.Contains(session, ":") {
			seen["by principal id"]++
		}
	}
}
