package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/config"
	"roletrail/iam/amount"
	"roletrail/queries"
	"roletrail/review/termtext"
)

func newConfig(r *report) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "config --check",
		Short: "What is wrong with roletrail.yaml",
		Long: `config --check reads roletrail.yaml, or the file of --config, and tells everything that
is wrong with it, by line and key. If nothing is, and there is a lake, it tells which
rules about roles fit no role of the lake: a role that is gone, or a name that is
misspelled.`,
		Example: `  report config --check
  report config --check --config roletrail.yaml --lake lake`,
		Args: cli.NoArguments,
		// The file may be wrong: nothing is read before the command begins.
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !check {
				return cli.Usage(errors.New("report config does one thing"), "ask for it with --check")
			}
			return r.checkConfig(cmd)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "tell what is wrong with the file")
	return cmd
}

func (r *report) checkConfig(cmd *cobra.Command) error {
	file, mistakes := r.CheckConfig()
	if file == "" {
		_, err := fmt.Fprintf(r.Stdout, "there is no %s here: everything is at its default\n", config.FileName)
		return err
	}
	for _, mistake := range mistakes {
		if err := r.printMistake(mistake); err != nil {
			return err
		}
	}
	if n := len(mistakes); n > 0 {
		return fmt.Errorf("checking configuration %q: %s", file, amount.Of(n, "mistake"))
	}
	if err := r.LoadConfig(cmd); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(r.Stdout, "%s: nothing is wrong\n", termtext.Line(file)); err != nil || len(r.Config.RoleRules()) == 0 {
		return err
	}
	if _, err := os.Stat(r.Lake); !r.LakeInS3() && errors.Is(err, fs.ErrNotExist) {
		_, err := fmt.Fprintf(r.Stdout, "there is no lake at %s that the rules could be held against\n", termtext.Line(r.Lake))
		return err
	}
	return r.withEngine(cmd.Context(), func(engine queries.Engine) error { return r.idleRules(cmd.Context(), engine) })
}

// printMistake writes a mistake and, on the next line, what to do.
func (r *report) printMistake(mistake error) error {
	text := termtext.Line(mistake.Error())
	if hinted := (interface{ Hint() string })(nil); errors.As(mistake, &hinted) && hinted.Hint() != "" {
		text += "\n  " + termtext.Line(hinted.Hint())
	}
	_, err := fmt.Fprintln(r.Stdout, text)
	return err
}

// idleRules tells the rules that are about no role of the lake.
func (r *report) idleRules(ctx context.Context, engine queries.Engine) error {
	now := r.Now().UTC().Truncate(time.Second)
	roles, err := gather(ctx, engine, "last_used", queries.Params{Since: now.AddDate(0, 0, -1), Until: now})
	if err != nil {
		return err
	}
	text := func(row []any, column string) string {
		s, _ := row[roles.column(column)].(string)
		return s
	}
	for _, rule := range r.Config.RoleRules() {
		used := false
		for _, row := range roles.rows {
			used = used || rule.Fits(text(row, "role_name"), text(row, "role_arn"))
		}
		if used {
			continue
		}
		if _, err := fmt.Fprintf(r.Stdout, "%s: %q fits no role of the lake\n", rule.Place, rule.Pattern); err != nil {
			return err
		}
	}
	return nil
}
