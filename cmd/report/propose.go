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
	return r.withEngine(ctx, func(engine queries.Engine) error {
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
		today, hasNamesakes, err := policiesOf(ctx, engine, params)
		if hasNamesakes {
			err = cli.WithHint(errors.New("the inventory does not have its id, and the logs know several roles of its name: which of them used what cannot be told"),
				"make the inventory with aws iam get-account-authorization-details, which has all ids, and ingest it again")
		}
		if err != nil {
			return fmt.Errorf("proposing a policy for %q: %w", p.role, err)
		}
		proposal, err := policy.Propose(today, c.kept())
		if err != nil {
			return fmt.Errorf("proposing a policy for %q: %w", p.role, err)
		}
		if err := r.explain(&meta, f, role, c, proposal, p); err != nil {
			return err
		}
		return p.write(r.Stdout, proposal.Drafts, role.name())
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
		return grantee{}, cli.WithHint(errors.New("the lake has no inventory, so nothing is known to be granted"),
			"ingest iam adds one from the output of aws iam get-account-authorization-details")
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
	case grants.hasRemadeRole():
		return g, cli.WithHint(errors.New("the logs know a younger role of its name than the inventory does: its policy would be that one's"),
			"ingest iam with an inventory of today, and ask again")
	}
	return g, nil
}

// remade is what the reasons of unused.sql say of a role that was made anew after its
// inventory.
const remade = "a younger role of this name"

func (g gathered) hasRemadeRole() bool {
	return slices.ContainsFunc(g.distinct("reason"), func(reason string) bool { return strings.Contains(reason, remade) })
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

// policiesOf are the documents of the policies that the role has. One that is not
// known is an error: nobody knows what else it allows, and what it denies.
// hasNamesakes says that uses of the role may be another's.
func policiesOf(ctx context.Context, engine queries.Engine, params queries.Params) (today []policy.Source, hasNamesakes bool, err error) {
	g, err := gather(ctx, engine, "role_policies", params)
	if err != nil {
		return nil, false, err
	}
	name, document, namesakes := g.column("policy"), g.column("document"), g.column("has_namesakes")
	for _, row := range g.rows {
		hasNamesakes = hasNamesakes || row[namesakes] == true
		s := policy.Source{}
		s.Name, _ = row[name].(string)
		s.Document, _ = row[document].(string)
		switch {
		case err != nil:
		case row[name] == nil:
			err = errors.New("the inventory does not list all of its policies")
		case s.Document == "":
			err = fmt.Errorf("the inventory has no document of policy %q that can be read", s.Name)
		}
		today = append(today, s)
	}
	if err != nil {
		err = cli.WithHint(err, "what it allows and denies is not known; make the inventory without --filter, all pages, and ingest it again")
	}
	return today, hasNamesakes, err
}

// checkPolicies is an error if a policy of the role is not known or cannot be read in
// full: what it grants beyond what can be is not among the rows.
func checkPolicies(ctx context.Context, engine queries.Engine, params queries.Params) error {
	today, _, err := policiesOf(ctx, engine, params)
	if err == nil {
		_, err = policy.Propose(today, nil)
	}
	return err
}
