package alert

import (
	"cmp"
	"slices"
	"strings"

	"roletrail/iam/difference"
)

// mostApart is how many changes of one actor that wait together have messages of their own.
const mostApart = 3

// maker is who changes are told of together: a known automation, whichever of its sessions
// it was, else an actor.
type maker struct{ automation, actor string }

func makerOf(c Change) maker {
	if c.Automation != "" {
		return maker{automation: c.Automation}
	}
	return maker{actor: c.Actor}
}

// name is a maker's in a title.
func (m maker) name() string { return cmp.Or(m.automation, shortActor(m.actor)) }

// grouped are entries as they are told: those of known automation, and of an actor who made
// more than a few changes, as one, the others alone. Each group is in the order of time.
func grouped(entries []Entry) (groups [][]Entry) {
	byMaker := map[maker][]Entry{}
	for _, e := range entries {
		by := makerOf(e.Change)
		byMaker[by] = append(byMaker[by], e)
	}
	for by, of := range byMaker {
		slices.SortFunc(of, compare)
		if len(of) > mostApart || by.automation != "" {
			groups = append(groups, of)
		} else {
			groups = append(groups, alone(of)...)
		}
	}
	slices.SortFunc(groups, func(a, b []Entry) int { return compare(a[0], b[0]) })
	return groups
}

// alone are entries as groups of one.
func alone(entries []Entry) (groups [][]Entry) {
	for _, e := range entries {
		groups = append(groups, []Entry{e})
	}
	return groups
}

func compare(a, b Entry) int {
	return cmp.Or(a.Change.EventTime.Compare(b.Change.EventTime), strings.Compare(a.Key, b.Key))
}

// worst is the gravest severity.
func worst(changes []Change) string {
	gravest, severities := changes[0].Severity, difference.Severities()
	for _, c := range changes {
		if slices.Index(severities, c.Severity) > slices.Index(severities, gravest) {
			gravest = c.Severity
		}
	}
	return gravest
}
