package queries

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// untilTold is a context that ends once an engine has told of progress as it is wanted, which
// ends statements that go on for ever.
type untilTold struct {
	context.Context
	end  context.CancelCauseFunc
	want func(Progress) bool

	mu  sync.Mutex
	on  bool // the statement has begun
	got []Progress
}

var errTold = errors.New("it was told")

func newUntilTold(t *testing.T, want func(Progress) bool) *untilTold {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	u := &untilTold{want: want}
	u.Context, u.end = context.WithCancelCause(ctx)
	return u
}

func (u *untilTold) tell(p Progress) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.got = append(u.got, p); u.on && u.want(p) {
		u.end(errTold)
	}
}

// check runs a statement until it was told of.
func (u *untilTold) check(t *testing.T, e Engine, statement string) {
	t.Helper()
	u.mu.Lock()
	u.on, u.got = true, nil
	u.mu.Unlock()
	rows, err := e.SQL(u, statement)
	for err == nil && rows.Next() {
	}
	if rows != nil {
		err = errors.Join(err, rows.Err(), rows.Close())
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if !errors.Is(context.Cause(u), errTold) {
		t.Errorf("of the statement was told %+v, and it ended with %v", u.got, err)
	}
}

// TestProgressOfDuckDB: each statement begins with nothing, and then tells its share.
func TestProgressOfDuckDB(t *testing.T) {
	u := newUntilTold(t, func(p Progress) bool { return p.Share > 0 && p.Share < 1 })
	e := openEmpty(t, Options{Progress: u.tell})
	if err := e.exec(t.Context(), "create table numbers as select range as n from range(10000000)"); err != nil {
		t.Fatal(err)
	}
	u.check(t, e, "select max(sha256(sha256(n::varchar))) from numbers")
	if len(u.got) == 0 || u.got[0] != (Progress{}) {
		t.Errorf("it began with %+v", u.got)
	}
}

func TestProgressOfTrino(t *testing.T) {
	u := newUntilTold(t, func(p Progress) bool { return p == Progress{State: "running", Share: 0.25, Bytes: 123_456_789} })
	e, err := OpenTrino(u, TrinoOptions{URL: newStandIn(t).server.URL, Catalog: "hive", Schema: "roletrail", Progress: u.tell})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	u.check(t, e, "select sleep")
}

func TestProgressOfAthena(t *testing.T) {
	u := newUntilTold(t, func(p Progress) bool { return p == Progress{State: "running", Bytes: 123_456_789} })
	newAthenaStandIn(t)
	e, err := OpenAthena(u, AthenaOptions{Workgroup: "reports", Database: "roletrail", Progress: u.tell})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	u.check(t, e, "select sleep")
}
