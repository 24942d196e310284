package unusual

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"roletrail/iam/difference"
	"roletrail/parquet"
)

// From how many in an hour on there is a burst. Hours are those of the clock.
var burstFrom = map[string]int64{DeniedAssumptions: 10, DeniedCalls: 25, FailedSignIns: 5, GuessedPrincipals: 10}

// habit is on how many days somebody had a burst before another one is nothing unusual: a
// job that may not do what it does every night.
const habit = 5

func (x *judging) bursts() error {
	many, err := x.tally()
	if err != nil {
		return err
	}
	slices.SortFunc(many, func(a, b tallied) int {
		return cmp.Or(cmp.Compare(a.hour, b.hour), strings.Compare(a.kind, b.kind), strings.Compare(a.subject, b.subject), strings.Compare(a.who, b.who))
	})
	for _, key := range many {
		c := x.o.bursts[key.burst]
		days, today, err := x.habit(key.burst, c)
		if err != nil {
			return err
		}
		if !today && days < habit && c.news != nil {
			x.found(key.kind, difference.High, "", burstSummary(key.burst, c, key.before+c.n), c.news)
		}
	}
	return nil
}

// tallied is a burst, with how often it had happened in its hour before.
type tallied struct {
	burst
	before int64
}

// tally remembers how often something that is news happened in its hour, which may go on, and returns
// what became a burst.
func (x *judging) tally() (many []tallied, err error) {
	var ids [][]byte
	var news []burst
	see := func(key burst, before int64) {
		if from := burstFrom[key.kind]; before < from && before+x.o.bursts[key].n >= from {
			many = append(many, tallied{key, before})
		}
	}
	hours := map[int64][]byte{} // keys: those of an hour begin with it
	for key, c := range x.o.bursts {
		if c.news == nil {
			see(key, 0)
			continue
		}
		if hours[key.hour] == nil {
			hours[key.hour] = Key("hour " + strconv.FormatInt(key.hour, 10))
		}
		id := keyUnder(hours[key.hour], key.kind, key.subject)
		news, ids = append(news, key), append(ids, id)
		x.plain = append(x.plain, parquet.Seen{Kind: ofTally, Key: id, First: at(c.last), Last: at(c.last), Number: c.n})
	}
	known, err := x.Memory.SeenAmong(ofTally, ids)
	for i, key := range news {
		see(key, known[string(ids[i])].Number)
	}
	return many, err
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
	case GuessedPrincipals:
		return fmt.Sprintf("%d policies refused as malformed in the hour from %s by %s, as when principals are guessed: %s", n, when, key.subject, strings.Join(names, ", "))
	}
	return fmt.Sprintf("%d refused calls in the hour from %s by %s: %s", n, when, key.subject, strings.Join(names, ", "))
}
