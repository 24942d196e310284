package unusual

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
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
	compare := func(a, b burst) int {
		return cmp.Or(cmp.Compare(a.hour, b.hour), strings.Compare(a.kind, b.kind), strings.Compare(a.subject, b.subject), strings.Compare(a.who, b.who))
	}
	for _, key := range slices.SortedFunc(maps.Keys(x.o.bursts), compare) {
		if err := x.burst(key, x.o.bursts[key]); err != nil {
			return err
		}
	}
	return nil
}

func (x *judging) burst(key burst, c *count) error {
	before, from := int64(0), burstFrom[key.kind]
	if c.news != nil {
		id := Key("burst", key.kind, key.subject, fmt.Sprint(key.hour))
		s, _, err := x.Memory.Seen(ofTally, id)
		if err != nil {
			return err
		}
		before = s.Number
		x.put(parquet.Seen{Kind: ofTally, Key: id, First: at(c.last), Last: at(c.last), Number: c.n})
	}
	if before >= from || before+c.n < from {
		return nil
	}
	days, today, err := x.habit(key, c)
	if err != nil || today || days >= habit || c.news == nil {
		return err
	}
	x.found(key.kind, difference.High, "", burstSummary(key, c, before+c.n), c.news)
	return nil
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
