package access

import (
	"fmt"
	"math"
	"strings"
	"time"

	"roletrail/iam/amount"
	"roletrail/review/termtext"
)

// strip is a row of days as SVG: one path for each class, whose dashes are the bars. A
// path per day would make a page of a thousand roles four times as large. Label says in
// words what is drawn: it is the title of the picture, and what a screen reader reads.
type strip struct {
	Days  int
	Paths []path
	Label string
}

type path struct{ Class, D string }

// levels is how many heights a bar has, beside none.
const levels = 4

// level is the height of n where the largest is most: by its logarithm, so that a day
// with a hundredth of the calls can still be seen.
func level(n, most int64) int {
	if n <= 0 {
		return 0
	}
	l := 1 + int(float64(levels)*math.Log(float64(n))/math.Log(float64(most)+1))
	return min(l, levels)
}

// runs writes the days that are so as one path at a height.
func runs(days int, y string, is func(day int) bool) string {
	var b strings.Builder
	for day := 0; day < days; day++ {
		end := day
		for end < days && is(end) {
			end++
		}
		if end > day {
			fmt.Fprintf(&b, "M%d %sh%d", day, y, end-day)
			day = end
		}
	}
	return b.String()
}

// barMiddles are where the paths of each height run, in a box 12 high.
var barMiddles = [levels + 1]string{"11.5", "10.5", "9", "7.5", "6"}

// useStrip draws the use of a role from a day on. missing says of which days there are no
// logs.
func useStrip(first time.Time, days int, uses, denied []int64, missing func(day int) bool, d dates) strip {
	most := int64(0)
	for _, n := range uses {
		most = max(most, n)
	}
	at := func(list []int64, day int) int64 {
		if day >= len(list) {
			return 0
		}
		return list[day]
	}
	s := strip{Days: days}
	add := func(class, y string, is func(day int) bool) {
		if d := runs(days, y, is); d != "" {
			s.Paths = append(s.Paths, path{class, d})
		}
	}
	// A day without logs may still have a call that another account's logs show.
	gap := func(day int) bool { return missing(day) && at(uses, day)+at(denied, day) == 0 }
	add("gap", "6", gap)
	for l := range barMiddles {
		add(fmt.Sprintf("a%d", l), barMiddles[l], func(day int) bool { return !gap(day) && level(at(uses, day), most) == l })
	}
	add("denied", "1", func(day int) bool { return at(denied, day) > 0 })
	s.Label = "Use per day" + d.upTo(first, days) + ": " + useLabel(first, days, uses, denied, gap, d)
	return s
}

// useLabel is what the strip of a role shows: on how many days it was used, when most, and
// which days say nothing.
func useLabel(first time.Time, days int, uses, denied []int64, gap func(day int) bool, d dates) string {
	used, refused, peak := 0, 0, 0
	for day, n := range uses {
		if n > 0 {
			used++
		}
		if n > uses[peak] {
			peak = day
		}
	}
	for _, n := range denied {
		if n > 0 {
			refused++
		}
	}
	label := "none"
	if used > 0 {
		label = fmt.Sprintf("on %s, most on %s, %s", amount.Of(used, "day"), d.day(first.AddDate(0, 0, peak)), times(uses[peak]))
	}
	if refused > 0 {
		label += "; refused on " + amount.Of(refused, "day")
	}
	if gaps := d.runs(first, days, gap); len(gaps) > 0 {
		label += "; not known for " + listed(gaps)
	}
	return label
}

// coverStrip draws the days of an account from a day on, as Account.Days has them.
func coverStrip(first time.Time, a Account, d dates) strip {
	s := strip{Days: len(a.Days), Label: fmt.Sprintf("Account %s%s: logs of %d of %s", termtext.Line(string(a.AccountID)), d.upTo(first, len(a.Days)), a.DaysPresent, amount.Of(len(a.Days), "day"))}
	for _, kind := range []struct {
		letter byte
		says   string
	}{{'p', "; a usual Region is missing on "}, {'m', "; none of "}} {
		if runs := d.runs(first, len(a.Days), func(day int) bool { return a.Days[day] == kind.letter }); len(runs) > 0 {
			s.Label += kind.says + listed(runs)
		}
	}
	for _, kind := range []struct {
		letter   byte
		class, y string
	}{{'f', "full", "6"}, {'p', "partly", "9"}, {'m', "gap", "6"}} {
		if d := runs(len(a.Days), kind.y, func(day int) bool { return a.Days[day] == kind.letter }); d != "" {
			s.Paths = append(s.Paths, path{kind.class, d})
		}
	}
	return s
}
