package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"roletrail/cmd/internal/cli"
)

// howToGet says how to get the files that commands are given.
var howToGet = map[string]string{
	"inventory":        "make it with `aws iam get-account-authorization-details > inventory.json`, or let --live ask IAM itself",
	"control policies": "`aws organizations describe-policy --policy-id ID` tells one",
	"trails":           "`aws cloudtrail describe-trails` and `aws cloudtrail get-event-selectors --trail-name NAME` tell them",
}

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
		err = fmt.Errorf("reading %s %q: %w", what, path, errors.Unwrap(err))
		if errors.Is(err, fs.ErrNotExist) {
			err = cli.WithHint(err, howToGet[what])
		}
		return none, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return none, cli.WithHint(fmt.Errorf("reading %s %q: it is a folder", what, path), "name the files in it: "+filepath.Join(path, "*.json"))
	}
	return read(file, path)
}
