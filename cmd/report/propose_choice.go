package main

import (
	"context"
	"slices"

	"roletrail/iam/policy"
	"roletrail/queries"
	"roletrail/review/proposal"
)

// choice says of each action that a role may use whether a proposal keeps it.
type choice struct {
	grants  gathered
	verdict int // its column
	action  int
	keeps   []string
	// touched are the resources of the used actions that are cut down to these, why
	// says of the others why they are not.
	touched map[string][]string
	why     map[string]string
}

func sortOut(grants gathered, strict bool) *choice {
	c := &choice{grants: grants, verdict: grants.column("verdict"), action: grants.column("action"),
		keeps: proposal.Keeps(strict), touched: map[string][]string{}, why: map[string]string{}}
	return c
}

// rows are the grants with one of the verdicts, or with none of them.
func (c *choice) rows(with bool, verdicts []string) gathered {
	g := gathered{columns: c.grants.columns}
	for _, row := range c.grants.rows {
		verdict, _ := row[c.verdict].(string)
		if slices.Contains(verdicts, verdict) == with {
			g.rows = append(g.rows, row)
		}
	}
	return g
}

// kept are the actions that the proposal keeps.
func (c *choice) kept() []policy.Kept {
	var kept []policy.Kept
	for _, row := range c.rows(true, c.keeps).rows {
		action, _ := row[c.action].(string)
		kept = append(kept, policy.Kept{Action: action, Touched: c.touched[action]})
	}
	return kept
}

// findTouched looks for the resources of the used actions.
func (c *choice) findTouched(ctx context.Context, engine queries.Engine, params queries.Params, strict bool) error {
	g, err := gather(ctx, engine, "role_resources", params)
	if err != nil {
		return err
	}
	calls := callsOf(g)
	used, uses := c.rows(true, proposal.Proven()), c.grants.column("uses")
	for _, row := range used.rows {
		action, _ := row[c.action].(string)
		count, _ := row[uses].(int64)
		c.touched[action], c.why[action] = calls[action].touched(action, count, strict)
	}
	return nil
}

// actionCalls is what the calls of an action show.
type actionCalls struct {
	types         []string // resource types
	observability string
	resources     [][]string
	events, total int64 // of the rows, and with those left out
}

func callsOf(g gathered) map[string]*actionCalls {
	calls := map[string]*actionCalls{}
	at := func(row []any, name string) any { return row[g.column(name)] }
	for _, row := range g.rows {
		action, _ := at(row, "action").(string)
		c := calls[action]
		if c == nil {
			c = &actionCalls{types: textsOf(at(row, "resource_types"))}
			c.observability, _ = at(row, "observability").(string)
			c.total, _ = at(row, "total").(int64)
			calls[action] = c
		}
		events, _ := at(row, "events").(int64)
		c.events += events
		c.resources = append(c.resources, textsOf(at(row, "resources")))
	}
	return calls
}

// textsOf are the texts of a list, nulls left out.
func textsOf(cell any) []string {
	var texts []string
	list, _ := cell.([]any)
	for _, x := range list {
		if text, ok := x.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// touched are the resources that an action may be cut down to, by its calls, of which
// uses were counted elsewhere. Data events are logged of single resources, so that
// those of others may be missing: only a strict proposal goes by them.
func (c *actionCalls) touched(action string, uses int64, strict bool) ([]string, string) {
	switch {
	case c == nil:
		return nil, "no event of it shows a resource"
	case c.observability == "data" && !strict:
		return nil, "trails may log data events of some resources only"
	case c.events < c.total:
		return nil, "its events show too many resources"
	case action == "iam:PassRole" && slices.ContainsFunc(c.resources, func(arns []string) bool { return slices.Contains(arns, "…") }):
		return nil, "some calls may have passed more roles than the one that the lake names"
	case action != "iam:PassRole" && c.total != uses:
		return nil, "not every use could be found by its resource"
	}
	return policy.Touches(action, c.types, c.resources)
}
