package unusual

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"roletrail/iam/difference"
	"roletrail/parquet"
)

// From how many in an hour on there is a burst. Hours are those of the clock.
var burstFrom = map[string]int64{DeniedAssumptions: 10, DeniedCalls: 25, FailedSignIns: 5}

// habit is on how many days somebody had a burst before another one is nothing unusual: a
// job that may not do what it does every night.
const habit = 5

func (x *judging) bursts() error {
	before, err := x.tally()
	if err != nil {
		return err
	}
	many := slices.DeleteFunc(slices.Collect(maps.Keys(x.o.bursts)), func(key burst) bool {
		n, from := before[key], burstFrom[key.kind]
		return n >= from || n+x.o.bursts[key].n < from
	})
	slices.SortFunc(many, func(a, b burst) int {
		return cmp.Or(cmp.Compare(a.hour, b.hour), strings.Compare(a.kind, b.kind), strings.Compare(a.subject, b.subject), strings.Compare(a.who, b.who))
	})
	for _, key := range many {
		c := x.o.bursts[key]
		days, today, err := x.habit(key, c)
		if err != nil {
			return err
		}
		if !today && days < habit && c.news != nil {
			x.found(key.kind, difference.High, "", burstSummary(key, c, before[key]+c.n), c.news)
		}
	}
	return nil
}

// tally remembers how often something that is news happened in its hour, which may go on, and returns
// how often it did before.
func (x *judging) tally() (before map[burst]int64, err error) {
	var keys []burst
	var ids [][]byte
	for key, c := range x.o.bursts {
		if c.news == nil {
			continue
		}
		id := Key("hour "+strconv.FormatInt(key.hour, 10), key.kind, key.subject) // those of an hour lie together
		keys, ids = append(keys, key), append(ids, id)
		x.plain = append(x.plain, parquet.Seen{Kind: ofTally, Key: id, First: at(c.last), Last: at(c.last), Number: c.n})
	}
	known, err := x.Memory.SeenAmong(ofTally, ids)
	before = map[burst]int64{}
	for i, key := range keys {
		if s, ok := known[string(ids[i])]; ok {
			before[key] = s.Number
		}
	}
	return before, err
}

// habit is on how many days there was such a burst before, and whether there was one today;
// this one is remembered.
func (x *judging) habit(key burst, c *count) (days int64, today bool, err error) {
	id := Key("habit", key.kind, key.who)
	s, ok, err := x.Memory.Seen(ofBurst, id)
	if err != nil {
		return 0, false, err
	}
	now, isNow := x.entries[ofBurst+string(id)]
	days = s.Number + now.Number
	day := at(c.last).Truncate(24 * time.Hour)
	isOn := func(s parquet.Seen) bool { return !s.Last.Before(day) }
	if ok && isOn(s) || isNow && isOn(now) {
		return days, true, nil
	}
	if !isNow {
		now = parquet.Seen{Kind: ofBurst, Key: id, First: at(c.last)}
	}
	now.Last, now.Number = at(c.last), now.Number+1
	x.put(now)
	return days, false, nil
}

func burstSummary(key burst, c *count, n int64) string {
	names := slices.Sorted(slices.Values(c.names))
	if len(names) > maxNames {
		names = append(names[:maxNames], "…")
	}
	when := at(key.hour * hour).Format("15:04")
	switch key.kind {
	case FailedSignIns:
		return fmt.Sprintf("%d failed sign-ins to the console from %s in the hour from %s", n, key.subject, when)
	case DeniedAssumptions:
		return fmt.Sprintf("%d refused assumptions of roles in the hour from %s by %s", n, when, key.subject)
	}
	return fmt.Sprintf("%d refused calls in the hour from %s by %s: %s", n, when, key.subject, strings.Join(names, ", "))
}
