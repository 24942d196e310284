// Command yardstick makes Parquet of log files with DuckDB alone, as a careful user of
// SQL would: what bin/ingest is compared with. It prints how many events it wrote.
//
// # Usage
//
//	yardstick SOURCE     writes the folder lake where it runs
package main

import (
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"

	_ "github.com/marcboeker/go-duckdb/v2"
)

//go:embed yardstick.sql
var statements string

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "yardstick:", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	if len(args) != 1 {
		return errors.New("reading arguments: give the folder of the log files")
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return fmt.Errorf("opening DuckDB: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // variables belong to a connection
	if _, err := db.Exec("set variable source = ?", args[0]); err != nil {
		return fmt.Errorf("naming the source: %w", err)
	}
	copied, err := db.Exec(statements)
	if err != nil {
		return fmt.Errorf("running yardstick.sql: %w", err)
	}
	n, err := copied.RowsAffected()
	if err != nil {
		return fmt.Errorf("counting the events: %w", err)
	}
	fmt.Println(n)
	return nil
}
