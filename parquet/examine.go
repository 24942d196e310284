package parquet

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Examination is what a look at the ledger and at every file found.
type Examination struct {
	Findings []Finding
	Files    int   // that were looked at
	Rows     int64 // of those that count, or will
	Bytes    int64

	book     *book
	counting map[string]*wholeFile // by path: files that count, or will
	aside    []string              // paths of what will be moved aside
	temps    []string              // paths of what was being written
	lost     bool                  // events, or what they cover, that counted do not any more

	lostSnapshots bool // nothing came in the place of an inventory, or of other files that go together
}

func (e *Examination) find(kind FindingKind, path, format string, args ...any) {
	e.Findings = append(e.Findings, Finding{kind, path, fmt.Sprintf(format, args...)})
}

// doubt finds something wrong with a file that will be moved aside.
func (e *Examination) doubt(kind FindingKind, path, format string, args ...any) {
	e.find(kind, path, format, args...)
	e.aside = append(e.aside, path)
}

// Counting are the files of a table that count, or will, by path.
func (e *Examination) Counting(table string) (files []FileEntry) {
	for _, path := range slices.Sorted(maps.Keys(e.counting)) {
		if f := e.counting[path]; f.table.name == table {
			files = append(files, f.entry)
		}
	}
	return files
}

// Examine holds the files of the lake against its ledger, reads those that it does not
// vouch for, and changes nothing. progress, if set, is called after each file with how
// many there are.
func (s *Suspect) Examine(ctx context.Context, progress func(files int)) (*Examination, error) {
	b, err := s.readBook()
	if err != nil {
		return nil, err
	}
	e := &Examination{book: b, counting: map[string]*wholeFile{}}
	if b.why != nil {
		e.Findings = append(e.Findings, *b.why)
	}
	names, err := s.walk(e)
	if err != nil {
		return nil, err
	}
	snapshots := newSnapshots()
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := s.examineFile(e, name)
		if err != nil {
			return nil, err
		}
		switch {
		case f == nil:
			snapshots.lacks(name)
		case f.table.inSnapshots():
			snapshots.add(f)
		default:
			e.counting[name] = f
		}
		e.Files++
		if progress != nil {
			progress(len(names))
		}
	}
	e.missing(names, snapshots)
	snapshots.choose(e)
	e.alone()
	for _, f := range e.counting {
		e.Rows, e.Bytes = e.Rows+f.entry.Rows, e.Bytes+f.entry.Bytes
	}
	for named := range b.files {
		if t, _, _ := place(named); !t.inSnapshots() && !t.isRollup() && e.counting[named] == nil {
			e.lost = true
		}
	}
	return e, nil
}

// alone finds the files of rollups whose events do not count. Nobody reads them.
func (e *Examination) alone() {
	for _, name := range slices.Sorted(maps.Keys(e.counting)) {
		table := e.counting[name].table
		if !table.isRollup() {
			continue
		}
		if events := EventsSchema.Table + strings.TrimPrefix(name, table.folder); e.counting[events] == nil {
			e.doubt(RollupAlone, name, "it brings together the events of %s, which is not there or does not count", events)
			delete(e.counting, name)
		}
	}
}

// missing finds the files that the ledger names and that are not there.
func (e *Examination) missing(there []string, snapshots *snapshots) {
	for _, name := range slices.Sorted(maps.Keys(e.book.files)) {
		if _, found := slices.BinarySearch(there, name); found {
			continue
		}
		e.find(FileMissing, name, "it is missing although the ledger names it, with %d rows", e.book.files[name].Rows)
		snapshots.lacks(name)
	}
}

// walk lists the data files of all tables, and finds what does not belong there.
func (s *Suspect) walk(e *Examination) (names []string, err error) {
	for _, root := range Folders() {
		err := filepath.WalkDir(s.abs(root), func(abs string, d fs.DirEntry, err error) error {
			if err != nil {
				if abs == s.abs(root) && !exists(s.dir, root) {
					return nil
				}
				return fmt.Errorf("listing lake: %w", err)
			}
			rel, err := filepath.Rel(s.dir, abs)
			if err != nil {
				return fmt.Errorf("listing lake: %w", err)
			}
			name := filepath.ToSlash(rel)
			_, _, placed := place(name)
			switch {
			case d.IsDir() && isLakeFolder(name):
			case d.IsDir():
				e.doubt(FileForeign, name, "it is no folder that ingest made")
				return fs.SkipDir
			case isTemp(d.Name()) && d.Type().IsRegular():
				e.find(FileLeftOver, name, "a run that did not come to its end was writing it; the next ingest removes it")
				e.temps = append(e.temps, name)
			case placed == nil && d.Type().IsRegular():
				names = append(names, name)
			default:
				e.doubt(FileForeign, name, "it is no file that ingest made")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return names, nil
}

// Folders are the folders of a lake that have data files in or below them.
func Folders() (roots []string) {
	for _, t := range tables {
		root, _, _ := strings.Cut(t.folder, "/")
		if !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots
}

// isLakeFolder reports whether a folder of the lake is of a table, of a day of it, or
// above one.
func isLakeFolder(name string) bool {
	for _, t := range tables {
		if name == t.folder || strings.HasPrefix(t.folder, name+"/") || t.own != "" && name == t.folder+"/"+t.own {
			return true
		}
		if _, ok := t.day(path.Base(name)); ok && path.Dir(name) == t.folder && t.partition != "" {
			return true
		}
	}
	return false
}
