package pipeline

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"roletrail/parquet"
)

// looseObjects are those of a lake on a store that log files made, each its own. A compaction puts
// them together.
type looseObjects struct {
	taken      map[[objectHash]byte]*remoteObject // log files that the lake has taken
	unfinished map[[objectHash]byte][]remoteFile  // objects of events of which the log file is not, or not yet, taken
	compacted  []remoteFile                       // beside them: what compactions made, whether it counts or not
}

func newLooseObjects() looseObjects {
	return looseObjects{taken: map[[objectHash]byte]*remoteObject{}, unfinished: map[[objectHash]byte][]remoteFile{}}
}

// listLoose lists what log files made. Coverage is listed first: an object counts as taken when its
// coverage is there, and then everything else of it is, too.
func (l *looseObjects) listLoose(ctx context.Context, store RemoteStore) error {
	*l = newLooseObjects()
	for _, folder := range []string{"coverage/", "events/"} {
		err := store.List(ctx, folder, func(name string, o Object) error {
			if !parquet.IsDataFile(name) {
				return strayObject(name)
			}
			l.add(name, o)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, of := range l.taken {
		slices.SortFunc(of.events, func(a, b remoteFile) int { return strings.Compare(a.name, b.name) })
	}
	return nil
}

// add adds an object of coverage, or one of events when all of coverage are there.
func (l *looseObjects) add(name string, o Object) {
	id, _ := partID(name)
	of, f := [objectHash]byte(id[:]), remoteFile{name: name, object: o}
	switch taken := l.taken[of]; {
	case isCompactID(id):
		l.compacted = append(l.compacted, f)
	case isCoverage(name):
		l.taken[of] = &remoteObject{coverage: f}
	case taken != nil:
		taken.events = append(taken.events, f)
	default:
		l.unfinished[of] = append(l.unfinished[of], f)
	}
}

// inOrder are the log files that the lake has taken, in the order of their first days.
func (l *looseObjects) inOrder() []*remoteObject {
	return slices.SortedFunc(maps.Values(l.taken), func(a, b *remoteObject) int {
		return cmp.Or(strings.Compare(a.firstDay(), b.firstDay()), strings.Compare(a.name(), b.name()))
	})
}
