package queries

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/iam/difference"
	"roletrail/iam/history"
	"roletrail/iam/reach"
)

// ExplainedChange is a row of the question "changes", and what the change makes of a
// document.
type ExplainedChange struct {
	Row []any
	// Difference is nil where the change is about no document, or did not succeed.
	Difference *difference.Difference
}

// ExplainedChanges are the changes of a window, the newest first.
type ExplainedChanges struct {
	Columns []Column
	Rows    []ExplainedChange
	LeftOut int // changes beyond the most that were wanted
}

// ExplainChanges answers the question "changes" and holds each change against the
// documents that were in force before it, as the events of the lake and its inventories
// tell. The severity of the difference takes the place of the record's, where it is
// known, and its reasons that of the record's. known are accounts that are one's own
// beside those that the lake knows.
//
// It is made of what the lake holds, whatever the order in which it came (design 9.15). Roles that
// a change reaches by an inventory or by what the logs tell stand beside those that it names, and
// the summary says whom else it reaches, or that this is unknown.
//
// Of more than most changes only so many are held against documents and returned: the gravest by
// what their records say, and of one severity the newest; all if most is 0.
func ExplainChanges(ctx context.Context, engine Engine, p Params, known []string, most int) (ExplainedChanges, error) {
	atLeast := p.Changes.AtLeast
	p.Changes.AtLeast = ""
	x := &explanation{ctx: ctx, engine: engine, params: p, most: most, wanted: map[changeKey][]int{}}
	if err := x.read(); err != nil {
		return ExplainedChanges{}, err
	}
	if len(x.rows) > 0 {
		if err := x.explain(known); err != nil {
			return ExplainedChanges{}, fmt.Errorf("holding changes against the documents before them: %w", err)
		}
		x.dropUnasked()
	}
	lastUse, err := x.lastUse()
	if err != nil {
		return ExplainedChanges{}, fmt.Errorf("asking for the last use of roles that were deleted: %w", err)
	}
	for i := range x.rows {
		x.rows[i].lost(x.columns, p.Changes.Watched)
		x.rows[i].addLastUse(x.columns, lastUse)
		if p.Changes.Automation != nil {
			x.rows[i].automated(x.columns, p.Changes.Automation)
		}
	}
	return ExplainedChanges{Columns: x.columns, Rows: x.atLeast(atLeast), LeftOut: x.leftOut}, nil
}

// explanation is one answer being made.
type explanation struct {
	ctx     context.Context
	engine  Engine
	params  Params
	columns []Column
	most    int // rows that are wanted, 0 means all
	rows    []ExplainedChange
	leftOut int
	wanted  map[changeKey][]int // places in rows of the changes that may be explained
	reached reached
}

// changeKey tells changes apart. An id alone does not, where it is none of AWS's making.
type changeKey struct {
	at                time.Time
	id, account, name string
}

func (x *explanation) read() error {
	if err := x.reached.ask(x); err != nil {
		return err
	}
	err := x.each("changes", func(columns []Column, row []any) error {
		x.columns = columns
		cell := cellsOf(columns, row)
		if !x.reached.mayBeAsked(cell) {
			return nil
		}
		if x.rows = append(x.rows, ExplainedChange{Row: slices.Clone(row)}); x.most > 0 && len(x.rows) >= 2*x.most {
			x.leaveOut()
		}
		return nil
	})
	if x.most > 0 {
		x.leaveOut()
	}
	x.want()
	return err
}

