package parquet

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
)

// inSnapshots reports whether files of the table go together with those of others, and
// count with all of them or not at all.
func (t table) inSnapshots() bool {
	return strings.HasPrefix(t.name, "iam/") || t.name == TrailsSchema.Table || strings.HasPrefix(t.name, "catalogue/")
}

// snapshotOf is what a file is a part of: the inventory or the trails of one account on
// one day, or the catalogue.
type snapshotOf struct{ kind, day, account string }

// OfOneSnapshot reports whether two files, by their paths, are of the same snapshot, all of which counts or nothing.
func OfOneSnapshot(a, b string) bool {
	s := newSnapshots()
	one, other := s.of(a), s.of(b)
	return one != nil && one == other
}

// snapshots are those that files are of, by the id in the names of their files.
type snapshots struct {
	all map[snapshotOf]map[string]*snapshot
}

// snapshot is the files of one.
type snapshot struct {
	id     string
	files  []*wholeFile
	broken bool // one of its files is missing or doubtful
}

func newSnapshots() *snapshots { return &snapshots{map[snapshotOf]map[string]*snapshot{}} }

// of is the snapshot that a file belongs to, nil if it is of another table.
func (s *snapshots) of(name string) *snapshot {
	t, day, err := place(name)
	if err != nil || !t.inSnapshots() {
		return nil
	}
	kind, _, _ := strings.Cut(t.name, "/")
	of := snapshotOf{kind, day, t.account(name)}
	_, id, _ := strings.Cut(path.Base(name), of.account)
	if of.account == "" {
		id = t.olderPlace(name)
	}
	if s.all[of] == nil {
		s.all[of] = map[string]*snapshot{}
	}
	if s.all[of][id] == nil {
		s.all[of][id] = &snapshot{id: id}
	}
	return s.all[of][id]
}

func (s *snapshots) add(f *wholeFile) {
	one := s.of(f.entry.Path)
	one.files = append(one.files, f)
}

// lacks notes that a file is missing or doubtful.
func (s *snapshots) lacks(name string) {
	if one := s.of(name); one != nil {
		one.broken = true
	}
}

// choose lets of each snapshot count what is whole, and of several that are the newest:
// of one that took the place of another both are there if a run ended in between.
func (s *snapshots) choose(e *Examination) {
	order := func(a, b snapshotOf) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.day, b.day), cmp.Compare(a.account, b.account))
	}
	for _, of := range slices.SortedFunc(maps.Keys(s.all), order) {
		var newest *snapshot
		for _, id := range slices.Sorted(maps.Keys(s.all[of])) {
			if one := s.all[of][id]; one.complete(of.kind) && (newest == nil || one.newer(newest)) {
				newest = one
			}
		}
		e.lostSnapshots = e.lostSnapshots || newest == nil
		for _, id := range slices.Sorted(maps.Keys(s.all[of])) {
			for _, f := range s.all[of][id].files {
				switch {
				case s.all[of][id] == newest:
					e.counting[f.entry.Path] = f
				case newest != nil:
					e.doubt(FileReplaced, f.entry.Path, "another one of the same account and day has come in its place")
				default:
					e.doubt(FileIncomplete, f.entry.Path, "files that go together with it are missing or damaged, and without them it would give wrong answers")
				}
			}
		}
	}
}

// complete reports whether all files of a snapshot are there: those that the ledger
// names, or where it does not, one for every table.
func (s *snapshot) complete(kind string) bool {
	named := slices.ContainsFunc(s.files, func(f *wholeFile) bool { return f.named })
	return !s.broken && len(s.files) > 0 && (named || len(s.files) == tablesOf(kind))
}

// tablesOf counts the tables of a kind of snapshot.
func tablesOf(kind string) (n int) {
	for _, t := range tables {
		if t.name == kind || strings.HasPrefix(t.name, kind+"/") {
			n++
		}
	}
	return n
}

// newer reports whether a snapshot is of a later moment than another one or, where that
// does not tell, is the one that the ledger does not know yet.
func (s *snapshot) newer(than *snapshot) bool {
	a, b := s.at(), than.at()
	return a > b || a == b && !s.files[0].named && than.files[0].named
}

func (s *snapshot) at() (at int64) {
	for _, f := range s.files {
		at = max(at, f.snapshotAt)
	}
	return at
}
