package alert

import (
	"cmp"
	"slices"
	"strings"

	"roletrail/iam/difference"
)

// mostApart is how many changes of one actor that wait together have messages of their own.
const mostApart = 3

// grouped are entries as they are told: those of an actor who made more than a few changes,
// as one, the others alone. Each group is in the order of time.
func grouped(entries []Entry) (groups [][]Entry) {
	byActor := map[string][]Entry{}
	for _, e := range entries {
		byActor[e.Change.Actor] = append(byActor[e.Change.Actor], e)
	}
	for _, of := range byActor {
		slices.SortFunc(of, compare)
		if len(of) > mostApart {
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
