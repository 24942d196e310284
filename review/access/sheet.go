package access

import (
	"time"

	"roletrail/queries"
	"roletrail/review"
)

// sheetColumns are the columns of the review as a table of a spreadsheet. The last four are
// for whoever decides.
var sheetColumns = []struct {
	name, kind string
	cell       func(*Role) any
}{
	{"account_id", "varchar", func(r *Role) any { return known(r.AccountID) }},
	{"role_name", "varchar", func(r *Role) any { return known(r.RoleName) }},
	{"owner", "varchar", func(r *Role) any { return known(r.Owner) }},
	{"kind", "varchar", func(r *Role) any { return known(r.Kind) }},
	{"privilege", "varchar", func(r *Role) any { return known(r.Privilege) }},
	{"state", "varchar", func(r *Role) any { return known(r.State) }},
	{"verdict", "varchar", func(r *Role) any { return known(r.Verdict) }},
	{"reason", "varchar", func(r *Role) any { return known(r.Reason) }},
	{"last_used", "timestamp", func(r *Role) any { return moment(r.LastUsed) }},
	{"idle_days", "bigint", func(r *Role) any { return number(r.IdleDays) }},
	{"uses", "bigint", func(r *Role) any { return r.Uses }},
	{"denied", "bigint", func(r *Role) any { return r.Denied }},
	{"callers", "bigint", func(r *Role) any { return r.Callers }},
	{"unexpected_callers", "bigint", func(r *Role) any { return int64(r.UnexpectedCallers) }},
	{"granted", "bigint", func(r *Role) any { return ofGrants(r, func(g *Grants) int64 { return g.Granted }) }},
	{"used", "bigint", func(r *Role) any { return ofGrants(r, func(g *Grants) int64 { return g.Used }) }},
	{"unused", "bigint", func(r *Role) any { return ofGrants(r, func(g *Grants) int64 { return g.Unused }) }},
	{"probably_unused", "bigint", func(r *Role) any { return ofGrants(r, func(g *Grants) int64 { return g.ProbablyUnused }) }},
	{"unobservable", "bigint", func(r *Role) any { return ofGrants(r, func(g *Grants) int64 { return g.Unobservable }) }},
	{"too_new", "bigint", func(r *Role) any { return ofGrants(r, func(g *Grants) int64 { return g.TooNew }) }},
	{"severity", "varchar", func(r *Role) any { return known(Text(r.severity().String())) }},
	{"finding", "varchar", func(r *Role) any { return known(firstFinding(r)) }},
	{"question", "varchar", func(r *Role) any { return known(r.Question) }},
	{"suggestion", "varchar", func(r *Role) any { return known(r.Suggestion) }},
	{"role_arn", "varchar", func(r *Role) any { return known(r.RoleARN) }},
	{"role_id", "varchar", func(r *Role) any { return known(r.RoleID) }},
	{"evidence", "varchar", func(r *Role) any { return known(r.Evidence) }},
	{"decision", "varchar", func(r *Role) any { return ofDecided(r, func(d *Decided) Text { return d.Decision }) }},
	{"until", "varchar", func(r *Role) any { return ofDecided(r, func(d *Decided) Text { return d.Until }) }},
	{"reviewer", "varchar", func(r *Role) any { return ofDecided(r, func(d *Decided) Text { return d.Reviewer }) }},
	{"remark", "varchar", func(r *Role) any { return ofDecided(r, func(d *Decided) Text { return d.Reason }) }},
}

// sheet are the roles as rows, those that need an answer first.
func (r *Review) sheet() queries.Rows {
	columns := make([]queries.Column, len(sheetColumns))
	for i, c := range sheetColumns {
		columns[i] = queries.Column{Name: c.name, Type: c.kind}
	}
	rows := make([][]any, len(r.Roles))
	for i := range r.Roles {
		for _, c := range sheetColumns {
			rows[i] = append(rows[i], c.cell(&r.Roles[i]))
		}
	}
	return review.HeldRows(columns, rows)
}

// A cell that is not known is null, and not a pointer to nothing.

func known(t Text) any {
	if t == "" {
		return nil
	}
	return string(t)
}

func moment(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}

func number(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

func ofGrants(r *Role, count func(*Grants) int64) any {
	if r.Grants == nil {
		return nil
	}
	return count(r.Grants)
}

func ofDecided(r *Role, part func(*Decided) Text) any {
	if r.Decided == nil {
		return nil
	}
	return known(part(r.Decided))
}

func firstFinding(r *Role) Text {
	if len(r.Findings) == 0 {
		return ""
	}
	return Text(r.called()) + " " + r.Findings[0].Says
}
