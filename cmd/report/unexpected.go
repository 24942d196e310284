package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/config"
	"roletrail/iam/amount"
	"roletrail/queries"
	"roletrail/review"
)

func newUnexpected(r *report) *cobra.Command {
	var f questionFlags
	var chosen []string
	var all bool
	cmd := &cobra.Command{
		Use:   "unexpected",
		Short: "One row per role and caller that should not have come",
		Long: `unexpected holds everybody who became a role in the window against today's
trust policy of the role and against roletrail.yaml, and lists those of whom
more is to be said than that they were expected; then the principals that are
trusted and never came. Who was only ever denied stands there too.

The caller is who stands at the start of a chain of roles; the trust policy is
asked about the role that made the last step. A row lists the worst that its
assumptions in the window show.`,
		Example: `  report unexpected
  report unexpected --quarter 2026Q3 --role deploy --all
  report unexpected --finding not_trusted --finding unknown_account --format csv
  report unexpected --format json | jq '.rows[] | {role_arn, caller, findings}'`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			params, err := f.params(cmd, r)
			if err != nil {
				return err
			}
			if all && len(chosen) > 0 {
				return cli.Usage(errors.New("--all and --finding exclude each other"), "leave one out")
			}
			params.Unexpected = unexpectedOf(r.Config)
			params.Unexpected.Findings, params.Unexpected.All = chosen, all
			return r.answering(cmd.Context(), func(engine queries.Engine) error {
				return r.unexpected(cmd.Context(), engine, params, &f.outputFlags)
			})
		},
	}
	f.add(cmd)
	f.addRole(cmd)
	cli.EnumsVar(cmd, &chosen, "finding", "only rows with this finding; may be repeated", queries.UnexpectedFindings()...)
	cmd.Flags().BoolVar(&all, "all", false, "also callers that were expected, or came before the window only")
	return cmd
}

// unexpected writes the rows under a head that says where nobody could be judged.
func (r *report) unexpected(ctx context.Context, engine queries.Engine, params queries.Params, f *outputFlags) error {
	if err := checkAccounts(ctx, engine, params); err != nil {
		return err
	}
	meta, err := headOfCallers(ctx, engine, params)
	if err != nil {
		return err
	}
	g, err := gather(ctx, engine, "unexpected", params)
	if err != nil {
		return err
	}
	if len(g.rows) == 0 && params.Role != "" {
		hidden, err := hiddenCallers(ctx, engine, params)
		if err != nil {
			return err
		}
		meta.Warnings = append(meta.Warnings, hidden...)
	}
	return review.Write(r.Stdout, f.format, &meta, review.HeldRows(g.columns, g.rows), f.options(r, "unexpected"))
}

// hiddenCallers says that a role without rows has some that were not asked for. A role that
// is nowhere is an error.
func hiddenCallers(ctx context.Context, engine queries.Engine, params queries.Params) ([]string, error) {
	if err := needRole(ctx, engine, params); err != nil || params.Unexpected.All {
		return nil, err
	}
	params.Unexpected.All, params.Unexpected.Findings = true, nil
	all, err := gather(ctx, engine, "unexpected", params)
	if err != nil || len(all.rows) == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("%s of role %q not shown: expected, from before the window, or with other findings; --all shows them", amount.Of(len(all.rows), "caller"), params.Role)}, nil
}

// headOfCallers is the head of a report about callers: it says where nobody could be judged.
func headOfCallers(ctx context.Context, engine queries.Engine, params queries.Params) (queries.Meta, error) {
	meta, err := head(ctx, engine, params)
	if err != nil {
		return meta, err
	}
	unjudged, err := gather(ctx, engine, "meta_trust", params)
	if err != nil {
		return meta, err
	}
	if accounts := unjudged.texts("account_id"); len(accounts) > 0 {
		meta.Warnings = append(meta.Warnings, withoutTrust(accounts, len(unjudged.rows)))
	}
	return meta, nil
}

func withoutTrust(accounts []string, n int) string {
	text := strings.ReplaceAll(strings.Join(accounts, ", "), `"`, "")
	if more := n - len(accounts); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return "no trust policies of " + text + ", so nobody is judged by them there; ingest iam adds them"
}

// needRole tells a role about which nothing is to be said from one that is nowhere.
func needRole(ctx context.Context, engine queries.Engine, params queries.Params) error {
	known, err := gather(ctx, engine, "last_used", params)
	if err == nil && len(known.rows) == 0 {
		err = noSuchRole(ctx, engine, params)
	}
	return err
}

// unexpectedOf is what the configuration says about callers.
func unexpectedOf(c config.Config) queries.Unexpected {
	u := queries.Unexpected{KnownAccounts: c.KnownAccounts}
	for _, e := range c.ExpectedCallers {
		for _, caller := range e.Callers {
			u.Expected = append(u.Expected, queries.CallerRule{Role: e.Role, Caller: caller})
		}
	}
	for _, e := range c.Exceptions {
		u.Exceptions = append(u.Exceptions, queries.CallerException{CallerRule: queries.CallerRule{Role: e.Role, Caller: e.Caller}, Until: e.Until})
	}
	return u
}
