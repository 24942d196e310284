//go:build unix

package pipeline

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
)

// openFile opens a file, unless something else took its place since it was listed:
// opening a named pipe would wait for a writer, for ever, hence the flag. Its error
// leaves the path to the object.
//
// It asks the system itself: an [os.File] makes a call more for each file, and costs a third
// of what reading a small one takes.
func openFile(path string) (io.ReadCloser, error) {
	descriptor, err := again(func() (int, error) {
		return syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, fmt.Errorf("opening the file: %w", err)
	}
	file := &openedFile{path, descriptor}
	var info syscall.Stat_t
	_, err = again(func() (int, error) { return 0, syscall.Fstat(descriptor, &info) })
	if err == nil && info.Mode&syscall.S_IFMT != syscall.S_IFREG {
		err = &badObject{"it is no file any more"}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// openedFile is a file open for reading. It must be closed.
type openedFile struct {
	path       string
	descriptor int
}

func (f *openedFile) Read(p []byte) (int, error) {
	n, err := again(func() (int, error) { return syscall.Read(f.descriptor, p) })
	switch {
	case err != nil:
		return 0, &fs.PathError{Op: "read", Path: f.path, Err: err}
	case n == 0 && len(p) > 0:
		return 0, io.EOF
	}
	return n, nil
}

func (f *openedFile) Close() error {
	if err := syscall.Close(f.descriptor); err != nil {
		return &fs.PathError{Op: "close", Path: f.path, Err: err}
	}
	return nil
}

// again repeats a call that a signal interrupted.
func again(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}
