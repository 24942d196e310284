package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// TestOnlyWholeObjectsAreHashed: the hash of a part would name bytes that never were
// an object.
func TestOnlyWholeObjectsAreHashed(t *testing.T) {
	text := []byte("not a log file")
	sum := sha256.Sum256(text)
	whole := hex.EncodeToString(sum[:])
	broken := errors.New("input/output error")
	tests := map[string]struct {
		size         int64
		open         func() (io.Reader, error)
		hash, detail string
	}{
		"whole":    {int64(len(text)), func() (io.Reader, error) { return bytes.NewReader(text), nil }, whole, ""},
		"grown":    {int64(len(text)) - 1, func() (io.Reader, error) { return bytes.NewReader(text), nil }, "", "not hashed: it has not the 13 bytes that were listed"},
		"shrunk":   {int64(len(text)) + 1, func() (io.Reader, error) { return bytes.NewReader(text), nil }, "", "not hashed: it has not the 15 bytes that were listed"},
		"unopened": {int64(len(text)), func() (io.Reader, error) { return nil, broken }, "", "not hashed: input/output error"},
		"broken": {int64(len(text)), func() (io.Reader, error) {
			return io.MultiReader(bytes.NewReader(text[:5]), iotest.ErrReader(broken)), nil
		}, "", "not hashed: input/output error"},
	}
	for name, test := range tests {
		o := &outcome{object: &Object{Name: "x", Size: test.size, Open: func() (io.ReadCloser, error) {
			r, err := test.open()
			if err != nil {
				return nil, err
			}
			return io.NopCloser(r), nil
		}}}
		quarantineObject(context.Background(), o, errors.New("bad"))
		if q := o.quarantine[0]; q.SHA256 != test.hash || q.Detail != test.detail || q.Reason != "bad" {
			t.Errorf("%s: %+v", name, q)
		}
	}
}

// TestHashingEndsWithItsContext: a large object does not hold up a run that was
// interrupted.
func TestHashingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	o := &outcome{object: &Object{Name: "x", Size: 1 << 50, Open: func() (io.ReadCloser, error) { return io.NopCloser(endless{}), nil }}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		quarantineObject(ctx, o, errors.New("bad"))
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("hashing goes on")
	}
	if q := o.quarantine[0]; q.SHA256 != "" || !strings.Contains(q.Detail, "context canceled") {
		t.Errorf("%+v", q)
	}
}
