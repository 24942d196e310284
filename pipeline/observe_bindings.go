package pipeline

import (
	"slices"

	"roletrail/cloudtrail"
	"roletrail/pipeline/rolechange"
)

// bindings takes in which services were given which roles. Few stores hold such a call: others are not looked through
// for it.
func (o *observer) bindings(r *rows) {
	if !slices.ContainsFunc(r.changes.all, func(c change) bool { return isBinding(c.event, c.outcome) }) {
		return
	}
	for n := range r.rows {
		e := &r.rows[n]
		if e.change < 0 || !isBinding(r.changes.all[e.change].event, r.changes.all[e.change].outcome) {
			continue
		}
		s := sighted{}
		s.see(e, o.since)
		o.Bound(r.dictText(e, dictPassedRole), r.dictText(e, dictEventSource), s.first, s.last, newsOf(r, s.news))
	}
}

func isBinding(e *rolechange.Event, outcome cloudtrail.Outcome) bool {
	return e.Change == boundChange && outcome == cloudtrail.Success
}

// boundChange is the kind of change of a call that gives a role to a service.
const boundChange = "role_bound"
