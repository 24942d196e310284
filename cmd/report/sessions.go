package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/amount"
	"roletrail/queries"
	"roletrail/review"
)

func newSessions(r *report) *cobra.Command {
	var f questionFlags
	var s queries.Sessions
	cmd := &cobra.Command{
		Use:   "sessions",
		Short: "One row per session of a role, or the calls of one session",
		Long: `sessions lists the sessions of roles that touch the window, the newest first, at
most ten thousand: who stands at the start of the chain, by which role the last
step was made, the first and the last call, the services that were called, and
what was denied.

With --session it lists the calls of one session in order: what happened under
one hat. A session is named by its principal id as records have it, which is the
role's id, a colon and the session's name, or by an access key of it (ASIA…).
Sessions of one name are told apart by session_created_at.`,
		Example: `  report sessions --quarter 2026Q3 --role db-admin
  report sessions --since 30d --caller 'sso:*'
  report sessions --quarter 2026Q3 --session AROAMGBYM7AWSMRGD32ZB:alice@example.com
  report sessions --role deploy --format json | jq '.rows[] | {caller, services}'`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			params, err := f.params(cmd, r)
			if err != nil {
				return err
			}
			params.Sessions = s
			switch {
			case s.Session == "":
				return r.answering(cmd.Context(), func(engine queries.Engine) error {
					return r.sessions(cmd.Context(), engine, params, &f.outputFlags, "session_list")
				})
			case s.Caller != "" || params.Role != "" || len(params.Accounts) > 0:
				return cli.Usage(errors.New("--session names one session"), "leave --role, --caller and --account out")
			}
			return r.answering(cmd.Context(), func(engine queries.Engine) error {
				return r.sessions(cmd.Context(), engine, params, &f.outputFlags, "session_events")
			})
		},
	}
	f.add(cmd)
	f.addRole(cmd)
	cmd.Flags().StringVar(&s.Caller, "caller", "", "only sessions of this caller at the start of the chain; * stands for any characters")
	cmd.Flags().StringVar(&s.Session, "session", "", "the calls of this session, by its principal id or an access key of it")
	return cmd
}

// sessions writes the sessions, or the calls of one.
func (r *report) sessions(ctx context.Context, engine queries.Engine, params queries.Params, f *outputFlags, question string) error {
	if err := checkAccounts(ctx, engine, params); err != nil {
		return err
	}
	meta, err := head(ctx, engine, params)
	if err != nil {
		return err
	}
	g, err := gather(ctx, engine, question, params)
	if err != nil {
		return err
	}
	switch {
	case len(g.rows) == 0 && params.Role != "":
		if err := needRole(ctx, engine, params); err != nil {
			return err
		}
	case len(g.rows) == 0 && params.Sessions.Session != "":
		return noSuchSession(params.Sessions.Session)
	}
	if left := g.leftOut(); left > 0 {
		meta.Warnings = append(meta.Warnings, fmt.Sprintf("these are the first %s, %s more are left out; ask for a shorter window, or for one role, to see them", amount.Of(len(g.rows), "row"), amount.Grouped(left)))
	}
	g = g.without([]string{foundColumn})
	return review.Write(r.Stdout, f.format, &meta, review.HeldRows(g.columns, g.rows), f.options(r, question))
}

// foundColumn says in every row how many rows there are, with those that the question
// leaves out because they are too many.
const foundColumn = "found"

// leftOut is how many rows the question found and did not give.
func (g gathered) leftOut() int64 {
	at := g.column(foundColumn)
	if at < 0 || len(g.rows) == 0 {
		return 0
	}
	found, _ := g.rows[0][at].(int64)
	return found - int64(len(g.rows))
}

func noSuchSession(session string) error {
	hint := "the window may be too short, see --since; report sessions --role ROLE lists the sessions of a role"
	if !strings.Contains(session, ":") && !strings.HasPrefix(session, "A") {
		hint = "a session is named by role id and session name, as AROAEXAMPLE:alice, or by an access key; report sessions --role ROLE lists those of a role"
	}
	return cli.WithHint(fmt.Errorf("finding session %q: no call of it lies in the window", session), hint)
}
