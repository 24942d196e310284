package queries

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// ended is why a statement ended before its time: it took too much memory, its
// context ended, or err, which may be nil, says so.
func (e *duckEngine) ended(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, errMemory) {
		return cause
	}
	return errors.Join(ctx.Err(), e.explain(err))
}

// explain adds to an error of DuckDB what it means for the lake, where that can
// be told: a damaged file, or one of an older build, is named, with the step to
// take.
func (e *duckEngine) explain(err error) error {
	if err == nil {
		return nil
	}
	msg := err.Error()
	if strings.Contains(msg, "INTERRUPT") {
		return errors.New("the statement was interrupted")
	}
	if strings.Contains(msg, "Out of Memory Error") || strings.Contains(msg, "bad_alloc") {
		return tooLarge(e.memory)
	}
	if strings.HasPrefix(msg, "Catalog Error: Table with name ") {
		return fmt.Errorf("%w\n(show tables lists the views)", err)
	}
	if lacking := e.lacking(err); lacking != nil {
		return lacking
	}
	if path := e.fileIn(msg); path != "" && isGone(path) {
		return fmt.Errorf("reading %q: %w: %w", path, errGone, err)
	}
	if blamesStatement(msg) {
		return err
	}
	if path := e.fileIn(msg); path != "" {
		return e.damaged(path, err)
	}
	if !speaksOfParquet(msg) {
		return err
	}
	if path := e.findDamage(); path != "" {
		return e.damaged(path, err)
	}
	return err
}

// blamesStatement recognises errors about what a statement may not do, and about
// values and files that are not what it takes them for. They say nothing about the
// state of a file that they name.
func blamesStatement(msg string) bool {
	return strings.HasPrefix(msg, "Permission Error: ") || strings.HasPrefix(msg, "Conversion Error: ") ||
		strings.Contains(msg, "Error when sniffing file") || strings.Contains(msg, "Malformed JSON in file")
}

// errGone says that a file was removed since the engine was told of it, as when an
// inventory took the place of another of its day.
var errGone = errors.New("the file is gone; run the report again")

func isGone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func (e *duckEngine) damaged(path string, err error) error {
	if isGone(path) {
		return fmt.Errorf("reading %q: %w: %w", path, errGone, err)
	}
	return fmt.Errorf("reading %q: the file is damaged; restore it from a backup, or move the lake away and ingest again: %w", path, err)
}

// fileIn is the lake's file that a message names, if any.
func (e *duckEngine) fileIn(msg string) string {
	for _, t := range e.files.tables {
		for _, p := range t.paths {
			if strings.Contains(msg, p) {
				return p
			}
		}
	}
	return ""
}

// speaksOfParquet tells errors of the Parquet reader, which often name no file: an
// Invalid Error is whatever C++ threw, "Out of buffer" for one.
func speaksOfParquet(msg string) bool {
	for _, word := range []string{"Invalid Error", "Parquet", "parquet", "ZSTD", "Snappy", "TProtocol", "thrift", "magic", "page", "Decompress", "decompress", "Failed to read", "corrupt", "dictionary", "unpack"} {
		if strings.Contains(msg, word) {
			return true
		}
	}
	return false
}

// findDamage reads file by file until one fails. It costs a scan of the lake,
// which only happens when an answer is impossible anyway.
func (e *duckEngine) findDamage() string {
	text, err := fs.ReadFile(texts, "duckdb/probe_file.sql")
	if err != nil {
		return ""
	}
	ctx := context.Background()
	conn, err := e.connect(ctx)
	if err != nil {
		return ""
	}
	defer conn.Close()
	for _, t := range e.files.tables {
		for _, p := range t.paths {
			if _, err := conn.ExecContext(ctx, string(text), ordinals([]driver.Value{[]string{p}})); err != nil {
				return p
			}
		}
	}
	return ""
}
