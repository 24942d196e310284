package unusual

import (
	"time"

	"roletrail/parquet"
)

// Remembered are days of which it is certain that something is remembered, by what it is: to
// remember it again would change nothing but the hour. The zero value is empty.
type Remembered struct {
	days map[string][2]time.Time

	bounded time.Time // the day when what is remembered was bounded last
	put     int       // how much was remembered since
}

// mostCertain is of how many things that is kept.
const mostCertain = 100_000

// has says whether something is remembered from the day on that it was seen first to the day
// that it was seen last; of a habit to some day of that week.
func (r *Remembered) has(s parquet.Seen) bool {
	if r == nil || s.Number != 0 {
		return false
	}
	in, ok := r.in(s.Kind, s.Key)
	return ok && !s.First.Before(in[0]) && s.Last.Before(in[1])
}

// in is from when to when something needs not be remembered again.
func (r *Remembered) in(kind string, key []byte) (in [2]time.Time, ok bool) {
	in, ok = r.days[kind+string(key)]
	lasts := 24 * time.Hour
	if kind == ofCaller || kind == ofNetwork {
		lasts += week
	}
	in[1] = in[1].Add(lasts)
	return in, ok
}

// span is from when to when a habit needs not be remembered again; ok is false where it is not certain that
// it is remembered, now.
func (r *Remembered) span(kind string, key []byte, now time.Time) (s span, ok bool) {
	if r == nil {
		return s, false
	}
	in, ok := r.in(kind, key)
	return span{in[0].UnixMicro(), in[1].UnixMicro() - 1}, ok && in[1].After(now.Add(week-Lasting)) // it may be forgotten otherwise
}

// betweenBounds is how much may be remembered before that is bounded again, for which all of
// it is looked through.
const betweenBounds = 10_000

// bounds are those by which a commit that remembers so much forgets; none if it needs not.
func (r *Remembered) bounds(now time.Time, entries int) []parquet.SeenBounds {
	if r != nil && r.bounded.Equal(dayOf(now)) && r.put+entries < betweenBounds {
		return nil
	}
	return bounds(now)
}

// Add takes in what a commit has remembered.
func (r *Remembered) Add(s *parquet.Sightings, now time.Time) {
	r.put += len(s.Seen)
	if s.Bounds != nil {
		r.bounded, r.put = dayOf(now), 0
	}
	r.add(s.Seen)
}

func (r *Remembered) add(all []parquet.Seen) {
	if len(r.days)+len(all) > mostCertain || r.days == nil {
		r.days = map[string][2]time.Time{}
	}
	for _, s := range all {
		if s.Number != 0 || len(r.days) >= mostCertain {
			continue
		}
		id, days := s.Kind+string(s.Key), [2]time.Time{dayOf(s.First), dayOf(s.Last)}
		if have, ok := r.days[id]; ok {
			if have[0].Before(days[0]) {
				days[0] = have[0]
			}
			if have[1].After(days[1]) {
				days[1] = have[1]
			}
		}
		r.days[id] = days
	}
}

func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }
