package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/amount"
	"roletrail/queries"
	"roletrail/review"
)

// grantVerdict is what is said of an action that a role may use (design 7).
type grantVerdict string

// grantVerdicts are all of them, in the order in which they are decided.
var grantVerdicts = []grantVerdict{"used", "possibly_used", "denied_only", "unobservable", "too_new", "unused", "probably_unused"}

func newUnused(r *report) *cobra.Command {
	var f questionFlags
	var summary bool
	var verdicts []grantVerdict
	var proposal proposeFlags
	cmd := &cobra.Command{
		Use:   "unused",
		Short: "What roles may do and never do",
		Long: `unused compares what the policies of each role grant with what the logs show.
It lists every role of the inventory and every action that it may use, with a
verdict and the reason for it:

  used             seen inside the window
  possibly_used    a call may have needed it besides its own action
  denied_only      attempted, and denied every time
  unobservable     no log can show it, or these do not
  too_new          granted inside the window
  unused           not seen, and CloudTrail would have shown it
  probably_unused  not seen, but something is missing that would make it sure

--summary counts the verdicts: one row per role. Service-linked roles are left
out unless one is named with --role, because nobody can trim them.

--policy ROLE writes a policy instead, as JSON or Terraform, that allows the role
no more than today and keeps what it used, possibly used, or may have used where
no log shows it, or that is too new. --strict keeps what was used alone. What is
dropped and why stands on standard error.`,
		Example: `  report unused --summary
  report unused --role deploy --verdict unused --verdict probably_unused
  report unused --policy deploy --quarter 2026Q3 > deploy.json
  report unused --quarter 2026Q3 --account 111111111111 --format csv > unused.csv`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if proposes, err := proposal.asked(cmd); err != nil {
				return err
			} else if proposes {
				return r.propose(cmd, &f, &proposal)
			}
			if !summary {
				return r.unused(cmd, &f, "unused", verdicts)
			}
			if len(verdicts) > 0 {
				return cli.Usage(errors.New("--summary counts all verdicts, --verdict picks rows of the list"), "leave one of them out")
			}
			return r.unused(cmd, &f, "unused_summary", nil)
		},
	}
	f.add(cmd)
	f.addRole(cmd)
	cmd.Flags().BoolVar(&summary, "summary", false, "one row per role with the number of actions of each verdict")
	proposal.add(cmd)
	cli.EnumsVar(cmd, &verdicts, "verdict", "only rows of this verdict; may be repeated", grantVerdicts...)
	return cmd
}

// unused answers either question about grants.
func (r *report) unused(cmd *cobra.Command, f *questionFlags, question string, verdicts []grantVerdict) error {
	params, err := f.params(cmd, r)
	if err != nil {
		return err
	}
	for _, v := range verdicts {
		params.Verdicts = append(params.Verdicts, string(v))
	}
	params.GrantAges = true
	ctx := cmd.Context()
	return r.answering(ctx, func(engine queries.Engine) (err error) {
		if err := checkAccounts(ctx, engine, params); err != nil {
			return err
		}
		meta, err := head(ctx, engine, params)
		if err != nil {
			return err
		}
		unread, err := unreadPolicies(ctx, engine, params)
		if err != nil {
			return err
		}
		capped, err := cappedToNothing(ctx, engine, params)
		if err != nil {
			return err
		}
		unmapped, err := unmappedServices(ctx, engine, params)
		if err != nil {
			return err
		}
		meta.Warnings = slices.Concat(meta.Warnings, unread, capped, unmapped)
		rows, role, err := askGrants(ctx, engine, question, params, meta)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		if role != "" && question == "unused" && f.format == review.Table && !f.wide {
			section := review.Section{Title: role, Report: "unused_of_role", Rows: rows}
			return review.WriteSections(r.Stdout, f.format, &meta, []review.Section{section}, f.options(r, question))
		}
		return review.Write(r.Stdout, f.format, &meta, rows, f.options(r, question))
	})
}

