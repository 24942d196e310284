package watch

import (
	"context"
	"fmt"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/alert"
)

// Lake is what rounds take log files into.
type Lake interface {
	// Open begins a round. An error for which [errors.Is] finds [parquet.ErrLocked] says that somebody
	// else writes to the lake.
	Open() (Round, error)
}

// Round is a lake during a round.
type Round interface {
	// Ingest takes what of the sources the lake does not have, see [pipeline.Ingest].
	Ingest(ctx context.Context, sources []pipeline.Source, options pipeline.Options) (*pipeline.Summary, error)
	// Has reports whether the lake has an object, or needs not have it.
	Has(pipeline.Object) (bool, error)
	// SetAside are the objects that are in quarantine as a whole, by name.
	SetAside() (map[string]pipeline.SetAside, error)
	// Outbox is what is still to be told of the lake's role changes, nil if it has none.
	Outbox() alert.Outbox
	// Close ends the round, and lets others write to the lake.
	Close() error
}

// Folder is a lake in a folder.
type Folder struct {
	dir   string
	known pipeline.Known // between rounds
}

// InFolder is the lake in a folder.
func InFolder(dir string) *Folder { return &Folder{dir: dir} }

// Open implements [Lake].
func (f *Folder) Open() (Round, error) {
	lake, err := parquet.CreateLake(f.dir)
	if err != nil {
		return nil, err
	}
	return folderRound{lake, &f.known}, nil
}

type folderRound struct {
	*parquet.Lake
	known *pipeline.Known
}

func (r folderRound) Ingest(ctx context.Context, sources []pipeline.Source, options pipeline.Options) (*pipeline.Summary, error) {
	options.Known = r.known
	return pipeline.Ingest(ctx, r.Lake, sources, options)
}

func (r folderRound) Has(o pipeline.Object) (bool, error) {
	return r.Ledger().Has(o.Name, o.Size, o.Modified)
}

func (r folderRound) SetAside() (map[string]pipeline.SetAside, error) {
	set := map[string]pipeline.SetAside{}
	err := r.Ledger().QuarantinedObjects(func(name string, size, modified int64, at string) error {
		then, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return fmt.Errorf("reading ledger: object %q was quarantined at no time: %w", name, err)
		}
		set[name] = pipeline.SetAside{Size: size, Modified: modified, At: then}
		return nil
	})
	return set, err
}

func (r folderRound) Outbox() alert.Outbox { return pipeline.Outbox{Ledger: r.Ledger()} }

// Bucket is a lake on S3, which nobody locks. Of what is in quarantine only that is known which was
// put there since the watch began.
type Bucket struct {
	*pipeline.RemoteIngest
	// Tells is what is still to be told of it, nil where nobody is told.
	Tells *pipeline.RemoteOutbox
	// Remembers finds unusual access in it, nil where nobody asks for that.
	Remembers *pipeline.RemoteMemory
}

// Open implements [Lake].
func (b Bucket) Open() (Round, error) { return bucketRound(b), nil }

type bucketRound Bucket

func (r bucketRound) Ingest(ctx context.Context, sources []pipeline.Source, options pipeline.Options) (*pipeline.Summary, error) {
	options.Outbox, options.Remembering = r.Tells, r.Remembers
	return r.RemoteIngest.Ingest(ctx, sources, options)
}

func (r bucketRound) Has(o pipeline.Object) (bool, error) { return r.RemoteIngest.Has(o), nil }

func (r bucketRound) SetAside() (map[string]pipeline.SetAside, error) {
	return r.RemoteIngest.SetAside(), nil
}

func (r bucketRound) Outbox() alert.Outbox {
	if r.Tells == nil {
		return nil
	}
	return r.Tells
}

func (r bucketRound) Close() error { return nil }
