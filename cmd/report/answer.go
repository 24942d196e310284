package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
)

// opener opens the lake in a folder for questions.
type opener func(ctx context.Context, lake string, progress func(queries.Progress)) (queries.Engine, error)

// answering opens the lake for the time of use, which writes an answer: one that is longer
// than the terminal is shown by the pager.
func (r *report) answering(ctx context.Context, use func(queries.Engine) error) error {
	return r.withEngine(ctx, func(engine queries.Engine) error {
		return r.paged(func() error { return use(engine) })
	})
}

// paged lets the pager show what is written, unless --no-pager says not to.
func (r *report) paged(write func() error) error {
	if r.noPager {
		return write()
	}
	return r.Paged(write)
}

// withEngine opens the lake for the time of use. Meanwhile a line on the terminal says what is
// done.
func (r *report) withEngine(ctx context.Context, use func(queries.Engine) error) (err error) {
	defer r.engine.bill.say(r.Say)
	r.work.do("opening the lake")
	r.idle = r.working()
	defer r.idle()
	engine, err := r.openEngine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	return use(told{engine, &r.work})
}

// openEngine opens the engine that the flags name. DuckDB reads files, the others find the
// lake by their own catalogue.
func (r *report) openEngine(ctx context.Context) (queries.Engine, error) {
	var progress func(queries.Progress) // which costs time where nobody looks at it
	if r.ShowsWork() {
		progress = r.work.read
	}
	switch r.engine.name {
	case trino:
		r.engine.trino.Progress = progress
		return queries.OpenTrino(ctx, r.engine.trino)
	case athena:
		r.engine.athena.Spent, r.engine.athena.Progress = r.engine.bill.add, progress
		return queries.OpenAthena(ctx, r.engine.athena)
	}
	folder, err := r.fetched(ctx)
	if err != nil {
		return nil, err
	}
	return r.open(ctx, folder, progress)
}

// answer runs the named question and writes its rows under what they rest on.
func (r *report) answer(cmd *cobra.Command, f *questionFlags, name string) error {
	params, err := f.params(cmd, r)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	return r.answering(ctx, func(engine queries.Engine) (err error) {
		if err := checkAccounts(ctx, engine, params); err != nil {
			return err
		}
		meta, err := head(ctx, engine, params)
		if err != nil {
			return err
		}
		rows, err := ask(ctx, engine, name, params)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		return review.Write(r.Stdout, f.format, &meta, rows, f.options(r, name))
	})
}

// ask runs a question. One about a role that is nowhere is answered with an
// error, because no rows would look like a role without use.
func ask(ctx context.Context, engine queries.Engine, name string, params queries.Params) (queries.Rows, error) {
	if params.Role == "" {
		return engine.Run(ctx, name, params)
	}
	g, err := gather(ctx, engine, name, params)
	if err == nil && len(g.rows) == 0 {
		err = noSuchRole(ctx, engine, params)
	}
	return review.HeldRows(g.columns, g.rows), err
}

// head is what the answer rests on. The engine does not know the program it
// runs in; the program puts its version in.
func head(ctx context.Context, engine queries.Engine, params queries.Params) (queries.Meta, error) {
	meta, err := engine.Meta(ctx, params)
	meta.Versions.Roletrail = cli.Version()
	if err == nil && len(meta.Inventory) == 0 && !params.InventoryDate.IsZero() {
		err = checkInventoryDate(ctx, engine, params)
	}
	return meta, err
}

// checkInventoryDate refuses a date before every inventory: without one all roles
// that never acted would be missing. A lake without any inventory says so itself.
func checkInventoryDate(ctx context.Context, engine queries.Engine, params queries.Params) error {
	g, err := gather(ctx, engine, "inventory_dates", params)
	if err != nil || len(g.rows) == 0 {
		return err
	}
	var dates []string
	for _, row := range g.rows {
		dates = append(dates, row[0].(time.Time).Format(time.DateOnly))
	}
	return cli.Usage(fmt.Errorf("no inventory is of %s or before", params.InventoryDate.Format(time.DateOnly)),
		"there are those of "+review.Few(dates)+"; leave --inventory out to use the newest")
}
