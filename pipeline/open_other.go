//go:build !unix

package pipeline

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// openFile opens a file, unless something else took its place since it was listed. Its
// error leaves the path to the object.
func openFile(path string) (io.ReadCloser, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the file: %w", bare(err))
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &badObject{"it is no file any more"}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
