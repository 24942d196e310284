package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
)

// opener opens the lake in a folder for questions.
type opener func(ctx context.Context, lake string) (queries.Engine, error)

// withEngine opens the lake for the time of use.
func (r *report) withEngine(ctx context.Context, use func(queries.Engine) error) (err error) {
	engine, err := r.open(ctx, r.Lake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	return use(engine)
}

// answer runs the named question and writes its rows under what they rest on.
func (r *report) answer(cmd *cobra.Command, f *questionFlags, name string) error {
	params, err := f.params(cmd, r)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	return r.withEngine(ctx, func(engine queries.Engine) (err error) {
		meta, err := head(ctx, engine, params)
		if err != nil {
			return err
		}
		rows, err := engine.Run(ctx, name, params)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		return review.Write(r.Stdout, f.format, &meta, rows, f.options(r, name))
	})
}

// head is what the answer rests on. The engine does not know the program it
// runs in; the program puts its version in.
func head(ctx context.Context, engine queries.Engine, params queries.Params) (queries.Meta, error) {
	meta, err := engine.Meta(ctx, params)
	if meta.Versions.Roletrail == "" {
		meta.Versions.Roletrail = cli.Version()
	}
	return meta, err
}
