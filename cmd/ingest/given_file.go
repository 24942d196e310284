package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"roletrail/cmd/internal/cli"
)

// withFile opens a file that a command was given, or standard input for "-", and reads
// it, unless ctx ends before; what is the word for it in errors.
func withFile[T any](ctx context.Context, p *cli.Program, path, what string, read func(r io.Reader, name string) (T, error)) (T, error) {
	return cli.Await(ctx, func() (T, error) { return readGiven(p.Stdin, path, what, read) })
}

func readGiven[T any](stdin io.Reader, path, what string, read func(r io.Reader, name string) (T, error)) (none T, err error) {
	if path == "-" {
		return read(stdin, "standard input")
	}
	file, err := os.Open(path)
	if err != nil {
		return none, fmt.Errorf("reading %s %q: %w", what, path, errors.Unwrap(err))
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return none, cli.WithHint(fmt.Errorf("reading %s %q: it is a folder", what, path), "name the files in it: "+filepath.Join(path, "*.json"))
	}
	return read(file, path)
}
