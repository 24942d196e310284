package pipeline

import (
	"context"
	"time"

	"roletrail/parquet"
)

// listAll lists what log files made, and all that compactions did.
func (l *looseObjects) listAll(ctx context.Context, store RemoteStore) error {
	if err := l.listLoose(ctx, store); err != nil {
		return err
	}
	for _, table := range compactTables() {
		if table == parquet.EventsSchema.Table || table == parquet.CoverageSchema.Table {
			continue
		}
		err := store.List(ctx, table+"/", func(name string, o Object) error {
			if !isCompactFile(name) {
				return strayObject(name)
			}
			l.compacted = append(l.compacted, remoteFile{name: name, object: o})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweep removes objects in whose place others came long enough ago, and what compactions left that
// did not come to their end. What log files made that lie with others is put together no more.
func (c *remoteCompaction) sweep(ctx context.Context) error {
	s, err := findSwept(ctx, c.store, c.counts, &c.looseObjects, c.options.Now(), c.options.Keep)
	if err != nil {
		return err
	}
	old, err := oldMessages(ctx, c.store, c.options.Now())
	if err == nil {
		err = c.store.Delete(ctx, append(old, s.names...))
	}
	c.gone, c.result.Removed, c.result.Waiting = s.gone, len(s.names), s.waiting
	return err
}

// swept are the objects that a compaction removes.
type swept struct {
	names   []string
	waiting int             // how many others there are in whose place others came
	gone    map[string]bool // files of compactions that were replaced, and are there no more then
}

// findSwept finds what is to be removed. The commits must have been read after all objects were
// listed: one that they do not name then is named by none that comes.
func findSwept(ctx context.Context, store RemoteStore, counts *committed, loose *looseObjects, now time.Time, keep time.Duration) (s swept, err error) {
	s.gone = map[string]bool{}
	for path := range counts.replaced {
		s.gone[path] = true
	}
	err = eachFolded(ctx, store, counts, "", func(id [objectHash]byte, since time.Time) {
		for _, f := range loose.take(id) {
			if now.Sub(since) >= keep {
				s.names = append(s.names, f.name)
			} else {
				s.waiting++
			}
		}
	})
	for _, f := range loose.compacted {
		at, replaced := counts.replaced[f.name]
		_, named := counts.files[f.name]
		switch {
		case named:
		case replaced && now.Sub(at) < keep:
			delete(s.gone, f.name)
			s.waiting++
		case replaced || now.Sub(time.Unix(0, f.object.Modified)) >= abandoned:
			s.names = append(s.names, f.name)
		}
	}
	return s, err
}

// take takes the objects of a log file out of those that are put together.
func (l *looseObjects) take(id [objectHash]byte) (files []remoteFile) {
	files = l.unfinished[id]
	if of := l.taken[id]; of != nil {
		files = append(append(files, of.events...), of.coverage)
	}
	delete(l.taken, id)
	delete(l.unfinished, id)
	return files
}

// messagesLast is how long what was told is kept, so that it is not told again: log files come again
// within days, and older changes are no news.
const messagesLast = 30 * 24 * time.Hour

// oldMessages are the objects of the outbox that nobody needs any more.
func oldMessages(ctx context.Context, store RemoteStore, now time.Time) (names []string, err error) {
	err = store.List(ctx, outboxFolder, func(name string, o Object) error {
		if now.Sub(time.Unix(0, o.Modified)) >= messagesLast {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}
