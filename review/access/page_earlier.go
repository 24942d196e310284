package access

import (
	"fmt"

	"roletrail/iam/amount"
)

// earlierView is what became of the last review's decisions, in a line per sort.
type earlierView struct {
	Title string
	Lines []earlierLine
}

type earlierLine struct{ Name, Count, Text string }

// earlierSorts are the sorts of decisions: what a good outcome is called, what a bad one is,
// what is said where all is good, and what comes before the names where not.
var earlierSorts = []struct{ decision, name, bad, allGood, before string }{
	{"remove", "Remove", "not_done", "all carried out", "still there: "},
	{"trim", "Trim", "not_done", "all carried out", "as they were: "},
	{"exception", "Exception", "ran_out", "all of them still run", "ran out: "},
	{"keep", "Keep", "", "no more was asked", ""},
}

func (p *page) addEarlier() {
	e := p.Review.Earlier
	if e == nil {
		return
	}
	p.Earlier = &earlierView{Title: "the last decisions"}
	if e.Quarter != "" {
		p.Earlier.Title = "the decisions of " + string(line(string(e.Quarter)))
	}
	for _, sort := range earlierSorts {
		all, unknown := 0, 0
		var bad []string
		for _, o := range e.Outcomes {
			switch {
			case string(o.Decision) != sort.decision:
				continue
			case string(o.Outcome) == sort.bad:
				bad = append(bad, string(o.RoleName))
			case o.Outcome == "not_known":
				unknown++
			}
			all++
		}
		text := sort.allGood
		switch {
		case all == 0:
			continue
		case len(bad) > 0:
			text = sort.before + listed(bad)
		case unknown > 0:
			text = "of " + amount.Of(unknown, "role") + " it is not known"
		}
		p.Earlier.Lines = append(p.Earlier.Lines, earlierLine{sort.name, fmt.Sprintf("%d of %d", all-unknown-len(bad), all), text})
	}
	if e.Undecided > 0 {
		p.Earlier.Lines = append(p.Earlier.Lines, earlierLine{"Undecided", amount.Grouped(e.Undecided), "nothing was decided about these"})
	}
}
