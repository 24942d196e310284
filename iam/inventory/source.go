package inventory

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// unpack returns the plain bytes of a file: gzip is told by its first bytes, and
// a byte order mark is dropped.
func unpack(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		zip, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("inflating: %w", err)
		}
		zip.Multistream(false)
		in = bufio.NewReaderSize(&member{zip: zip, rest: in}, 64<<10)
	}
	return dropMark(in)
}

// dropMark drops the byte order mark of UTF-8. UTF-16, which older PowerShell
// writes when output is redirected, is refused with the way out.
func dropMark(in *bufio.Reader) (io.Reader, error) {
	head, _ := in.Peek(3)
	switch {
	case bytes.Equal(head, []byte{0xef, 0xbb, 0xbf}):
		_, err := in.Discard(3)
		return in, err
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return nil, errors.New("it is UTF-16, not UTF-8: in PowerShell make it with `… | Out-File -Encoding utf8 roles.json`")
	}
	return in, nil
}

// member reads the one member a gzip file may have; bytes after it are an error.
type member struct {
	zip  *gzip.Reader
	rest *bufio.Reader
}

func (m *member) Read(b []byte) (int, error) {
	n, err := m.zip.Read(b)
	switch {
	case err == io.EOF:
		if _, more := m.rest.Peek(1); more == nil {
			return n, errors.New("inflating: there are bytes after the end of the gzip data")
		}
	case err != nil:
		return n, fmt.Errorf("inflating: %w", err)
	}
	return n, err
}
