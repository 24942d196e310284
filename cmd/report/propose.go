package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/policy"
	"roletrail/queries"
	"roletrail/review"
	"roletrail/review/proposal"
)

// proposalForm is what a proposed policy is written as.
type proposalForm string

const (
	asJSON      proposalForm = "json"
	asTerraform proposalForm = "terraform"
)

// proposeFlags ask for a policy in place of the list.
type proposeFlags struct {
	role   string
	strict bool
	form   proposalForm
}

func (f *proposeFlags) add(cmd *cobra.Command) {
	f.form = asJSON
	cmd.Flags().StringVar(&f.role, "policy", "", "propose a policy for this role: name, ARN or AROA id")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "with --policy: keep what was used, nothing else")
	cli.EnumVar(cmd, false, &f.form, "as", "with --policy: what it is written as", asJSON, asTerraform)
}

// asked says whether a policy is asked for, and refuses flags that do not go with
// that.
func (f *proposeFlags) asked(cmd *cobra.Command) (bool, error) {
	changed := func(name string) bool { return cmd.Flags().Changed(name) }
	if !changed("policy") {
		for _, name := range []string{"strict", "as"} {
			if changed(name) {
				return false, cli.Usage(fmt.Errorf("--%s says how a policy is proposed", name), "name the role with --policy")
			}
		}
		return false, nil
	}
	for _, name := range []string{"role", "summary", "verdict", "format"} {
		if changed(name) {
			return false, cli.Usage(fmt.Errorf("--policy proposes the policy of one role, --%s is about the list", name), "leave one of them out")
		}
	}
	return true, nil
}

// propose writes a policy for a role to standard output, and what became of each
// action to standard error.
func (r *report) propose(cmd *cobra.Command, f *questionFlags, p *proposeFlags) error {
	f.role = p.role
	params, err := f.params(cmd, r)
	if err != nil {
		return err
	}
	params.GrantAges = true
	ctx := cmd.Context()
	return r.answering(ctx, func(engine queries.Engine) error {
		if err := checkAccounts(ctx, engine, params); err != nil {
			return err
		}
		meta, err := head(ctx, engine, params)
		if err != nil {
			return err
		}
		role, err := findGrantee(ctx, engine, params, meta)
		if err != nil {
			return fmt.Errorf("proposing a policy for %q: %w", p.role, err)
		}
		params.Role = role.arn
		c := sortOut(role.grants, p.strict)
		if err := c.findTouched(ctx, engine, params, p.strict); err != nil {
			return err
		}
		has, err := policiesOf(ctx, engine, params)
		if err != nil {
			return fmt.Errorf("proposing a policy for %q: %w", p.role, err)
		}
		proposed, err := has.Propose(c.kept())
		if err != nil {
			return fmt.Errorf("proposing a policy for %q: %w", p.role, err)
		}
		if err := r.explain(&meta, f, role, c, proposed, p); err != nil {
			return err
		}
		return p.write(r.Stdout, proposed.Drafts, role.name())
	})
}

func (f *proposeFlags) write(out io.Writer, drafts []policy.Draft, role string) error {
	text := policy.DraftsJSON(drafts)
	switch {
	case f.form == asTerraform:
		text = policy.Terraform(drafts, role)
	case len(drafts) == 1:
		text = drafts[0].JSON()
	}
	_, err := io.WriteString(out, text)
	return err
}

// grantee is the role that a policy is proposed for.
type grantee struct {
	account, arn string
	grants       gathered
}

func (g grantee) name() string { return g.arn[strings.LastIndex(g.arn, "/")+1:] }

// findGrantee finds the one role that is meant. It is an error if nothing that is said
// of it could be proved.
func findGrantee(ctx context.Context, engine queries.Engine, params queries.Params, meta queries.Meta) (grantee, error) {
	if len(meta.Inventory) == 0 {
		return grantee{}, noInventory(params.Accounts)
	}
	rows, _, err := askGrants(ctx, engine, "unused", params, meta)
	if err != nil {
		return grantee{}, err
	}
	grants, err := gatherRows(rows)
	if err != nil {
		return grantee{}, err
	}
	if len(grants.rows) == 0 {
		if err := checkPolicies(ctx, engine, params); err != nil {
			return grantee{}, err
		}
		return grantee{}, errors.New("its policies grant nothing, so there is nothing to cut down")
	}
	arns := grants.distinct("role_arn")
	if len(arns) > 1 {
		return grantee{}, cli.WithHint(fmt.Errorf("%d roles have that name", len(arns)), "name one by its ARN: "+strings.Join(arns[:min(len(arns), 5)], ", "))
	}
	g := grantee{account: grants.distinct("account_id")[0], arn: arns[0], grants: grants}
	switch {
	case strings.Contains(g.arn, ":role/aws-service-role/"):
		return g, errors.New("it is a service-linked role, whose policy only AWS can change")
	case slices.Contains(meta.Coverage.Thin, g.account):
		return g, cli.WithHint(fmt.Errorf("coverage of account %s is thin: what was used on the missing days would be taken away", g.account),
			"choose a window that the lake covers with --since and --until; report coverage --gaps lists the missing days")
	}
	return g, g.proof().Missing()
}

func (g grantee) proof() *proposal.Proof {
	p := &proposal.Proof{}
	verdict, reason := g.grants.column("verdict"), g.grants.column("reason")
	for _, row := range g.grants.rows {
		v, _ := row[verdict].(string)
		why, _ := row[reason].(string)
		p.Add(v, why)
	}
	return p
}

// noInventory is the error about accounts, or all, of which no inventory is in the lake.
func noInventory(accounts []string) error {
	of := ""
	if len(accounts) > 0 {
		of = " of " + review.Few(accounts)
	}
	return cli.WithHint(fmt.Errorf("the lake has no inventory%s, so nothing is known to be granted", of),
		"ingest iam adds one from the output of aws iam get-account-authorization-details")
}

// distinct are the different texts of a column in their order.
func (g gathered) distinct(name string) []string {
	var found []string
	at := g.column(name)
	for _, row := range g.rows {
		if text, ok := row[at].(string); ok && !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	return found
}

// policiesOf are the policies that the role has.
func policiesOf(ctx context.Context, engine queries.Engine, params queries.Params) (h proposal.Held, err error) {
	g, err := gather(ctx, engine, "role_policies", params)
	for _, row := range g.rows {
		h.Add(func(name string) any { return row[g.column(name)] })
	}
	return h, err
}

// checkPolicies is an error if a policy of the role is not known or cannot be read in
// full: what it grants beyond what can be is not among the rows.
func checkPolicies(ctx context.Context, engine queries.Engine, params queries.Params) error {
	h, err := policiesOf(ctx, engine, params)
	if err == nil {
		err = h.Unknown()
	}
	if err == nil {
		_, err = policy.Propose(h.Policies, nil)
	}
	return err
}
