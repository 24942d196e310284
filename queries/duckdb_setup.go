package queries

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// setUp runs the embedded statements that make the views, then turns the key.
func (e *duckEngine) setUp(ctx context.Context) error {
	if err := e.begin(ctx); err != nil {
		return err
	}
	if err := e.compareSchemas(ctx); err != nil {
		return err
	}
	conn, err := e.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tables, err := e.tableScript()
	if err == nil {
		err = e.run(ctx, conn, tables)
	}
	if err != nil {
		return err
	}
	if err := e.correct(ctx, conn); err != nil {
		return err
	}
	views, err := viewScript()
	if err == nil {
		err = e.run(ctx, conn, views)
	}
	if err != nil {
		return err
	}
	text, err := texts.ReadFile("duckdb/version.sql")
	if err != nil {
		return err
	}
	rows, err := e.query(ctx, string(text), nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		e.version, _ = rows.Row()[0].(string)
	}
	return rows.Err()
}

// begin makes the settings that the other statements need: the first of them reads the
// footers of all files, the others find them in memory.
func (e *duckEngine) begin(ctx context.Context) error {
	conn, err := e.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	statements, err := sessionScript()
	if err != nil {
		return err
	}
	kept, err := scripts([]string{"duckdb/kept.sql"})
	if err != nil {
		return err
	}
	return e.run(ctx, conn, append(statements, kept...))
}

// sessionScript is what comes before the tables.
func sessionScript() ([]script, error) {
	return scripts([]string{"duckdb/session.sql", "duckdb/macros.sql"})
}

// run runs statements in their order.
func (e *duckEngine) run(ctx context.Context, conn driver.ExecerContext, statements []script) error {
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s.text, nil); err != nil {
			return e.explain(fmt.Errorf("running %s: %w", s.name, err))
		}
	}
	return nil
}

// correct takes the events that others correct out of the table of events, and lets the
// rollups be, which count them. Lakes without any are read as they are: to look for
// ids takes longer than most questions.
func (e *duckEngine) correct(ctx context.Context, conn driver.ExecerContext) error {
	text, err := texts.ReadFile("duckdb/count_corrections.sql")
	if err != nil {
		return err
	}
	rows, err := e.query(ctx, string(text), nil)
	if err != nil {
		return err
	}
	any := rows.Next() && rows.Row()[0] != int64(0)
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || !any {
		return err
	}
	e.corrected = true
	corrected, err := scripts(correctionScripts())
	if err != nil {
		return err
	}
	return e.run(ctx, conn, corrected)
}

func correctionScripts() []string {
	return []string{"duckdb/replaced.sql", "duckdb/lake_events_corrected.sql", "duckdb/loose_events_corrected.sql", "duckdb/drop_rollups.sql", "duckdb/empty_uses.sql", "duckdb/empty_session_days.sql"}
}

// compareSchemas looks whether the files of a table have different columns, as
// after an upgrade, and refuses those whose times this build would read otherwise.
func (e *duckEngine) compareSchemas(ctx context.Context) error {
	var paths []string
	tables := 0 // that have files; no two of them have the same columns
	for _, t := range e.files.tables {
		if t.part {
			continue
		}
		if paths = append(paths, t.paths...); len(t.paths) > 0 {
			tables++
		}
	}
	if tables == 0 {
		return nil
	}
	text, err := texts.ReadFile("duckdb/schemas.sql")
	if err != nil {
		return err
	}
	rows, err := e.query(ctx, string(text), []driver.Value{paths})
	if err != nil {
		return err
	}
	if rows.Next() {
		e.mixed = rows.Row()[0] != int64(tables)
		if older, ok := rows.Row()[1].(string); ok {
			err = e.zonedTimes(older)
		}
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// exec runs statements that return nothing, on a connection of their own.
func (e *duckEngine) exec(ctx context.Context, text string) error {
	conn, err := e.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	native, err := nativeConnection(conn)
	if err != nil {
		return err
	}
	defer e.watchProgress(native)()
	if _, err := conn.ExecContext(ctx, text, nil); err != nil {
		return errors.Join(ctx.Err(), e.explain(err))
	}
	return nil
}