// unreadPolicies says of which roles rows may be missing: without it a role whose policy
// cannot be read looks as if it might do nothing, or less than it may.
func unreadPolicies(ctx context.Context, engine queries.Engine, params queries.Params) ([]string, error) {
	if params.Role != "" {
		err := checkPolicies(ctx, engine, params)
		if err == nil {
			return nil, nil
		}
		reason, _, _ := strings.Cut(err.Error(), "\n") // the rest is about further statements
		return []string{fmt.Sprintf("role %q may do more than is listed: %s", params.Role, reason)}, nil
	}
	g, err := gather(ctx, engine, "meta_policies", params)
	if err != nil || len(g.rows) == 0 {
		return nil, err
	}
	text := "a policy of %s is missing from the inventory or cannot be read in full, so that the role may do more than is listed: %s"
	if len(g.rows) > 1 {
		text = "policies of %s are missing from the inventory or cannot be read in full, so that the roles may do more than is listed: %s"
	}
	return []string{fmt.Sprintf(text+"; --summary --wide names the policies, --role says what is wrong with them",
		amount.Of(len(g.rows), "role"), review.Few(g.distinct("role_arn")))}, nil
}

// cappedToNothing says of which accounts there can be no row: without it their roles look as
// if they had nothing too much.
func cappedToNothing(ctx context.Context, engine queries.Engine, params queries.Params) ([]string, error) {
	g, err := gather(ctx, engine, "meta_control", params)
	if err != nil || len(g.rows) == 0 {
		return nil, err
	}
	return []string{"the control policies given with the inventory of " + review.Few(g.distinct("account_id")) +
		" leave its roles nothing that they may do, so that there is no row of them; ingest iam tells which policies do that"}, nil
}

// unmappedServices says of which services nothing is called unused because of calls that
// are not understood (iam-data 2.1).
func unmappedServices(ctx context.Context, engine queries.Engine, params queries.Params) ([]string, error) {
	g, err := gather(ctx, engine, "meta_unmapped", params)
	if err != nil || len(g.rows) == 0 {
		return nil, err
	}
	return []string{"calls of " + review.Few(g.distinct("service")) +
		" could not be mapped to actions, so that nothing of these services is called unused for the roles that made them; ingest catalogue --refresh brings new operations, for logs that are ingested after it"}, nil
}

// askGrants runs the question. No row for a role must not look as if it had
// nothing unused when it is not in the inventory at all. role is "role ARN ID" if
// one was asked for and all rows are about it.
func askGrants(ctx context.Context, engine queries.Engine, question string, params queries.Params, meta queries.Meta) (rows queries.Rows, role string, err error) {
	if params.Role == "" || len(meta.Inventory) == 0 {
		rows, err = engine.Run(ctx, question, params)
		return rows, "", err
	}
	g, err := gather(ctx, engine, question, params)
	if err == nil && len(g.rows) == 0 {
		err = findPresent(ctx, engine, params, meta)
	}
	return review.HeldRows(g.columns, g.rows), g.role(), err
}

// findPresent is an error if no role of the inventory is meant.
func findPresent(ctx context.Context, engine queries.Engine, params queries.Params, meta queries.Meta) error {
	known, err := gather(ctx, engine, "last_used", params)
	if err != nil {
		return err
	}
	if len(known.rows) == 0 {
		return noSuchRole(ctx, engine, params)
	}
	state := known.column("state")
	if slices.ContainsFunc(known.rows, func(row []any) bool { return row[state] == "present" }) {
		return nil
	}
	without := slices.DeleteFunc(known.distinct("account_id"), func(account string) bool {
		return slices.ContainsFunc(meta.Inventory, func(s queries.MetaSnapshot) bool { return s.AccountID == account })
	})
	if len(without) > 0 {
		return fmt.Errorf("finding role %q: only the logs know it: %w", params.Role, noInventory(without))
	}
	return cli.WithHint(fmt.Errorf("finding role %q: only the logs know it, not the inventory that says what roles may do", params.Role),
		"report role shows what it did")
}
