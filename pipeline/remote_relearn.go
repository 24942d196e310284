package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"roletrail/iam"
	"roletrail/parquet"
	"roletrail/pipeline/unusual"
)

// Relearn learns anew, from all events of a lake on a store, what log files that come into it are held
// against, see [RemoteMemory], and says of how many files of events. What others learn meanwhile, and
// what is remembered of log files that are not in the lake any more, stays; what cannot be read of it is
// replaced. It may be interrupted and done again.
func Relearn(ctx context.Context, store ReplacingStore, u *Unusual, progress func(Progress)) (files int, err error) {
	r := &relearning{memory: NewLearner(store, u), store: store, progress: progress}
	r.memory.anew = true
	if r.scratch, err = os.MkdirTemp("", "roletrail-relearn-"); err == nil {
		err = r.learn(ctx)
		err = errors.Join(err, os.RemoveAll(r.scratch))
	}
	if err != nil && ctx.Err() != nil {
		return r.files, ErrInterrupted
	}
	if err != nil {
		return r.files, fmt.Errorf("learning anew of lake %q: %w", store, err)
	}
	return r.files, nil
}

type relearning struct {
	memory   *RemoteMemory
	store    ReplacingStore
	scratch  string // a folder for what is only read
	progress func(Progress)
	files    int
}

// learn learns of the files by their days, as it would have been learnt when they came.
func (r *relearning) learn(ctx context.Context) error {
	files, err := eventFiles(ctx, r.store)
	if err != nil {
		return err
	}
	slices.SortStableFunc(files, func(a, b remoteFile) int { return strings.Compare(dayOfPath(a.name), dayOfPath(b.name)) })
	habits := r.memory.now().Add(-unusual.Lasting).UTC().Format(time.DateOnly)
	for _, f := range files {
		path := filepath.Join(r.scratch, "part")
		err := downloadTo(ctx, f, path)
		if errors.Is(err, ErrGone) {
			return fmt.Errorf("%w: a compaction put it together with others; run it again", err)
		}
		if err == nil && dayOfPath(f.name) >= habits {
			err = r.observe(ctx, f.name, path)
		}
		if err == nil {
			err = r.documents(ctx, path)
		}
		if err != nil {
			return err
		}
		r.files++
		if r.progress != nil {
			r.progress(Progress{Objects: 1, Total: int64(len(files))})
		}
	}
	return r.memory.Flush(ctx)
}

// eventFiles are the files of events that count in a lake on a store.
func eventFiles(ctx context.Context, store RemoteStore) (files []remoteFile, err error) {
	var loose looseObjects
	if err := loose.listLoose(ctx, store); err != nil {
		return nil, err
	}
	counts, err := readCommits(ctx, store)
	if err != nil {
		return nil, err
	}
	err = eachFolded(ctx, store, counts, "", func(id [objectHash]byte, _ time.Time) { delete(loose.taken, id) })
	if err != nil {
		return nil, err
	}
	for _, of := range loose.inOrder() {
		files = append(files, of.events...)
	}
	for _, f := range counts.ofTable(parquet.EventsSchema.Table) {
		files = append(files, f.on(ctx, store))
	}
	return files, nil
}

// observe remembers what was seen by the log files of each account.
func (r *relearning) observe(ctx context.Context, name, path string) error {
	day, err := time.Parse(time.DateOnly, dayOfPath(name))
	if err != nil {
		return fmt.Errorf("%q is of no day: %w", name, err)
	}
	questions := r.memory.questions(ctx)
	roles, by := observedRoles{privileged: questions.isPrivileged}, map[string]*unusual.Observations{}
	of := func(account []byte) *unusual.Observations {
		if account == nil {
			return nil // it cannot be told whose log it was in
		}
		o := by[string(account)]
		if o == nil {
			o = unusual.NewObservations(day.AddDate(0, 0, 1)) // no event of the day is news
			by[string(account)] = o
		}
		return o
	}
	if err := errors.Join(observeFile(ctx, of, &roles, path, endOf(day)), questions.err); err != nil {
		return err
	}
	for _, o := range by {
		if _, err := r.memory.judge(ctx, "", o); err != nil {
			return err
		}
	}
	return nil
}

// documents remembers what changes told.
func (r *relearning) documents(ctx context.Context, path string) error {
	return eachDocumentChange(ctx, path, func(c *foundChange) error {
		if !iam.IsAccountID(c.AccountID) {
			return nil
		}
		return r.memory.learnDocuments(ctx, c.AccountID, c.facts())
	})
}
