package main

import (
	"errors"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/config"
	"roletrail/queries"
	"roletrail/review"
)

// outputFlags say how an answer is written.
type outputFlags struct {
	format review.Format
	wide   bool
}

func (f *outputFlags) add(cmd *cobra.Command) {
	f.format = review.Table
	cli.EnumVar(cmd, false, &f.format, "format", "how the answer is written", review.Formats()...)
	cmd.Flags().BoolVar(&f.wide, "wide", false, "all columns of a table, however wide")
}

func (f *outputFlags) options(r *report, name string) review.Options {
	return review.Options{
		Report:   name,
		Wide:     f.wide,
		Width:    r.Width(),
		Colour:   r.Colour(),
		Terminal: r.StdoutTerminal(),
		Fold:     r.WidthKnown(),
		Notes:    r.Notes(),
	}
}

// questionFlags say what is asked: the flags common to all reports.
type questionFlags struct {
	windowFlags
	outputFlags
	accounts  accountIDs
	role      string
	inventory string
}

func (f *questionFlags) add(cmd *cobra.Command) {
	f.addScope(cmd)
	f.outputFlags.add(cmd)
}

// addScope adds the flags that say what is asked about.
func (f *questionFlags) addScope(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.since, "since", "", "start of the window: a time, a date or an age (default 90d before its end)")
	flags.StringVar(&f.until, "until", "", "end of the window, not in it (default now)")
	flags.StringVar(&f.quarter, "quarter", "", "the window as a quarter, like 2026Q3")
	flags.Var(&f.accounts, "account", "only this account; may be repeated")
	flags.StringVar(&f.inventory, "inventory", "", "use the newest inventory up to this date (default the newest of all)")
}

// addRole is for reports about many roles.
func (f *questionFlags) addRole(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.role, "role", "", "only this role: name, ARN or AROA id")
}

// params are the values the question is bound with.
func (f *questionFlags) params(cmd *cobra.Command, r *report) (queries.Params, error) {
	since, until, err := f.window(r.Now())
	if err != nil {
		return queries.Params{}, err
	}
	r.until = until
	p := queries.Params{
		Since: since, Until: until, Accounts: f.accounts, Role: f.role,
		ThinCoverage: thinCoverage(r.Config.Coverage.ThinBelow),
	}
	if f.inventory != "" {
		p.InventoryDate, err = parseDate("inventory", f.inventory)
	}
	return p, err
}

// thinCoverage keeps a configured 0 ("never thin") apart from the zero value,
// which means the default.
func thinCoverage(share float64) float64 {
	if share == 0 {
		return math.SmallestNonzeroFloat64
	}
	return share
}

// accountIDs is a flag that may be repeated.
type accountIDs []string

func (a *accountIDs) String() string { return strings.Join(*a, ",") }
func (a *accountIDs) Type() string   { return "id" }

func (a *accountIDs) Set(text string) error {
	if !config.IsAccountID(text) {
		return errors.New("must be an account id of twelve digits")
	}
	*a = append(*a, text)
	return nil
}
