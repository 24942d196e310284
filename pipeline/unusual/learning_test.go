package unusual

import (
	"testing"
	"time"
)

// TestLearning: nothing is new a microsecond before it is learnt for fourteen days, and everything from then on;
// what counts is what the account, or of networks the role, is known for at the time of the event.
func TestLearning(t *testing.T) {
	if Learning != 14*24*time.Hour {
		t.Fatalf("what is ordinary is learnt from %v", Learning)
	}
	for name, c := range map[string]struct {
		before, now func(w *world, at time.Time)
	}{
		NewCaller:  {func(w *world, at time.Time) { w.became("app", "alice", at) }, func(w *world, at time.Time) { w.became("app", "bob", at) }},
		NewBinding: {func(w *world, at time.Time) { w.account(at) }, func(w *world, at time.Time) { w.bound(role("app"), lambdaHost, at) }},
		NewNetwork: {func(w *world, at time.Time) { w.from("admin", "203.0.113.7", at) }, func(w *world, at time.Time) { w.from("admin", "198.51.100.1", at) }},
	} {
		for _, apart := range []bool{true, false} {
			for short, want := range map[time.Duration]int{0: 1, time.Microsecond: 0, -time.Microsecond: 1} {
				w := newWorld()
				c.before(w, days(0).Add(-Learning+short))
				if apart {
					w.commit(t)
				}
				c.now(w, days(0))
				if found := w.commit(t); len(found) != want || want == 1 && found[0].Kind != name {
					t.Errorf("%s, %v short of 14 days, in commits of their own: %v: found %d", name, short, apart, len(found))
				}
			}
		}
	}
}

// TestLearningIsOfEachAccount: what one account's logs taught says nothing of another's.
func TestLearningIsOfEachAccount(t *testing.T) {
	w := newWorld()
	w.account(days(-20))
	µs := days(-13).UnixMicro()
	w.Account("333333333333", µs, µs)
	w.commit(t)
	e := &Evidence{EventID: "x", Account: "333333333333", At: days(0), Outcome: "success"}
	w.Bound("arn:aws:iam::333333333333:role/app", lambdaHost, days(0).UnixMicro(), days(0).UnixMicro(), News{days(0).UnixMicro(), func() *Evidence { return e }})
	w.Account("333333333333", days(0).UnixMicro(), days(0).UnixMicro())
	if found := w.commit(t); len(found) != 0 {
		t.Errorf("found %+v", found)
	}
}
