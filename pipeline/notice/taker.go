package notice

import (
	"context"
	"fmt"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// Taker takes objects of any bucket into one lake on S3. It serves one goroutine.
type Taker struct {
	// Allowed are the places that notices may name.
	Allowed Allowed
	// NewsAge is how old a change may be to be told, if the options say who is told.
	NewsAge time.Duration
	// Sources are the buckets of which objects are taken.
	Sources bucket.Sources

	delivery *pipeline.Delivery
	lake     *parquet.Remote
	store    *bucket.Store
}

// NewTaker makes one. connect finds the client of a bucket.
func NewTaker(store *bucket.Store, options pipeline.Options, connect func(ctx context.Context, bucket string) (bucket.Client, error)) (*Taker, error) {
	lake, err := parquet.CreateRemote(store)
	if err != nil {
		return nil, err
	}
	return &Taker{
		delivery: pipeline.NewDelivery(lake, options),
		lake:     lake,
		store:    store,
		Sources:  bucket.Sources{Connect: connect},
	}, nil
}

// Close removes what is on its way.
func (t *Taker) Close() error { return t.lake.Close() }

// Owns reports whether an object is a file of the lake itself, which is no log file: its bucket
// may be one that sends notices.
func (t *Taker) Owns(o Object) bool { return pipeline.OwnFile(t.store, nameOf(o)) }

// nameOf is an object as a lake names it.
func nameOf(o Object) string { return "s3://" + o.Bucket + "/" + pipeline.ObjectName(o.Key) }

// Take takes the version that is named, or what lies there now.
func (t *Taker) Take(ctx context.Context, o Object) (pipeline.Receipt, error) {
	if err := t.Allowed.Check(o); err != nil {
		return pipeline.Receipt{}, err
	}
	source, err := t.Sources.Of(ctx, o.Bucket)
	if err != nil {
		return pipeline.Receipt{}, err
	}
	object, err := source.Object(ctx, o.Key, o.Version)
	if err != nil {
		return pipeline.Receipt{}, fmt.Errorf("taking %q: %w", nameOf(o), err)
	}
	t.delivery.NewsSince(time.Now().Add(-t.NewsAge))
	return t.delivery.Deliver(ctx, object)
}
