package main

import (
	"fmt"
	"log/slog"
	"sync"

	"roletrail/queries"
)

// bill adds up what Athena has read for one command. It is safe for concurrent use.
type bill struct {
	mu         sync.Mutex
	statements int
	spent      queries.AthenaSpent
}

func (b *bill) add(one queries.AthenaSpent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.statements++
	b.spent.Bytes += one.Bytes
	b.spent.Dollars += one.Dollars
}

// say tells what there is to pay since it was last told, if anything.
func (b *bill) say(say func(level slog.Level, line, msg string, attributes ...any)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.statements == 0 {
		return
	}
	have := "statements have"
	if b.statements == 1 {
		have = "statement has"
	}
	say(slog.LevelInfo,
		fmt.Sprintf("athena: %d %s read %.1f MB, for about %.4f dollars", b.statements, have, float64(b.spent.Bytes)/1e6, b.spent.Dollars),
		"read by Athena", "statements", b.statements, "bytes", b.spent.Bytes, "dollars", b.spent.Dollars)
	b.statements, b.spent = 0, queries.AthenaSpent{}
}
