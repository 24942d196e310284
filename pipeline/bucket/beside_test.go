package bucket_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/pipeline/bucket"
)

// gate lets nobody through before so many wait for it.
type gate struct {
	wanted  int32
	waiting atomic.Int32
	open    chan struct{}
}

func newGate(wanted int32) *gate { return &gate{wanted: wanted, open: make(chan struct{})} }

func (g *gate) pass(t *testing.T, what string) {
	if g.waiting.Add(1) == g.wanted {
		close(g.open)
	}
	select {
	case <-g.open:
	case <-time.After(20 * time.Second):
		t.Errorf("%s: %d are asked for side by side, want %d", what, g.waiting.Load(), g.wanted)
	}
}

// besideEachOther answers when enough is asked for at a time.
type besideEachOther struct {
	*store
	t              *testing.T
	lists, objects *gate
}

func (b *besideEachOther) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, o ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	if in.Delimiter == nil && in.ContinuationToken == nil {
		b.lists.pass(b.t, "month "+aws.ToString(in.Prefix))
	}
	return b.store.ListObjectsV2(ctx, in, o...)
}

func (b *besideEachOther) GetObject(ctx context.Context, in *s3.GetObjectInput, o ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	b.objects.pass(b.t, "object "+aws.ToString(in.Key))
	return b.store.GetObject(ctx, in, o...)
}

// TestSideBySide: the months of all accounts and Regions are listed at a time, and objects are fetched many at a
// time.
func TestSideBySide(t *testing.T) {
	b := &besideEachOther{organisationBucket(), t, newGate(12), newGate(48)} // 2 accounts, 2 Regions, 3 months
	s := ingestFrom(t, t.TempDir()+"/lake", &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/"})
	if s.Objects.Ingested != 81 {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
}
