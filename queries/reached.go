package queries

import (
	"slices"
	"strings"

	"roletrail/iam/history"
	"roletrail/iam/reach"
)

// reached finds whom changes reach, see [reach.Finder].
type reached struct {
	role   string             // that is asked for; empty for all
	asked  map[changeKey]bool // changes of that role by what the record says
	finder *reach.Finder
	found  map[int]bool // places of rows
}

// ask asks which changes are of the role that is asked for. Of others it may show later that they
// reach it, so that all are read.
func (r *reached) ask(x *explanation) error {
	if r.role = x.params.Role; r.role == "" {
		return nil
	}
	r.asked = map[changeKey]bool{}
	err := x.each("changes", func(columns []Column, row []any) error {
		r.asked[keyOfChange(cellsOf(columns, row))] = true
		return nil
	})
	x.params.Role = ""
	return err
}

func (r *reached) mayBeAsked(cell cells) bool {
	return r.role == "" || r.asked[keyOfChange(cell)] || reach.Reaches(cell.text("change"))
}

// begin reads the inventory, if some change may ask for it.
func (r *reached) begin(x *explanation, memory *history.InMemory) error {
	r.finder, r.found = &reach.Finder{Inventory: reach.NewInventory(), Memory: memory}, map[int]bool{}
	if !slices.ContainsFunc(x.rows, func(c ExplainedChange) bool { return reach.Reaches(cellsOf(x.columns, c.Row).text("change")) }) {
		return nil
	}
	return x.each("reach", func(columns []Column, row []any) error {
		cell := cellsOf(columns, row)
		r.finder.Inventory.Add(reach.Link{AccountID: cell.text("account_id"), RoleARN: cell.text("role_arn"), RoleID: cell.text("role_id"), Via: cell.text("via")})
		return nil
	})
}

// find finds whom the change of a row reaches.
func (r *reached) find(x *explanation, at int, c *reach.Change) error {
	row := &x.rows[at]
	cell := cellsOf(x.columns, row.Row)
	roles := textsOf(cell.cell("role_arns"))
	of := *c
	of.Kind, of.Policy, of.NamesRoles = cell.text("change"), cell.text("policy_arn"), len(roles) > 0
	found, err := r.finder.Find(&of)
	if r.found[at] = true; err != nil || found == nil {
		return err
	}
	var list []any
	for _, arn := range found.AddTo(roles) {
		list = append(list, arn)
	}
	row.set(x.columns, "role_arns", list)
	row.set(x.columns, "summary", found.Summarise(cell.text("summary")))
	return nil
}

// others are the changes of which only the row is known: attempts, and those whose parameters
// tell nothing of whom they reach.
func (r *reached) others(x *explanation) error {
	for at, row := range x.rows {
		cell := cellsOf(x.columns, row.Row)
		if r.found[at] || !reach.Reaches(cell.text("change")) {
			continue
		}
		key := keyOfChange(cell)
		c := &reach.Change{Succeeded: cell.text("outcome") == "success", Change: history.Change{ID: key.id, Time: key.at, AccountID: key.account, Name: key.name}}
		if err := r.find(x, at, c); err != nil {
			return err
		}
	}
	return nil
}

// dropUnasked drops the changes that turned out not to reach the role that is asked for.
func (x *explanation) dropUnasked() {
	r := &x.reached
	if r.role == "" {
		return
	}
	x.rows = slices.DeleteFunc(x.rows, func(c ExplainedChange) bool {
		cell := cellsOf(x.columns, c.Row)
		return !r.asked[keyOfChange(cell)] && !slices.ContainsFunc(textsOf(cell.cell("role_arns")), r.isAsked)
	})
}

// isAsked says whether a role is the one that is asked for, by its ARN, its name or its id.
func (r *reached) isAsked(arn string) bool {
	return arn == r.role || arn[strings.LastIndexByte(arn, '/')+1:] == r.role || r.finder.Inventory.IDOf(arn) == r.role
}

func textsOf(list any) (texts []string) {
	all, _ := list.([]any)
	for _, one := range all {
		if text, ok := one.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
