package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/queries"
)

// engineName names an engine of package queries.
type engineName string

const (
	duckDB engineName = "duckdb"
	trino  engineName = "trino"
	athena engineName = "athena"
)

// engineFlags say what computes the answers, for all commands.
type engineFlags struct {
	name   engineName
	trino  queries.TrinoOptions
	athena queries.AthenaOptions
	bill   bill // of Athena
}

func (f *engineFlags) add(root *cobra.Command) {
	f.name = duckDB
	cli.EnumVar(root, true, &f.name, "engine", "what computes the answer", duckDB, trino, athena)
	flags := root.PersistentFlags()
	flags.StringVar(&f.trino.URL, "trino-url", "", "of the coordinator, with --engine trino: https://USER@HOST:PORT")
	flags.StringVar(&f.trino.Catalog, "trino-catalog", "hive", "where its tables are")
	flags.StringVar(&f.trino.Schema, "trino-schema", "roletrail", "where its views for readers are")
	flags.StringVar(&f.trino.Scratch, "trino-scratch", "", "CATALOG.SCHEMA in which tables may be made while a report is")
	flags.StringVar(&f.athena.Workgroup, "athena-workgroup", "", "that runs the statements, with --engine athena")
	flags.StringVar(&f.athena.Output, "athena-output", "", "place in S3 for its answers, like s3://BUCKET/PREFIX/ (default that of the workgroup)")
	flags.StringVar(&f.athena.Database, "athena-database", "roletrail", "where its views for readers are")
}

// check refuses flags that would do nothing.
func (f *engineFlags) check(cmd *cobra.Command) error {
	changed := cmd.Flags().Changed
	for name, engine := range map[string]engineName{
		"trino-url": trino, "trino-catalog": trino, "trino-schema": trino, "trino-scratch": trino,
		"athena-workgroup": athena, "athena-output": athena, "athena-database": athena,
	} {
		if f.name != engine && changed(name) {
			return cli.Usage(fmt.Errorf("flag --%s is for --engine %s alone", name, engine), "")
		}
	}
	switch {
	case f.name == trino && f.trino.URL == "":
		return cli.Usage(errors.New("--engine trino needs --trino-url"), "like --trino-url https://auditor@trino.example.com")
	case f.name == athena && f.athena.Workgroup == "":
		return cli.Usage(errors.New("--engine athena needs --athena-workgroup"), "deploy/terraform makes one, called roletrail")
	case f.athena.Output != "" && !strings.HasPrefix(f.athena.Output, "s3://"):
		return cli.Usage(fmt.Errorf("--athena-output %q is no place in S3", f.athena.Output), "write s3://BUCKET/PREFIX/")
	case f.name != duckDB && changed("lake"):
		return cli.Usage(fmt.Errorf("flag --lake is not for --engine %s", f.name), "the tables of its catalogue say where the lake is")
	}
	return nil
}

// openDuckDB opens the lake in a folder and DuckDB over it. giveUp ends the
// process when a statement takes too much memory and cannot be interrupted.
func openDuckDB(giveUp func(error)) opener {
	return func(ctx context.Context, dir string, progress func(queries.Progress)) (queries.Engine, error) {
		lake, err := parquet.OpenLake(dir)
		if err != nil {
			return nil, err
		}
		engine, err := queries.OpenDuckDB(ctx, lake, queries.Options{GiveUp: giveUp, Progress: progress})
		if err != nil {
			return nil, errors.Join(err, lake.Close())
		}
		return &engineOnLake{Engine: engine, lake: lake}, nil
	}
}

// engineOnLake is an engine that closes its lake too.
type engineOnLake struct {
	queries.Engine
	lake *parquet.Lake
}

func (e *engineOnLake) Close() error {
	return errors.Join(e.Engine.Close(), e.lake.Close())
}
