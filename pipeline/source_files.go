package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Files is a source of one file, or of all files in a folder and its folders. A
// link is followed where it is the source itself or leads to a file; links to
// folders within the source are left out, as are names that begin with a dot.
type Files struct {
	Path string
	// Except is a folder that is left out too: the lake, where it lies within the
	// source. A source that lies within it is an error.
	Except string
}

// ErrNoSource says that nothing is at the path of a source.
var ErrNoSource = errors.New("no such file or folder; give the path of CloudTrail's log files, or s3://BUCKET/PREFIX")

// ErrNoFiles says that a folder holds no files at all, which is more often a
// wrong path than a wish.
var ErrNoFiles = errors.New("the folder holds no files; give the one that CloudTrail's log files lie in")

// List implements [Source]. What changes or cannot be read below the source's own
// folder is listed as an object that cannot be opened.
func (s Files) List(ctx context.Context, fn func(Object) error) error {
	if err := s.list(ctx, fn); err != nil {
		return fmt.Errorf("listing source %q: %w", s.Path, err)
	}
	return nil
}

func (s Files) list(ctx context.Context, fn func(Object) error) error {
	info, err := os.Stat(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoSource
	}
	if err != nil {
		return err
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return errors.New("it is neither a file nor a folder; what comes through a pipe is read with -")
	}
	root, err := resolved(s.Path, info.IsDir())
	if err != nil {
		return err
	}
	except, err := s.except(root)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fn(fileObject(root, info))
	}
	w := fileWalk{except: except, fn: fn}
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	err = w.folder(ctx, root, entries)
	if err == nil && w.found == 0 {
		err = ErrNoFiles
	}
	return err
}

// resolved is where a file or folder lies, with all links to folders resolved, so that
// its objects have the same names however it is reached. A link to a file keeps its
// own name, which may tell more than that of what it leads to.
func resolved(path string, isFolder bool) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if isFolder {
		return filepath.EvalSymlinks(abs)
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(abs))
	return filepath.Join(folder, filepath.Base(abs)), err
}

// except is the folder that is left out, nil if there is none. That it is the
// source, or holds it, is an error.
func (s Files) except(root string) (fs.FileInfo, error) {
	if s.Except == "" {
		return nil, nil
	}
	except, err := os.Stat(s.Except)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for folder := root; ; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err == nil && os.SameFile(info, except) {
			return nil, fmt.Errorf("it is within the lake %q; log files lie elsewhere", s.Except)
		}
		if folder == filepath.Dir(folder) {
			return except, nil
		}
	}
}

// bare is an error of the file system without the path, which the object names.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func fileObject(path string, info fs.FileInfo) Object {
	name := ObjectName(filepath.ToSlash(path))
	return Object{
		Name:     name,
		Size:     info.Size(),
		Modified: info.ModTime().UnixNano(),
		Open:     func() (io.ReadCloser, error) { return openFile(path) },
		isFile:   name == path,
	}
}

// lostObject stands for what was found but could not be looked at.
func lostObject(path string, why error) Object {
	return Object{
		Name: ObjectName(filepath.ToSlash(path)),
		Open: func() (io.ReadCloser, error) { return nil, why },
	}
}

// ObjectName is a path or key as text that can stand in the lake: bytes that are no UTF-8,
// control characters and the percent sign are written as %XX, so that different
// paths keep different names.
func ObjectName(path string) string {
	clean := func(c byte) bool { return c >= ' ' && c < 0x7f && c != '%' }
	if at := indexNot(path, clean); at < 0 {
		return path
	}
	var b strings.Builder
	for i := 0; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' || r == 0x7f || r == '%' {
			fmt.Fprintf(&b, "%%%02X", path[i])
		} else {
			b.WriteString(path[i : i+size])
		}
		i += size
	}
	return b.String()
}

// PathOfName is the path or key of a name, see [ObjectName].
func PathOfName(name string) (string, error) {
	path, err := url.PathUnescape(name)
	if err != nil {
		return "", fmt.Errorf("reading object %q: its name is none that a list gives: %w", name, err)
	}
	return path, nil
}

// indexNot is the index of the first byte that is not as it should be, -1 if all are.
func indexNot(s string, is func(byte) bool) int {
	for i := range len(s) {
		if !is(s[i]) {
			return i
		}
	}
	return -1
}
