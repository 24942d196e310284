package bucket

import (
	"context"
	"sync"
)

// Sources finds the source of a bucket, which it connects to once. It serves many
// goroutines.
type Sources struct {
	// Connect makes the client of a bucket, see [Connect].
	Connect       func(ctx context.Context, bucket string) (Client, error)
	RequesterPays bool

	mu    sync.Mutex
	known map[string]*Source
}

// maxBuckets is how many are kept: notices may name any.
const maxBuckets = 64

// Of is the source of all of a bucket.
func (s *Sources) Of(ctx context.Context, name string) (*Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if source := s.known[name]; source != nil {
		return source, nil
	}
	if _, _, err := Place("s3://" + name); err != nil {
		return nil, err
	}
	client, err := s.Connect(ctx, name)
	if err != nil {
		return nil, err
	}
	if s.known == nil || len(s.known) >= maxBuckets {
		s.known = map[string]*Source{}
	}
	s.known[name] = &Source{Client: client, Bucket: name, RequesterPays: s.RequesterPays}
	return s.known[name], nil
}
