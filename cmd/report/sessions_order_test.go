package main

import (
	"slices"
	"strings"
	"testing"
)

// TestSessionsComeInOrder: the sessions of a role, the newest first; the calls of one, as they
// were made, and as many as its row says.
func TestSessionsComeInOrder(t *testing.T) {
	engine := organisationEngine(t)
	sessions := rowsOf(t, engine, "sessions", "--role", "deploy")
	times := func(rows []object, column string) (list []string) {
		for _, row := range rows {
			at, _ := row[column].(string)
			list = append(list, at)
		}
		return list
	}
	last := slices.DeleteFunc(times(sessions, "last_seen"), func(at string) bool { return at == "" }) // without a call they stand where they began
	slices.Reverse(last)
	if len(last) < 100 || !slices.IsSorted(last) {
		t.Errorf("%d sessions come in the order %v", len(last), last)
	}
	longest := slices.MaxFunc(sessions, func(a, b object) int { return int(a["events"].(float64) - b["events"].(float64)) })
	id := longest["role_id"].(string) + ":" + longest["role_session_name"].(string)
	var calls []object
	for _, call := range rowsOf(t, engine, "sessions", "--session", id) {
		if call["session_created_at"] == longest["session_created_at"] {
			calls = append(calls, call)
		}
	}
	at := times(calls, "event_time")
	if len(at) < 5 || float64(len(at)) != longest["events"] || !slices.IsSorted(at) || at[0] != longest["first_seen"] || at[len(at)-1] != longest["last_seen"] {
		t.Errorf("session %s was seen from %v to %v with %v calls, which come as %s", id, longest["first_seen"], longest["last_seen"], longest["events"], strings.Join(at, " "))
	}
}