// leaveOut leaves out what is more than wanted: what is least grave by its record, for documents
// are held against what stays, and of one severity the oldest.
func (x *explanation) leaveOut() {
	more := len(x.rows) - x.most
	if more <= 0 {
		return
	}
	places := make([]int, len(x.rows))
	for i := range places {
		places[i] = i
	}
	rank := func(place int) int {
		return slices.Index(Severities(), cellsOf(x.columns, x.rows[place].Row).text("severity"))
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	places = places[:x.most]
	slices.Sort(places)
	for to, from := range places {
		x.rows[to] = x.rows[from]
	}
	clear(x.rows[x.most:])
	x.rows, x.leftOut = x.rows[:x.most], x.leftOut+more
}

// want notes which changes may be explained, and of which accounts they are.
func (x *explanation) want() {
	var accounts []string
	for at, row := range x.rows {
		cell := cellsOf(x.columns, row.Row)
		if key := keyOfChange(cell); cell.text("outcome") == "success" && key.id != "" && key.account != "" {
			x.wanted[key] = append(x.wanted[key], at)
			if !slices.Contains(accounts, key.account) {
				accounts = append(accounts, key.account)
			}
		}
	}
	x.params.Accounts = slices.DeleteFunc(accounts, func(account string) bool { return strings.Contains(account, ",") })
}

func keyOfChange(cell cells) changeKey {
	return changeKey{cell.time("event_time"), cell.text("event_id"), cell.text("account_id"), nameOfChange(cell)}
}

// nameOfChange is the name of the event, with which the summary begins.
func nameOfChange(cell cells) string {
	name, _, _ := strings.Cut(cell.text("summary"), " ")
	return strings.TrimSuffix(name, ":")
}

// each passes the rows of a question to fn. Of an answer without rows fn is never called,
// but its columns are kept.
func (x *explanation) each(question string, fn func(columns []Column, row []any) error) (err error) {
	rows, err := x.engine.Run(x.ctx, question, x.params)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if x.columns == nil {
		x.columns = rows.Columns()
	}
	for rows.Next() {
		if err := fn(rows.Columns(), rows.Row()); err != nil {
			return err
		}
	}
	return rows.Err()
}

// explain finds the differences. Facts are kept as they come, the oldest first, so that of
// many changes of one policy only the newest lie in memory.
func (x *explanation) explain(known []string) error {
	own := map[string]bool{}
	for _, account := range known {
		own[account] = true
	}
	err := x.each("own_accounts", func(columns []Column, row []any) error {
		own[cellsOf(columns, row).text("account_id")] = true
		return nil
	})
	if err != nil {
		return err
	}
	memory := history.NewInMemory()
	if err := x.each("told_documents", func(columns []Column, row []any) error {
		memory.Put(toldBy(cellsOf(columns, row))...)
		return nil
	}); err != nil {
		return err
	}
	if err := x.reached.begin(x, memory); err != nil {
		return err
	}
	e := &history.Explainer{Judge: difference.Embedded(), Memory: memory, Own: func(account string) bool { return own[account] }}
	var same []*reach.Change // of one moment, of which the log does not say which was first
	err = x.each("document_changes", func(columns []Column, row []any) error {
		c := changeOf(cellsOf(columns, row))
		if len(same) > 0 && !same[0].Time.Equal(c.Time) {
			if err := x.take(e, memory, same); err != nil {
				return err
			}
			same = same[:0]
		}
		same = append(same, c)
		return nil
	})
	if err != nil {
		return err
	}
	if err := x.take(e, memory, same); err != nil {
		return err
	}
	return x.reached.others(x)
}

// take explains the changes of one moment that are wanted, and remembers all.
func (x *explanation) take(e *history.Explainer, memory *history.InMemory, same []*reach.Change) error {
	for _, c := range same {
		memory.Put(factsOf(c)...)
	}
	for _, c := range same {
		places := x.wanted[changeKey{c.Time, c.ID, c.AccountID, c.Name}]
		if len(places) == 0 {
			continue
		}
		d, err := explainIAM(e, c)
		if err != nil {
			return err
		}
		for _, at := range places {
			x.rows[at].Difference = d
			x.rows[at].apply(x.columns)
			if err := x.reached.find(x, at, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// set puts a value into a column of the row.
func (c *ExplainedChange) set(columns []Column, name string, value any) {
	if i := slices.IndexFunc(columns, func(column Column) bool { return column.Name == name }); i >= 0 {
		c.Row[i] = value
	}
}

// apply puts severity and reasons of the difference into the row. Where the difference is
// not enough to say how grave it is, what the record shows stands beside them.
func (c *ExplainedChange) apply(columns []Column) {
	if c.Difference == nil {
		return
	}
	if c.Difference.Severity != nil {
		c.set(columns, "severity", c.Difference.Severity.String())
	}
	c.set(columns, "summary", c.Difference.Summarise(cellsOf(columns, c.Row).text("summary")))
}

// lost makes a change that takes something away from a watched role graver.
func (c *ExplainedChange) lost(columns []Column, watched func(name, arn string) string) {
	cell := cellsOf(columns, c.Row)
	if cell.text("outcome") != "success" {
		return
	}
	severity, why := difference.OfLoss(cell.text("change"), cell.text("severity"), textsOf(cell.cell("role_arns")), watched)
	if why != "" {
		c.set(columns, "severity", severity)
		c.set(columns, "summary", cell.text("summary")+"; "+why)
	}
}

// automated makes a change of known automation less grave.
func (c *ExplainedChange) automated(columns []Column, automation func(actors ...string) string) {
	cell := cellsOf(columns, c.Row)
	name := automation(cell.text("actor"), cell.text("via"))
	if name == "" {
		return
	}
	c.set(columns, "severity", difference.Lower(cell.text("severity")))
	c.set(columns, "summary", cell.text("summary")+" (by "+name+")")
}

// atLeast are the rows that are at least as grave; an empty severity means all.
func (x *explanation) atLeast(severity string) []ExplainedChange {
	if severity == "" {
		return x.rows
	}
	wanted := Severities()[:slices.Index(Severities(), severity)+1]
	at := slices.IndexFunc(x.columns, func(c Column) bool { return c.Name == "severity" })
	return slices.DeleteFunc(x.rows, func(c ExplainedChange) bool { return !slices.Contains(wanted, fmt.Sprint(c.Row[at])) })
}

func changeOf(c cells) *reach.Change {
	return &reach.Change{Source: c.text("event_source"), Succeeded: true, Change: history.Change{
		ID: c.text("event_id"), Time: c.time("event_time"), AccountID: c.text("account_id"), Name: c.text("event_name"),
		Request: []byte(c.text("request_parameters")), Response: []byte(c.text("response_elements")),
	}}
}

// Only changes of IAM are about documents: names of operations are not one service's alone.

func factsOf(c *reach.Change) []history.Fact {
	if c.Source == iamSource {
		return history.FactsOf(&c.Change)
	}
	return reach.FactsOf(c)
}

func explainIAM(e *history.Explainer, c *reach.Change) (*difference.Difference, error) {
	if c.Source != iamSource {
		return nil, nil
	}
	return e.Explain(&c.Change)
}

const iamSource = "iam.amazonaws.com"

func toldBy(c cells) []history.Fact {
	at, policy, name := c.time("snapshot_at"), c.text("policy_arn"), c.text("name")
	if policy == "" && name == "" {
		return history.RoleFacts(at, c.text("role_arn"), c.bool("is_listed"), c.text("document"), c.text("boundary"))
	}
	return history.PolicyFacts(at, policy, c.text("version_id"), c.text("role_arn"), name, c.text("document"))
}

// cells are those of a row by the names of their columns.
type cells struct {
	columns []Column
	row     []any
}

func cellsOf(columns []Column, row []any) cells { return cells{columns, row} }

func (c cells) cell(name string) any {
	at := slices.IndexFunc(c.columns, func(column Column) bool { return column.Name == name })
	if at < 0 {
		return nil
	}
	return c.row[at]
}

func (c cells) text(name string) string    { s, _ := c.cell(name).(string); return s }
func (c cells) bool(name string) bool      { b, _ := c.cell(name).(bool); return b }
func (c cells) time(name string) time.Time { t, _ := c.cell(name).(time.Time); return t }
