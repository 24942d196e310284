package parquet

import (
	"database/sql"
	"time"
)

// Message is something to be told to a webhook, in the outbox of the ledger.
type Message struct {
	Webhook   string
	Key       string // what is told: each once per webhook
	EventTime time.Time
	Body      []byte
	Due       time.Time // not to be told before; zero: at once
	Tries     int       // that failed; set by the ledger
}

func putMessages(tx *sql.Tx, messages []Message) error {
	return each(tx, "put_outbox", messages, func(m Message) []any {
		return []any{m.Webhook, m.Key, m.EventTime.UTC().Format(time.RFC3339Nano), m.Body, dueNs(m.Due)}
	})
}

func dueNs(due time.Time) int64 {
	if due.IsZero() {
		return 0
	}
	return due.UnixNano()
}

// Due are messages to a webhook whose time has come, the oldest events first.
func (l *Ledger) Due(webhook string, now time.Time, most int) (due []Message, err error) {
	err = l.rows("due_outbox", []any{webhook, now.UnixNano(), most}, func(scan func(...any) error) error {
		m := Message{Webhook: webhook}
		err := scan(&m.Key, &m.Body, &m.Tries)
		due = append(due, m)
		return err
	})
	return due, err
}

// Settle takes messages from the outbox.
func (l *Ledger) Settle(webhook string, keys []string) error {
	return l.transaction(func(tx *sql.Tx) error {
		return each(tx, "settle_outbox", keys, func(key string) []any { return []any{webhook, key} })
	})
}

// Postpone counts a failed try and puts messages off.
func (l *Ledger) Postpone(webhook string, keys []string, until time.Time) error {
	return l.transaction(func(tx *sql.Tx) error {
		return each(tx, "postpone_outbox", keys, func(key string) []any { return []any{webhook, key, until.UnixNano()} })
	})
}

// Waiting is how many messages to a webhook wait, and when the first of them is due.
func (l *Ledger) Waiting(webhook string) (n int, due time.Time, err error) {
	var ns sql.NullInt64
	if err := l.db.QueryRow(statement("count_outbox"), webhook).Scan(&n, &ns); err != nil {
		return 0, due, ledgerError(l.path, err)
	}
	return n, time.Unix(0, ns.Int64), nil
}
