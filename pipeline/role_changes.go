package pipeline

import (
	"roletrail/cloudtrail"
	"roletrail/iam/difference"
	"roletrail/pipeline/rolechange"
)

// changes are the role changes of a row store.
type changes struct {
	named [][]*rolechange.Event // by code of event_name: what events of that name may be
	all   []change
	roles intern  // ARNs of roles
	lists []int32 // codes of them, those of all changes one after another

	reader rolechange.Reader
}

// change is the codes of the columns that only a role change has.
type change struct {
	codes    [numDicts - assumptionDicts]int32
	roles    int32 // where its roles end in changes.lists
	event    *rolechange.Event
	severity difference.Severity
	outcome  cloudtrail.Outcome
}

func (c *changes) reset() {
	c.named, c.all, c.lists = c.named[:0], c.all[:0], c.lists[:0]
	c.roles.reset()
}

// changeOf finds what an event changes of roles. It is asked of every event, so that a
// name which no change has is looked up but once until the store is emptied.
func (r *rows) changeOf(rec *cloudtrail.Record, e *row, outcome cloudtrail.Outcome, passed []byte) int32 {
	c, name := &r.changes, int(e.codes[dictEventName])
	if name < 0 {
		return noCode
	}
	if name == len(c.named) { // codes are given from 0 on, one after another
		c.named = append(c.named, rolechange.Named(rec.Text[cloudtrail.EventName]))
	}
	if c.named[name] == nil {
		return noCode
	}
	event := rolechange.From(rec.Text[cloudtrail.EventSource], c.named[name])
	if event == nil {
		return noCode
	}
	found, ok := c.reader.Read(event, rec, outcome, passed)
	if !ok {
		return noCode
	}
	for _, arn := range found.Roles {
		c.lists = append(c.lists, c.roles.code([]byte(arn)))
	}
	codes := change{roles: int32(len(c.lists)), event: event, severity: found.Severity, outcome: outcome}
	for dict, text := range [...]string{
		dictChange - assumptionDicts:         event.Change,
		dictChangePolicy - assumptionDicts:   found.Policy,
		dictChangeSeverity - assumptionDicts: found.Severity.String(),
		dictChangeSummary - assumptionDicts:  found.Summary,
	} {
		codes.codes[dict] = noCode
		if text != "" {
			codes.codes[dict] = r.dicts[assumptionDicts+dict].code([]byte(text))
		}
	}
	c.all = append(c.all, codes)
	return int32(len(c.all) - 1)
}

// changeText is a text of a change, empty if it has none. It is valid until the store is
// emptied.
func (r *rows) changeText(c *change, dict int) string {
	code := c.codes[dict-assumptionDicts]
	if code < 0 {
		return ""
	}
	return string(r.arena.bytes(r.dicts[dict].values[code]))
}

// rolesOf are the codes of the roles that the change at hand names: the newest.
func (c *changes) rolesOf(newest *change) []int32 {
	from := int32(0)
	if len(c.all) > 1 {
		from = c.all[len(c.all)-2].roles
	}
	return c.lists[from:newest.roles]
}

// changedRoles are the codes of the roles that a change names, by its index.
func (c *changes) changedRoles(change int32) []int32 {
	from := int32(0)
	if change > 0 {
		from = c.all[change-1].roles
	}
	return c.lists[from:c.all[change].roles]
}

// gatherChangedRoles gathers the lists of roles. A change that names none has an empty
// list, what is no change has none.
func (r *rows) gatherChangedRoles() {
	g := &r.gather
	g.codes, g.values.Ends, g.values.ListNull = g.codes[:0], make([]int32, 0, len(g.changes)), make([]bool, 0, len(g.changes))
	for _, change := range g.changes {
		if change >= 0 {
			g.codes = append(g.codes, r.changes.changedRoles(change)...)
		}
		g.values.ListNull = append(g.values.ListNull, change < 0)
		g.values.Ends = append(g.values.Ends, int32(len(g.codes)))
	}
	r.gatherCodes(&r.changes.roles, g.codes)
}
