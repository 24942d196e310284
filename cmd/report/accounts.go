package main

import (
	"context"
	"fmt"
	"slices"

	"roletrail/cmd/internal/cli"
	"roletrail/config/didyoumean"
	"roletrail/queries"
	"roletrail/review"
)

// checkAccounts refuses accounts that are nowhere, because no rows would look
// like an account without roles.
func checkAccounts(ctx context.Context, engine queries.Engine, params queries.Params) error {
	if len(params.Accounts) == 0 {
		return nil
	}
	g, err := gather(ctx, engine, "accounts", params)
	if err != nil {
		return err
	}
	var known []string
	for _, row := range g.rows {
		known = append(known, fmt.Sprint(row[0]))
	}
	for _, account := range params.Accounts {
		if !slices.Contains(known, account) {
			return noSuchAccount(account, known)
		}
	}
	return nil
}

func noSuchAccount(account string, known []string) error {
	err := fmt.Errorf("finding account %q: neither the logs nor the inventory know it", account)
	if hint := didyoumean.Hint(account, known); hint != "" {
		return cli.WithHint(err, hint)
	}
	if len(known) == 0 {
		return cli.WithHint(err, "the lake knows no account yet")
	}
	hint := "the lake knows " + review.Few(known)
	if len(known) > 5 {
		hint += "; report coverage lists them"
	}
	return cli.WithHint(err, hint)
}
