package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"roletrail/parquet"
)

// ChangeOptions say how an inventory, trails or the catalogue come into a lake on a store.
type ChangeOptions struct {
	// Mirror says what of the lake is brought here first.
	Mirror MirrorOptions
	// NoLogs brings no log files here: the change does not ask for events.
	NoLogs bool
	// NewLake makes a lake where there is none.
	NewLake bool
	// At is the moment of the change.
	At time.Time
}

// changeTries is how often a change is made anew because others changed the lake beside it.
const changeTries = 10

// errOvertaken says that the lake changed while a change to it was being made.
var errOvertaken = errors.New("others changed the lake again and again meanwhile; run it again")

// ChangeRemote changes the inventories, trails or catalogue of a lake on a store. They are brought
// into the folder dir, see [Mirror], where change changes them as in a lake in a folder; what it did
// is stored, and counts from one moment on: that of a commit. If somebody else committed something
// meanwhile, all of it is done anew, and change called again.
func ChangeRemote(ctx context.Context, store RemoteStore, dir string, options ChangeOptions, change func(*parquet.Lake) error) error {
	c := &remoteChange{store: store, dir: dir, options: options}
	c.options.Mirror.noLogs, c.options.Mirror.create = options.NoLogs, options.NewLake
	for try := 1; ; try++ {
		err := c.once(ctx, change)
		if !errors.Is(err, errOvertaken) || try == changeTries {
			return notTaken(ctx, err)
		}
	}
}

type remoteChange struct {
	store   RemoteStore
	dir     string
	options ChangeOptions
	lake    *parquet.Lake // in dir
}

func (c *remoteChange) once(ctx context.Context, change func(*parquet.Lake) error) (err error) {
	err = Mirror(ctx, c.store, c.dir, c.options.Mirror)
	if errors.Is(err, ErrInterrupted) {
		return ErrNotTaken
	}
	if err != nil {
		return err
	}
	if c.lake, err = parquet.WriteLake(c.dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.lake.Close()) }()
	before, err := c.counting(ctx)
	if err != nil {
		return err
	}
	if err := change(c.lake); err != nil {
		return err
	}
	if err := c.commit(ctx, before); err != nil {
		return fmt.Errorf("changing lake %q: %w", c.store, err)
	}
	return nil
}

// counting is what counts in the lake, which is what is here. Of a lake without commits the first
// one takes over what was copied there: from then on nothing counts but what a commit names.
func (c *remoteChange) counting(ctx context.Context) (*committed, error) {
	before, err := readCommits(ctx, c.store)
	if err != nil {
		return nil, fmt.Errorf("reading lake %q: %w", c.store, err)
	}
	here, err := c.lake.Entries(otherTables()...)
	if err != nil {
		return nil, err
	}
	if before.last == 0 {
		first := before.next(here, c.options.At, c.options.Mirror.Version)
		for i := range first.Added {
			first.Added[i].Object = "" // where it was copied to
		}
		return before, c.claim(ctx, before, first)
	}
	if before.differs(here) {
		return nil, errOvertaken
	}
	return before, nil
}

// commit stores what is here and does not count yet, and lets it count.
func (c *remoteChange) commit(ctx context.Context, before *committed) error {
	here, err := c.lake.Entries(otherTables()...)
	if err != nil || !before.differs(here) {
		return err
	}
	next := before.next(here, c.options.At, c.options.Mirror.Version)
	for i := range next.Added {
		if err := storeFile(ctx, c.store, c.dir, &next.Added[i]); err != nil {
			return err
		}
	}
	return c.claim(ctx, before, next)
}

func (c *remoteChange) claim(ctx context.Context, before *committed, next *remoteCommit) error {
	text, err := next.text()
	if err != nil {
		return err
	}
	return claim(ctx, c.store, before, next, text)
}

// text is the content of the object.
func (one *remoteCommit) text() ([]byte, error) {
	text, err := json.Marshal(one)
	return append(text, '\n'), err
}

// claim stores a commit as the one after those that were seen. Whether it is stored cannot be told
// of a request that is broken off, and so this one is not.
func claim(ctx context.Context, store RemoteStore, before *committed, next *remoteCommit, text []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if before.last >= mostCommits {
		return fmt.Errorf("it has %d commits, and can have no more", before.last)
	}
	name := nameOfCommit(before.last + 1)
	took, err := store.Claim(context.WithoutCancel(ctx), name, text)
	switch {
	case err != nil:
		return fmt.Errorf("storing %q: %w", name, err)
	case !took:
		return errOvertaken
	}
	return before.apply(next)
}
