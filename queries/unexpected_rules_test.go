package queries

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestUnexpectedHoldsLongConfigurations asks with as many rules and accounts as a
// roletrail.yaml of a megabyte can hold.
func TestUnexpectedHoldsLongConfigurations(t *testing.T) {
	e := openFiles(t, emptyLake(t), Options{MemoryLimit: 200_000_000, Threads: 2})
	until := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	p := Params{Since: until.AddDate(0, 0, -90), Until: until}
	for i := range 40_000 {
		p.Unexpected.KnownAccounts = append(p.Unexpected.KnownAccounts, fmt.Sprintf("%012d", i))
	}
	for i := range 4_000 {
		rule := CallerRule{Role: fmt.Sprintf("arn:aws:iam::111111111111:role/batch-%d", i), Caller: "arn:aws:iam::222222222222:role/scheduler-*"}
		p.Unexpected.Expected = append(p.Unexpected.Expected, rule)
		p.Unexpected.Exceptions = append(p.Unexpected.Exceptions, CallerException{CallerRule: rule, Until: until})
	}
	rows, err := e.Run(context.Background(), "unexpected", p)
	if got := all(t, rows, err); len(got) != 0 {
		t.Errorf("an empty lake has %d callers", len(got))
	}
}
