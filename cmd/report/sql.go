package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/queries"
	"roletrail/review"
)

// maxQuery bounds a statement that comes from a file or a pipe.
const maxQuery = 1 << 20

func newSQL(r *report) *cobra.Command {
	var f outputFlags
	var file, out string
	var printInit bool
	cmd := &cobra.Command{
		Use:   "sql [QUERY]",
		Short: "SQL over the views of the lake, read-only",
		Long: `sql runs one statement over the views of the lake (events, role_use, sessions,
assumptions, role_changes, roles, role_permissions, role_trust, coverage, actions
and others) and writes its rows as they come. The statement is the argument, the
file of -f, or what is piped in. Without any of these, on a terminal, there is a
prompt with history, where Tab completes names and .examples lists questions to
begin with.

--print-init writes the views as statements for DuckDB's own shell instead. They are
about the files that the lake has now.`,
		Example: `  report sql "select role_name, count(*) from role_use group by 1 order by 2 desc"
  report sql -f question.sql --format csv > answer.csv
  report sql "select * from sessions" --format parquet --out sessions.parquet
  echo "select count(*) from events" | report sql --format ndjson
  report sql --print-init > lake.sql
  report sql`,
		Args: atMostOneQuery,
		RunE: func(cmd *cobra.Command, args []string) error {
			if printInit {
				return r.printInit(cmd, args)
			}
			text, prompt, err := r.query(cmd, args, file)
			if err != nil {
				return err
			}
			if err := checkOut(f.format, out, prompt, r.StdoutTerminal()); err != nil {
				return err
			}
			return r.withEngine(cmd.Context(), func(engine queries.Engine) error {
				if prompt {
					return r.prompt(cmd.Context(), engine, &f)
				}
				if out != "" {
					return r.sqlInto(cmd.Context(), engine, text, &f, out)
				}
				return r.sql(cmd.Context(), engine, text, &f)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVarP(&file, "file", "f", "", "read the statement from this file, - for standard input")
	cmd.Flags().StringVar(&out, "out", "", "write the answer into this file, whole or not at all")
	cmd.Flags().BoolVar(&printInit, "print-init", false, "write the views as statements for DuckDB's own shell")
	return cmd
}

// printInit writes the views of the lake for another DuckDB.
func (r *report) printInit(cmd *cobra.Command, args []string) error {
	if len(args) > 0 || cmd.Flags().Changed("file") {
		return cli.Usage(errors.New("report sql --print-init asks nothing"), "leave the QUERY out")
	}
	folder, err := r.fetched(cmd.Context())
	if err != nil {
		return err
	}
	lake, err := parquet.OpenLake(folder)
	if err != nil {
		return err
	}
	return errors.Join(queries.WriteInit(cmd.Context(), r.Stdout, lake), lake.Close())
}

func atMostOneQuery(_ *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	return cli.Usage(fmt.Errorf("report sql takes one QUERY, not also %q", args[1]), "put the query in quotes")
}

// query finds the statement; prompt is true when there is none and somebody
// is there to type one.
func (r *report) query(cmd *cobra.Command, args []string, file string) (text string, prompt bool, err error) {
	given := cmd.Flags().Changed("file")
	switch {
	case given && len(args) > 0:
		return "", false, cli.Usage(errors.New("report sql takes a QUERY or --file, not both"), "")
	case len(args) > 0:
		text = args[0]
	case given && file != "-":
		text, err = readQueryFile(file)
	case !given && r.StdinTerminal():
		if !r.StdoutTerminal() {
			return "", false, cli.Usage(errors.New("report sql needs a QUERY when its output is no terminal"), "see report sql --help")
		}
		return "", true, nil
	default:
		text, err = readQuery("standard input", r.Stdin)
	}
	if err == nil && strings.TrimSpace(text) == "" {
		err = cli.Usage(errors.New("report sql was given an empty query"), "see report sql --help")
	}
	return text, false, err
}

func readQueryFile(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", cli.Usage(fmt.Errorf("reading query from %q: no such file", path), "name a file with one statement")
	}
	if err != nil {
		return "", fmt.Errorf("reading query: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return "", cli.Usage(fmt.Errorf("reading query from %q: it is a folder", path), "name a file with one statement")
	}
	return readQuery(fmt.Sprintf("%q", path), f)
}

func readQuery(from string, reader io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(reader, maxQuery+1))
	if err != nil {
		return "", fmt.Errorf("reading query from %s: %w", from, err)
	}
	if len(b) > maxQuery {
		return "", cli.Usage(fmt.Errorf("reading query from %s: it is longer than 1 MiB", from), "")
	}
	return string(b), nil
}

// sql runs one statement and writes its rows as they come. Its answer has no
// head: the views are the whole lake, whatever any window.
func (r *report) sql(ctx context.Context, engine queries.Engine, text string, f *outputFlags) (err error) {
	rows, err := engine.SQL(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return r.paged(func() error { return review.Write(r.Stdout, f.format, nil, rows, f.options(r, "")) })
}

// checkOut refuses an answer that nobody could read, and a file that nothing would be
// written to.
func checkOut(format review.Format, out string, prompt, onTerminal bool) error {
	switch {
	case prompt && out != "":
		return cli.Usage(errors.New("report sql --out needs a QUERY"), "the prompt writes to the terminal")
	case format.Binary() && out == "" && onTerminal:
		return cli.Usage(fmt.Errorf("a terminal cannot show %s", format), "name a file with --out")
	}
	return nil
}

// sqlInto runs one statement and writes its rows into a file.
func (r *report) sqlInto(ctx context.Context, engine queries.Engine, text string, f *outputFlags, out string) (err error) {
	rows, err := engine.SQL(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	_, err = writeFile(filepath.Dir(out), filepath.Base(out), func(w io.Writer) error {
		return review.Write(w, f.format, nil, rows, review.Options{Wide: f.wide, Notes: r.Notes()})
	})
	return err
}
