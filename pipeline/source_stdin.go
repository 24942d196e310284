package pipeline

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// Stdin is a source of one object that can be read only once. Large objects are
// read twice, so it is copied to a temporary file first; since what comes may hold
// session tokens, the copy is encrypted with a key that only this process knows.
// The object is named by the hash of its bytes, so that the same input is known
// again.
type Stdin struct {
	Reader io.Reader
	// Limit is the largest number of bytes taken.
	Limit int64
	copy  *os.File
	named bool // the copy has a name yet
	key   [32]byte
}

// List implements [Source].
func (s *Stdin) List(ctx context.Context, fn func(Object) error) error {
	if err := s.create(); err != nil {
		return fmt.Errorf("reading standard input: making a temporary copy: %w", err)
	}
	name, size, err := s.fill(ctx)
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	if size > s.Limit {
		return fmt.Errorf("reading standard input: more than limits.inflated_size (%d bytes)", s.Limit)
	}
	return fn(Object{
		Name: name,
		Size: size,
		Open: func() (io.ReadCloser, error) {
			section := io.NewSectionReader(s.copy, 0, size)
			return io.NopCloser(cipher.StreamReader{S: s.cipher(), R: section}), nil
		},
	})
}

// create makes the copy and takes its name away at once, so that nothing stays
// behind however the process ends. Where an open file cannot lose its name, Close
// removes it.
func (s *Stdin) create() error {
	file, err := os.CreateTemp("", "roletrail-stdin-*")
	if err != nil {
		return err
	}
	s.copy, s.named = file, os.Remove(file.Name()) != nil
	rand.Read(s.key[:]) // never fails
	return nil
}

// fill copies what comes and names it. It does not wait for a Read that waits for
// more when ctx ends: that one is left to itself, and what it brings is dropped.
func (s *Stdin) fill(ctx context.Context) (name string, size int64, err error) {
	type copied struct {
		size int64
		err  error
	}
	hash := sha256.New()
	encrypted := cipher.StreamWriter{S: s.cipher(), W: s.copy}
	filled := make(chan copied, 1)
	go func() {
		from := &untilDone{ctx, io.LimitReader(s.Reader, s.Limit+1)}
		size, err := io.Copy(io.MultiWriter(encrypted, hash), from)
		filled <- copied{size, err}
	}()
	select {
	case c := <-filled:
		return "stdin:" + hex.EncodeToString(hash.Sum(nil)), c.size, c.err
	case <-ctx.Done():
		return "", 0, ctx.Err()
	}
}

// untilDone is a reader that ends with its context, at the next Read.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := u.r.Read(p)
	if done := u.ctx.Err(); done != nil {
		return 0, done
	}
	return n, err
}

// cipher begins the key stream anew. The key serves one text only, so the counter
// may begin at zero.
func (s *Stdin) cipher() cipher.Stream {
	block, err := aes.NewCipher(s.key[:])
	if err != nil {
		panic(err) // the key has a valid length
	}
	return cipher.NewCTR(block, make([]byte, aes.BlockSize))
}

// Close removes the temporary copy.
func (s *Stdin) Close() error {
	if s.copy == nil {
		return nil
	}
	s.copy.Close()
	if !s.named {
		return nil
	}
	if err := os.Remove(s.copy.Name()); err != nil {
		return fmt.Errorf("removing the copy of standard input: %w", err)
	}
	return nil
}
