package roletrail_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// module is the path that every import of ours begins with.
const module = "roletrail"

// source is one Go file of the repository.
type source struct {
	path   string // from the root, with slashes
	text   []byte
	fset   *token.FileSet
	syntax *ast.File
}

func (s *source) folder() string { return path.Dir(s.path) }
func (s *source) isTest() bool   { return strings.HasSuffix(s.path, "_test.go") }

// imports are the import paths of the file.
func (s *source) imports() []string {
	var paths []string
	for _, spec := range s.syntax.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

func (s *source) at(node ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(node.Pos()).Line)
}

// notOurs are folders that no commit holds.
var notOurs = []string{".git", ".cache", "bin", "lake", "demo-lake", "bench/corpus"}

// files are the paths of the repository's files, from the root, with slashes. The
// log files of the test organisation are left out.
var files = sync.OnceValues(func() (paths []string, err error) {
	err = filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (slices.Contains(notOurs, name) || name == "testdata/cloudtrail/AWSLogs"):
			return filepath.SkipDir
		case entry.Type().IsRegular():
			paths = append(paths, name)
		}
		return nil
	})
	return paths, err
})

// goFiles are all Go files, parsed.
var goFiles = sync.OnceValues(func() (sources []*source, err error) {
	paths, err := files()
	if err != nil {
		return nil, err
	}
	for _, name := range paths {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		s := &source{path: name, fset: token.NewFileSet()}
		if s.text, err = os.ReadFile(name); err != nil {
			return nil, err
		}
		if s.syntax, err = parser.ParseFile(s.fset, name, s.text, parser.ParseComments); err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
})

// sources returns the Go files, at least so many that a test over them checked
// something.
func sources(t *testing.T) []*source {
	t.Helper()
	all, err := goFiles()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("found %d Go files only: is this the repository?", len(all))
	}
	return all
}

// paths returns the repository's files.
func paths(t *testing.T) []string {
	t.Helper()
	all, err := files()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFilesAreFormatted(t *testing.T) {
	for _, s := range sources(t) {
		formatted, err := format.Source(s.text)
		if err != nil {
			t.Errorf("%s: %v", s.path, err)
		} else if !bytes.Equal(formatted, s.text) {
			t.Errorf("%s is not gofmt'ed", s.path)
		}
	}
}

// A file has one subject and a function one task; these are the limits beyond which
// neither can be true.
const (
	maxFileLines     = 600
	maxFunctionLines = 80
)

func TestFilesAndFunctionsAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if n := bytes.Count(s.text, []byte("\n")); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", s.path, n, maxFileLines)
		}
		for _, decl := range s.syntax.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > maxFunctionLines {
				t.Errorf("%s: function %s has %d lines, more than %d", s.at(f), f.Name.Name, n, maxFunctionLines)
			}
		}
	}
}

// A package's name says what is in it.
var emptyNames = []string{"util", "utils", "helper", "helpers", "common", "misc", "base", "shared"}

func TestPackagesAreNamedByTheirSubject(t *testing.T) {
	for _, s := range sources(t) {
		name := strings.TrimSuffix(s.syntax.Name.Name, "_test")
		if slices.Contains(emptyNames, name) || slices.Contains(emptyNames, path.Base(s.folder())) {
			t.Errorf("%s: the name of package %s in %s says nothing", s.path, name, s.folder())
		}
	}
}

// TestPackagesAreExplained: the package comment stands once, where one looks for it:
// in doc.go, in the main.go of a program, or in a package's only file.
func TestPackagesAreExplained(t *testing.T) {
	files, comments := map[string][]string{}, map[string][]string{}
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		files[s.folder()] = append(files[s.folder()], path.Base(s.path))
		if s.syntax.Doc.Text() != "" {
			comments[s.folder()] = append(comments[s.folder()], path.Base(s.path))
		}
	}
	for folder, names := range files {
		switch where := comments[folder]; {
		case len(where) == 0:
			t.Errorf("%s: no file has a package comment; write doc.go", folder)
		case len(where) > 1:
			t.Errorf("%s: several files have a package comment: %v", folder, where)
		case len(names) > 1 && where[0] != "doc.go" && where[0] != "main.go":
			t.Errorf("%s: the package comment is in %s, not in doc.go", folder, where[0])
		}
	}
}

// texts are the endings of files that people read.
var texts = regexp.MustCompile(`(\.(go|sql|md|ya?ml|sh|mod|json|txtar|golden)|^Makefile|^LICENSE|^\.ci/run|^\.gitignore)$`)

// banned are texts that no file may hold, each with the reason. They are written
// with a bracket, so that this file does not hold them.
var banned = map[string]*regexp.Regexp{
	"unfinished work belongs into an issue":                    regexp.MustCompile(`\b(T[O]DO|F[I]XME|X[X]X)\b`),
	"a path of one machine means nothing on another":           regexp.MustCompile(`(^|[^A-Za-z0-9._~$}/-])/(w[o]rk|r[o]ot)/`),
	"where modules come from is the business of each one's Go": regexp.MustCompile(`p[r]oxy\.golang\.org|g[o]proxy\.|s[u]m\.golang\.org`),
	"a merge was not finished":                                 regexp.MustCompile(`(?m)^(<{7}|>{7}) `),
}

func TestNoFileHoldsBannedText(t *testing.T) {
	checked := 0
	for _, name := range paths(t) {
		if !texts.MatchString(name) {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		for reason, pattern := range banned {
			if at := pattern.FindIndex(text); at != nil {
				t.Errorf("%s:%d: %q: %s", name, 1+bytes.Count(text[:at[0]], []byte("\n")), text[at[0]:at[1]], reason)
			}
		}
	}
	if checked < 100 {
		t.Fatalf("checked %d files only", checked)
	}
}
