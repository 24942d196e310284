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
	key   [32]byte
}

// List implements [Source].
func (s *Stdin) List(_ context.Context, fn func(Object) error) error {
	file, err := os.CreateTemp("", "roletrail-stdin-*")
	if err != nil {
		return fmt.Errorf("reading standard input: making a temporary copy: %w", err)
	}
	s.copy = file
	rand.Read(s.key[:]) // never fails
	hash := sha256.New()
	encrypted := cipher.StreamWriter{S: s.cipher(), W: file}
	size, err := io.Copy(io.MultiWriter(encrypted, hash), io.LimitReader(s.Reader, s.Limit+1))
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
			section := io.NewSectionReader(file, 0, size)
			return io.NopCloser(cipher.StreamReader{S: s.cipher(), R: section}), nil
		},
	})
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
	if err := os.Remove(s.copy.Name()); err != nil {
		return fmt.Errorf("removing the copy of standard input: %w", err)
	}
	return nil
}
