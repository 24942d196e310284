package main

import (
	"context"
	_ "embed" // for the query
	"errors"
	"fmt"
	"strings"

	"roletrail/cmd/internal/cli"
	"roletrail/config/didyoumean"
	"roletrail/queries"
	"roletrail/review"
)

// errQuit leaves the prompt.
var errQuit = errors.New("quit")

const promptHelp = `A statement may take several lines and ends with a semicolon.

  .tables        list the views
  .schema VIEW   list the columns of a view
  .examples      list questions to begin with; .examples NAME shows one
  .help          show this, as does \?
  .quit          leave, as do exit and Ctrl-D

Ctrl-C gives up the line, or stops the statement that is running.
The arrow keys bring back what was typed before, a statement of several lines as one,
and Tab completes the names of views and columns.
`

// dotCommands are those that promptHelp explains.
var dotCommands = []string{".examples", ".help", ".quit", ".schema", ".tables"}

// synonyms are what the prompts of other databases call the commands. None of
// them could begin a statement.
var synonyms = map[string]string{
	"help": ".help", "?": ".help", `\?`: ".help", `\h`: ".help",
	"quit": ".quit", "exit": ".quit", ".exit": ".quit", ".q": ".quit", `\q`: ".quit",
	`\d`: ".tables", `\dt`: ".tables", `\dv`: ".tables",
}

// commandName is the first word of a line, without the semicolon after it.
func commandName(line string) string {
	name, _, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(line), ";"), " ")
	return strings.ToLower(name)
}

// dotCommand runs a line that is for the prompt.
func (r *report) dotCommand(ctx context.Context, engine queries.Engine, line string, f *outputFlags) error {
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), ";"))
	name := commandName(line)
	if meant := synonyms[name]; meant != "" {
		name = meant
	}
	if name == ".tables" && len(words) == 2 {
		name = ".schema"
	}
	switch name {
	case ".tables":
		return r.interruptible(ctx, func(ctx context.Context) error { return r.tables(ctx, engine, f) })
	case ".schema":
		if len(words) != 2 {
			return cli.WithHint(errors.New(".schema needs one view"), ".tables lists them")
		}
		return r.interruptible(ctx, func(ctx context.Context) error { return r.schema(ctx, engine, words[1], f) })
	case ".examples":
		return r.examples(words[1:], f)
	case ".help":
		_, err := fmt.Fprint(r.Stdout, promptHelp)
		return err
	case ".quit":
		return errQuit
	default:
		hint := didyoumean.Hint(name, dotCommands)
		if hint == "" {
			hint = ".help lists what there is"
		}
		return cli.WithHint(fmt.Errorf("unknown command %q", name), hint)
	}
}

// catalogueQuery lists every column of every view. It is read whole and looked
// through here, so that no name is ever put into a statement.
//
//go:embed catalogue.sql
var catalogueQuery string

func (r *report) catalogue(ctx context.Context, engine queries.Engine) (g gathered, err error) {
	rows, err := engine.SQL(ctx, catalogueQuery)
	if err != nil {
		return g, err
	}
	return gatherRows(rows)
}

func (r *report) tables(ctx context.Context, engine queries.Engine, f *outputFlags) error {
	g, err := r.catalogue(ctx, engine)
	if err != nil {
		return err
	}
	result := gathered{columns: []queries.Column{{Name: "view", Type: "varchar"}, {Name: "columns", Type: "bigint"}}}
	for _, row := range g.rows {
		last := len(result.rows) - 1
		if last < 0 || result.rows[last][0] != row[0] {
			result.rows = append(result.rows, []any{row[0], int64(0)})
			last++
		}
		result.rows[last][1] = result.rows[last][1].(int64) + 1
	}
	return r.writeHeld(result, f)
}

func (r *report) schema(ctx context.Context, engine queries.Engine, view string, f *outputFlags) error {
	g, err := r.catalogue(ctx, engine)
	if err != nil {
		return err
	}
	result := gathered{columns: []queries.Column{{Name: "column", Type: "varchar"}, {Name: "type", Type: "varchar"}}}
	var views []string
	for _, row := range g.rows {
		name := fmt.Sprint(row[0])
		views = append(views, name)
		if strings.EqualFold(name, view) {
			result.rows = append(result.rows, row[1:])
		}
	}
	if len(result.rows) == 0 {
		hint := didyoumean.Hint(view, views)
		if hint == "" {
			hint = ".tables lists them"
		}
		return cli.WithHint(fmt.Errorf("there is no view %q", view), hint)
	}
	return r.writeHeld(result, f)
}

// examples lists the examples, or shows the statement of one, which can be typed again.
func (r *report) examples(names []string, f *outputFlags) error {
	examples, err := queries.Examples()
	if err != nil {
		return err
	}
	result := gathered{columns: []queries.Column{{Name: "example", Type: "varchar"}, {Name: "asks", Type: "varchar"}}}
	var known []string
	for _, e := range examples {
		if len(names) == 1 && strings.EqualFold(names[0], e.Name) {
			_, err := fmt.Fprintf(r.Stdout, "-- %s\n%s;\n", e.Asks, e.SQL)
			return err
		}
		known = append(known, e.Name)
		result.rows = append(result.rows, []any{e.Name, e.Asks})
	}
	if len(names) == 0 {
		return r.writeHeld(result, f)
	}
	hint := didyoumean.Hint(names[0], known)
	if hint == "" {
		hint = ".examples lists them"
	}
	return cli.WithHint(fmt.Errorf("there is no example %q", names[0]), hint)
}

func (r *report) writeHeld(g gathered, f *outputFlags) error {
	return r.paged(func() error {
		return review.Write(r.Stdout, f.format, nil, review.HeldRows(g.columns, g.rows), f.options(r, ""))
	})
}
