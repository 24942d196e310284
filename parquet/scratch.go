package parquet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Scratch is a file for what a writer of a lake cannot hold in memory. Where the system can do
// so it has no name and goes with the process; else the next writer removes it, if this one dies.
// It may be read and appended to side by side, by one goroutine each.
type Scratch struct {
	file *os.File
	name string // empty: it has none any more
	size int64
}

// Scratch makes one on the disk of the lake. It must be closed.
func (l *Lake) Scratch() (*Scratch, error) { return NewScratch(l.abs(EventsSchema.Table)) }

// Scratch makes one on the disk of the lake. It must be closed.
func (s *Suspect) Scratch() (*Scratch, error) { return NewScratch(s.abs(EventsSchema.Table)) }

// Scratch makes one beside the files on their way. It must be closed.
func (r *Remote) Scratch() (*Scratch, error) { return NewScratch(r.scratch) }

// NewScratch makes one in a folder. It must be closed.
func NewScratch(folder string) (*Scratch, error) {
	err := mkdirAll(folder)
	if err != nil {
		return nil, err
	}
	s := &Scratch{}
	if s.file, err = os.CreateTemp(folder, tempPrefix); err != nil {
		return nil, diskError("creating a file for what does not fit into memory in", folder, err)
	}
	s.name = s.file.Name()
	if os.Remove(s.name) == nil {
		s.name = ""
	}
	return s, nil
}

// Append writes p at the end and returns where that is.
func (s *Scratch) Append(p []byte) (at int64, err error) {
	at = s.size
	n, err := s.file.WriteAt(p, at)
	s.size += int64(n)
	if err != nil {
		return at, diskError("writing what does not fit into memory to a file in", filepath.Dir(s.file.Name()), err)
	}
	return at, nil
}

// ReadAt reads as much as p has room for.
func (s *Scratch) ReadAt(p []byte, at int64) error {
	if _, err := s.file.ReadAt(p, at); err != nil {
		return fmt.Errorf("reading what did not fit into memory from a file in %q: %w", filepath.Dir(s.file.Name()), err)
	}
	return nil
}

// Close removes the file.
func (s *Scratch) Close() error {
	err := s.file.Close()
	if s.name != "" {
		err = errors.Join(err, os.Remove(s.name))
	}
	return err
}
