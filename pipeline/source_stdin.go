package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// Stdin is a source of one object that can be read only once. It is copied to a
// temporary file first, since large objects are read twice, and named by the hash
// of its bytes, so that the same input is known again.
type Stdin struct {
	Reader io.Reader
	// Limit is the largest number of bytes taken.
	Limit int64
	copy  *os.File
}

// List implements [Source].
func (s *Stdin) List(_ context.Context, fn func(Object) error) error {
	file, err := os.CreateTemp("", "roletrail-stdin-*")
	if err != nil {
		return fmt.Errorf("reading standard input: making a temporary copy: %w", err)
	}
	s.copy = file
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, hash), io.LimitReader(s.Reader, s.Limit+1))
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	if size > s.Limit {
		return fmt.Errorf("reading standard input: more than limits.inflated_size (%d bytes)", s.Limit)
	}
	return fn(Object{
		Name: "stdin:" + hex.EncodeToString(hash.Sum(nil)),
		Size: size,
		Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(file, 0, size)), nil
		},
	})
}

// Close removes the temporary copy.
func (s *Stdin) Close() error {
	if s.copy == nil {
		return nil
	}
	s.copy.Close()
	if err := os.Remove(s.copy.Name()); err != nil {
		return fmt.Errorf("removing the copy of standard input: %w", err)
	}
	return nil
}
