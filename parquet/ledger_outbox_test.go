package parquet

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// TestOutbox takes messages in with a commit, and out as they are told.
func TestOutbox(t *testing.T) {
	lake := must(CreateLake(filepath.Join(t.TempDir(), "lake")))
	defer lake.Close()
	l, at := lake.ledger, time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	message := func(webhook, key string, minute int) Message {
		return Message{Webhook: webhook, Key: key, EventTime: at.Add(time.Duration(minute) * time.Minute), Body: []byte(key)}
	}
	commit := func(messages ...Message) {
		t.Helper()
		run := must(l.Begin("test"))
		if err := lake.Commit(run, Batch{Messages: messages}); err != nil {
			t.Fatal(err)
		}
		if err := l.Finish(run); err != nil {
			t.Fatal(err)
		}
	}
	due := func(webhook string, now time.Time, most int) (keys string) {
		t.Helper()
		for _, m := range must(l.Due(webhook, now, most)) {
			keys += fmt.Sprint(string(m.Body), m.Tries, " ")
		}
		return keys
	}
	commit(message("slack", "b", 2), message("slack", "a", 3), message("other", "a", 3), message("slack", "c", 1))
	commit(message("slack", "a", 3)) // again: it is there
	late := message("late", "d", 0)
	late.Due = at.Add(time.Minute)
	commit(late)
	if got := due("late", at, 10) + "then " + due("late", late.Due, 10); got != "then d0 " {
		t.Errorf("due now and later are %q", got)
	}
	if got := due("slack", at, 10); got != "c0 b0 a0 " {
		t.Errorf("due are %q", got)
	}
	if got := due("slack", at, 2) + due("other", at, 2); got != "c0 b0 a0 " {
		t.Errorf("two are due: %q", got)
	}
	if err := l.Postpone("slack", []string{"b"}, at.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle("slack", []string{"c", "never there"}); err != nil {
		t.Fatal(err)
	}
	if got := due("slack", at, 10) + due("slack", at.Add(time.Hour), 10); got != "a0 b1 a0 " {
		t.Errorf("due now and later are %q", got)
	}
	if n, first, err := l.Waiting("slack"); n != 2 || !first.Equal(time.Unix(0, 0)) || err != nil {
		t.Errorf("%d wait until %v, %v", n, first, err)
	}
	if n, _, err := l.Waiting("nobody"); n != 0 || err != nil {
		t.Errorf("%d wait for nobody, %v", n, err)
	}
}

// TestLedgerWithoutOutbox opens one as builds of before made it: whole, and with an outbox
// as soon as somebody writes.
func TestLedgerWithoutOutbox(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	lake := must(CreateLake(dir))
	must(lake.ledger.db.Exec("drop table outbox"))
	if err := lake.ledger.integrity(); err != nil {
		t.Errorf("it is called damaged: %v", err)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	reader := must(OpenLake(dir))
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	lake = must(CreateLake(dir))
	defer lake.Close()
	if n, _, err := lake.ledger.Waiting("slack"); n != 0 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
}
