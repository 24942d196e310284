package organisation

import "time"

// routine is what a role does on ordinary days.
type routine struct {
	name             string
	role             *role
	start            func(*dice, time.Time) *session
	weekday, weekend int    // sessions a day
	hours            [2]int // UTC hours in which sessions start, [from, to)
	calls            [2]int // calls a session
	spread           time.Duration
	region           string
	menu             []call
	denied, failed   int // permille of calls
	// more continues a session, as the next link of a chain.
	more func(*dice, *session, time.Time)
}

// live lets the routine run through all days on which its role exists.
func (w *world) live(r routine) {
	d := newDice("routine " + r.name)
	for date := firstDay; date.Before(lastDay); date = date.AddDate(0, 0, 1) {
		for range r.sessionsOn(d, date) {
			t := d.moment(date, r.hours[0], r.hours[1])
			if r.role.existsAt(t) {
				w.liveSession(d, r, t)
			}
		}
	}
}

// sessionsOn is how many sessions start on a day: fewer in the baseline before
// the quarter and in the week behind it, to keep the corpus small.
func (r *routine) sessionsOn(d *dice, date time.Time) int {
	n := r.weekday
	if weekend(date) {
		n = r.weekend
	}
	if inWindow(date) || n == 0 {
		return n
	}
	if n > 3 {
		return n / 4
	}
	if d.chance(250 * n) {
		return 1
	}
	return 0
}

// liveSession obtains a session and makes its calls.
func (w *world) liveSession(d *dice, r routine, t time.Time) {
	s := r.start(d, t)
	if s == nil {
		return
	}
	n := d.between(r.calls[0], r.calls[1])
	for i := range n {
		t = t.Add(time.Second + time.Duration(d.Int64N(int64(r.spread)/int64(n))))
		if !r.role.existsAt(t) {
			return
		}
		w.ordinaryCall(d, &r, s, t, i)
	}
	if r.more != nil {
		r.more(d, s, t)
	}
}

// ordinaryCall makes one call of the menu. The first call of a session always
// succeeds.
func (w *world) ordinaryCall(d *dice, r *routine, s *session, t time.Time, i int) {
	c := r.choose(d)
	switch {
	case i > 0 && d.chance(r.denied):
		w.deny(d, s, c, r.region, t)
	case i > 0 && d.chance(r.failed):
		w.fail(d, s, c, r.region, t)
	default:
		w.succeed(d, s, c, r.region, t)
	}
}

// choose takes a call from the menu by weight.
func (r *routine) choose(d *dice) call {
	total := 0
	for _, c := range r.menu {
		total += c.weight
	}
	n := d.IntN(total)
	for _, c := range r.menu {
		if n -= c.weight; n < 0 {
			return c
		}
	}
	panic("unreachable: the weights were just added up")
}
