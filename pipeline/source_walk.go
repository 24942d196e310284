package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fileWalk visits the entries of one source, in the order of their names.
type fileWalk struct {
	except fs.FileInfo
	fn     func(Object) error
	found  int
}

// foldersAhead is how many folders are listed while one before them is gone through: most
// of the time that takes is the system's, for each of its files.
const foldersAhead = 2

// folder visits what a folder holds, and all folders below it.
func (w *fileWalk) folder(ctx context.Context, path string, entries []fs.DirEntry) error {
	ahead := map[int]*listing{}
	for i, entry := range entries {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		below := filepath.Join(path, entry.Name())
		if !w.enters(entry) {
			if err := w.visit(below, entry); err != nil {
				return err
			}
			continue
		}
		begun := 0
		for j := i; j < len(entries) && begun <= foldersAhead; j++ {
			if !w.enters(entries[j]) {
				continue
			}
			if begun++; ahead[j] == nil {
				ahead[j] = list(filepath.Join(path, entries[j].Name()))
			}
		}
		within, err := ahead[i].wait()
		delete(ahead, i)
		if err != nil {
			err = w.emit(lostObject(below+"/", fmt.Errorf("listing the folder: %w", bare(err))))
		}
		if err == nil {
			err = w.folder(ctx, below, within)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// enters reports whether an entry is a folder that belongs to the source.
func (w *fileWalk) enters(entry fs.DirEntry) bool {
	if !entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
		return false
	}
	if w.except == nil {
		return true
	}
	info, err := entry.Info()
	return err != nil || !os.SameFile(info, w.except)
}

// visit takes a file.
func (w *fileWalk) visit(path string, entry fs.DirEntry) error {
	if strings.HasPrefix(entry.Name(), ".") {
		return nil
	}
	if seen, is := entry.(*lookedAt); is {
		return w.emit(seen.object)
	}
	info, err := regularFile(path, entry)
	if info == nil && err == nil {
		return nil
	}
	return w.emit(seenObject(path, info, err))
}

// seenObject is the object of a file, or stands for it where it could not be looked at.
func seenObject(path string, info fs.FileInfo, err error) Object {
	if err != nil {
		return lostObject(path, fmt.Errorf("listing the file: %w", bare(err)))
	}
	return fileObject(path, info)
}

func (w *fileWalk) emit(o Object) error {
	w.found++
	return w.fn(o)
}

// regularFile returns the file behind an entry, following a link to a file; nil
// if it is anything else.
func regularFile(path string, entry fs.DirEntry) (fs.FileInfo, error) {
	if entry.Type()&fs.ModeSymlink == 0 {
		if !entry.Type().IsRegular() {
			return nil, nil
		}
		return entry.Info()
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	return info, nil
}

// listing is what a folder holds, while it is being listed.
type listing struct {
	path    string
	entries []fs.DirEntry
	err     error
	done    chan struct{}
}

// listedAhead is how many entries of a folder wait for their turn; one that has more is
// listed when it has come.
const listedAhead = 4096

// list begins to list a folder.
func list(path string) *listing {
	l := &listing{path: path, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		l.entries, l.err = readSmallFolder(path)
		for i, entry := range l.entries {
			if entry.Type().IsRegular() {
				l.entries[i] = look(filepath.Join(path, entry.Name()), entry)
			}
		}
	}()
	return l
}

// wait gives what the folder holds, by name. With an error it is what could be listed.
func (l *listing) wait() ([]fs.DirEntry, error) {
	<-l.done
	if errors.Is(l.err, errManyEntries) {
		return os.ReadDir(l.path)
	}
	return l.entries, l.err
}

var errManyEntries = errors.New("many entries")

// readSmallFolder is like [os.ReadDir], for folders of a few entries.
func readSmallFolder(path string) ([]fs.DirEntry, error) {
	folder, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	var entries []fs.DirEntry
	for err == nil {
		var more []fs.DirEntry
		more, err = folder.ReadDir(listedAhead + 1 - len(entries))
		if entries = append(entries, more...); len(entries) > listedAhead {
			return nil, errManyEntries
		}
	}
	if err == io.EOF {
		err = nil
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// lookedAt is a file that was looked at when its folder was listed.
type lookedAt struct {
	fs.DirEntry
	object Object
}

func look(path string, entry fs.DirEntry) fs.DirEntry {
	info, err := entry.Info()
	return &lookedAt{entry, seenObject(path, info, err)}
}
