package watch

import (
	"context"
	"time"

	"roletrail/pipeline"
)

// sieve leaves out objects that it is too early to read.
type sieve struct {
	now         time.Time
	quarantined map[string]pipeline.SetAside
	unsettled   bool // some were left out that may be read soon
}

// of is a source without what is left out, which may be all of it.
func (s *sieve) of(source pipeline.Source) pipeline.Source { return sieved{source, s} }

type sieved struct {
	pipeline.Source
	sieve *sieve
}

// List implements [pipeline.Source].
func (s sieved) List(ctx context.Context, fn func(pipeline.Object) error) error {
	err := s.Source.List(ctx, func(o pipeline.Object) error {
		if s.sieve.leaves(o) {
			return nil
		}
		return fn(o)
	})
	if nothing(err) {
		return nil
	}
	return err
}

// leaves reports whether an object is left out. An object whose time lies ahead is not
// waited for: its clock is wrong.
func (s *sieve) leaves(o pipeline.Object) bool {
	if set, ok := s.quarantined[o.Name]; ok && set.Size == o.Size && set.Modified == o.Modified && s.now.Sub(set.At) < tryAgain {
		return true
	}
	if o.Remote || o.Modified == 0 {
		return false // an object of S3 appears whole
	}
	age := s.now.Sub(time.Unix(0, o.Modified))
	if age >= 0 && age < settling {
		s.unsettled = true
		return true
	}
	return false
}
