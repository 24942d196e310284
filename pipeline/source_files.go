package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Files is a source of one file, or of all files in a folder and its folders.
// Names that begin with a dot are left out, as are links to folders.
type Files struct {
	Path string
	// Except is a folder that is left out too: the lake, where it lies within the
	// source.
	Except string
}

// ErrNoFiles says that a folder holds no files at all, which is more often a
// wrong path than a wish.
var ErrNoFiles = errors.New("the folder holds no files")

// List implements [Source].
func (s Files) List(ctx context.Context, fn func(Object) error) error {
	root, err := filepath.Abs(s.Path)
	if err != nil {
		return fmt.Errorf("finding source %q: %w", s.Path, err)
	}
	info, err := os.Stat(root)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("listing source %q: no such file or folder", s.Path)
	}
	if err != nil {
		return fmt.Errorf("listing source %q: %w", s.Path, err)
	}
	if info.Mode().IsRegular() {
		return fn(fileObject(root, info))
	}
	if !info.IsDir() {
		return fmt.Errorf("listing source %q: it is neither a file nor a folder; what comes through a pipe is read with -", s.Path)
	}
	except, err := filepath.Abs(s.Except)
	if err != nil {
		return fmt.Errorf("finding folder %q: %w", s.Except, err)
	}
	found := 0
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".") && path != root {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if s.Except != "" && path == except && entry.IsDir() {
			return filepath.SkipDir
		}
		info, err := regularFile(path, entry)
		if info == nil || err != nil {
			return err
		}
		found++
		return fn(fileObject(path, info))
	})
	if err == nil && found == 0 {
		err = ErrNoFiles
	}
	if err != nil {
		return fmt.Errorf("listing source %q: %w", s.Path, err)
	}
	return nil
}

// regularFile returns the file behind an entry, following a link to a file; nil
// if it is anything else.
func regularFile(path string, entry fs.DirEntry) (fs.FileInfo, error) {
	if entry.IsDir() {
		return nil, nil
	}
	if entry.Type()&fs.ModeSymlink == 0 {
		if !entry.Type().IsRegular() {
			return nil, nil
		}
		return entry.Info()
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return entry.Info() // a dangling link is reported when it is opened
	}
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	return info, nil
}

func fileObject(path string, info fs.FileInfo) Object {
	return Object{
		Name:     validName(filepath.ToSlash(path)),
		Size:     info.Size(),
		Modified: info.ModTime().UnixNano(),
		Open:     func() (io.ReadCloser, error) { return os.Open(path) },
	}
}

// validName is a path as text that can stand in the lake: bytes that are no UTF-8,
// control characters and the percent sign are written as %XX, so that different
// paths keep different names.
func validName(path string) string {
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
