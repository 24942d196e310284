package queries

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"roletrail/parquet"
)

// WriteInit writes statements that make the views over the lake's files known to another
// DuckDB, such as its own shell. They are about the files of now: what is ingested later is
// not in them, and after ingest compact they are about files that are gone. Nothing is locked
// there.
func WriteInit(ctx context.Context, w io.Writer, lake *parquet.Lake) (err error) {
	e, err := OpenDuckDB(ctx, lake, Options{})
	if err != nil {
		return err
	}
	engine := e.(*duckEngine)
	defer func() { err = errors.Join(err, engine.Close()) }()
	text, err := engine.initScript()
	if err != nil {
		return fmt.Errorf("writing the views of lake %q: %w", lake.Dir(), err)
	}
	_, err = io.WriteString(w, text)
	return err
}

// initScript is what this engine ran, in its order, with the lists of files written out.
func (e *duckEngine) initScript() (string, error) {
	var b strings.Builder
	add := func(name, text string) {
		b.WriteString("-- " + name + "\n" + strings.TrimSpace(text))
		if !strings.HasSuffix(strings.TrimSpace(text), ";") {
			b.WriteString(";")
		}
		b.WriteString("\n\n")
	}
	session, err := sessionScript()
	if err != nil {
		return "", err
	}
	for _, s := range session {
		add(s.name, s.text)
	}
	for _, t := range e.files.tables {
		add("the files of "+t.name, strings.Replace(t.bind, "?", sqlList(t.paths), 1))
	}
	if e.mixed {
		text, err := fs.ReadFile(texts, "duckdb/mixed.sql")
		if err != nil {
			return "", err
		}
		add("mixed", string(text))
	}
	tables, err := e.tableScript()
	if err != nil {
		return "", err
	}
	names := []string{}
	if e.corrected {
		names = correctionScripts()
	}
	scripts, err := scripts(names)
	if err != nil {
		return "", err
	}
	views, err := readersViews()
	if err != nil {
		return "", err
	}
	for _, s := range slices.Concat(tables, scripts, views) {
		add(s.name, s.text)
	}
	return b.String(), nil
}

// readersViews are all views as they are where nothing is kept.
func readersViews() (views []script, err error) {
	for _, name := range allViews() {
		s, err := view(name)
		switch {
		case slices.Contains(sessionSteps(), name):
			continue
		case name == "sessions":
			s, err = sessionsAtOnce()
		}
		if err != nil {
			return nil, err
		}
		views = append(views, s)
	}
	return views, nil
}

// sqlList is a list of texts as a statement has it.
func sqlList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = "'" + strings.ReplaceAll(t, "'", "''") + "'"
	}
	return "[" + strings.Join(quoted, ",\n    ") + "]"
}
