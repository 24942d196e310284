package main

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunMakesACorpus(t *testing.T) {
	dir := t.TempDir()
	if err := run([]string{"-out", dir, "-events", "500", "-roles", "40", "-accounts", "2", "-gzip=false", "-seed", "3"}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files++
			if !strings.HasSuffix(path, ".json") {
				t.Errorf("%s is not a plain file", path)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, error %v", files, err)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"stray"}, `unexpected argument "stray"`},
		{[]string{"-events", "many"}, "reading flags"},
		{[]string{"-events", "5", "-roles", "1"}, "ask for more roles"},
	} {
		if err := run(append([]string{"-out", t.TempDir()}, c.args...)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.args, err, c.want)
		}
	}
}
