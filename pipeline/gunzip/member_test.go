package gunzip_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	klauspost "github.com/klauspost/compress/gzip"

	"roletrail/pipeline/gunzip"
)

// reader inflates objects that should be one gzip member, here and by the library.
type reader struct {
	own gunzip.Inflater
	gz  klauspost.Reader
	dst []byte
}

// library is what the library makes of an object.
func (r *reader) library(stored []byte) (text []byte, ok bool) {
	in := bytes.NewReader(stored)
	if err := r.gz.Reset(in); err != nil {
		return nil, false
	}
	r.gz.Multistream(false)
	text, err := io.ReadAll(&r.gz)
	return text, err == nil && in.Len() == 0
}

// inflate is what this package makes of it, with as much room as its trailer asks for,
// up to a limit, and some more.
func (r *reader) inflate(stored []byte) (text []byte, ok bool) {
	size := uint32(0)
	if len(stored) >= gunzip.SmallestMember {
		size = min(binary.LittleEndian.Uint32(stored[len(stored)-4:]), 32<<20)
	}
	if len(r.dst) < int(size)+gunzip.Spare {
		r.dst = make([]byte, size+gunzip.Spare)
	}
	n, ok := r.own.Inflate(r.dst[:size+gunzip.Spare], stored)
	return r.dst[:n], ok
}

func zipped(t testing.TB, header gzip.Header, level int, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	zw, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	zw.Header = header
	if _, err := io.WriteString(zw, text); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const event = `{"eventVersion":"1.08","eventName":"AssumeRole","requestParameters":{"roleArn":"arn:aws:iam::111111111111:role/reader"}},`

// TestInflate tells members that are read here from those that are for a reader which
// can say what they are.
func TestInflate(t *testing.T) {
	plain := zipped(t, gzip.Header{}, gzip.DefaultCompression, event)
	change := func(at int, b byte) []byte {
		changed := bytes.Clone(plain)
		changed[(at+len(changed))%len(changed)] ^= b
		return changed
	}
	for name, c := range map[string]struct {
		stored []byte
		ok     bool
		whole  bool // the library takes it
	}{
		"plain":            {plain, true, true},
		"not compressed":   {zipped(t, gzip.Header{}, gzip.NoCompression, event), true, true},
		"empty":            {zipped(t, gzip.Header{}, gzip.DefaultCompression, ""), true, true},
		"name":             {zipped(t, gzip.Header{Name: "events.json"}, gzip.BestSpeed, event), true, true},
		"longest name":     {zipped(t, gzip.Header{Name: strings.Repeat("n", 511)}, gzip.BestSpeed, event), true, true},
		"longer name":      {zipped(t, gzip.Header{Name: strings.Repeat("n", 512)}, gzip.BestSpeed, event), false, false},
		"comment":          {zipped(t, gzip.Header{Comment: "events"}, gzip.BestSpeed, event), false, true},
		"extra":            {zipped(t, gzip.Header{Extra: []byte("events")}, gzip.BestSpeed, event), false, true},
		"text":             {change(3, 1), false, true},
		"header's sum":     {change(3, 2), false, false},
		"reserved flag":    {change(3, 0x20), false, false},
		"no gzip":          {change(0, 1), false, false},
		"no gzip either":   {change(1, 1), false, false},
		"other method":     {change(2, 1), false, false},
		"trailing byte":    {append(bytes.Clone(plain), 0), false, false},
		"further member":   {append(bytes.Clone(plain), plain...), false, false},
		"wrong sum":        {change(-8, 1), false, false},
		"smaller size":     {change(-4, 1), false, false},
		"far larger size":  {change(-1, 0x80), false, false},
		"nothing":          {nil, false, false},
		"header alone":     {plain[:10], false, false},
		"name without end": {append([]byte("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x00"), strings.Repeat("n", 100)...), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			want, whole := new(reader).library(c.stored)
			if whole != c.whole {
				t.Fatalf("the library: ok is %v", whole)
			}
			got, ok := new(reader).inflate(c.stored)
			if ok != c.ok || ok && !bytes.Equal(got, want) {
				t.Errorf("ok is %v, want %v; content %q", ok, c.ok, got)
			}
			if ok && len(want) > 0 {
				if n, ok := new(gunzip.Inflater).Inflate(make([]byte, len(want)-1), c.stored); ok {
					t.Errorf("%d bytes went into %d", n, len(want)-1)
				}
			}
		})
	}
}

// TestDamage flips every bit of some members, cuts and lengthens them everywhere, and
// holds what is made of it to the library. Only a header's flags may make this package
// refuse what the library takes.
func TestDamage(t *testing.T) {
	text := strings.Repeat(event, 6) + "end"
	var r reader
	damaged, taken := 0, 0
	check := func(stored []byte) {
		t.Helper()
		damaged++
		want, whole := r.library(stored)
		got, ok := r.inflate(stored)
		flags := len(stored) > 3 && stored[3]&^8 != 0
		if ok && !whole || !ok && whole && !flags || ok && !bytes.Equal(got, want) {
			t.Fatalf("ok is %v, of the library %v, content %.60q, want %.60q\n% x", ok, whole, got, want, stored)
		}
		if ok {
			taken++
		}
	}
	for _, level := range []int{gzip.HuffmanOnly, gzip.NoCompression, gzip.BestSpeed, gzip.BestCompression} {
		good := zipped(t, gzip.Header{Name: "n"}, level, text)
		for i := range good {
			for bit := range 8 {
				good[i] ^= 1 << bit
				check(good)
				good[i] ^= 1 << bit
			}
			check(good[:i])
			check(append(bytes.Clone(good[:i]), good[min(i+1, len(good)):]...))
			check(append(append(bytes.Clone(good[:i]), 0x55), good[i:]...))
		}
	}
	// What is taken all the same has another time, system or name in its header.
	if damaged < 15_000 || taken < 200 || taken > 1000 {
		t.Errorf("%d damaged members, %d of them taken", damaged, taken)
	}
}

// compare inflates an object here and by the library, which both must take.
func (r *reader) compare(t *testing.T, name string, stored []byte) {
	t.Helper()
	want, whole := r.library(stored)
	if got, ok := r.inflate(stored); !ok || !whole || !bytes.Equal(got, want) {
		t.Errorf("%s: ok is %v, of the library %v; %d bytes, want %d", name, ok, whole, len(got), len(want))
	}
}

func TestCorpus(t *testing.T) {
	var r reader
	files := gzipFiles(t, newCorpus(t, 10_000), 2<<20)
	for i, stored := range files {
		r.compare(t, fmt.Sprintf("file %d", i), stored)
	}
	if len(files) < 40 {
		t.Errorf("only %d files were compared", len(files))
	}
}

// TestRealFiles inflates real files: those that are zipped as they are, others as
// compress/gzip zips them.
func TestRealFiles(t *testing.T) {
	const realData = "../../../shared/realdata"
	if _, err := os.Stat(realData); err != nil {
		t.Skip("no real records beside the project")
	}
	var r reader
	zippedFiles, others := 0, 0
	err := filepath.WalkDir(realData, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(content, []byte("\x1f\x8b")) {
			zippedFiles++
			r.compare(t, path, content)
			return nil
		}
		others++
		for _, level := range []int{gzip.HuffmanOnly, gzip.BestSpeed, gzip.DefaultCompression} {
			r.compare(t, path, zipped(t, gzip.Header{}, level, string(content)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if zippedFiles < 7 || others < 600 {
		t.Errorf("only %d real gzip files and %d others were compared", zippedFiles, others)
	}
}

// TestAllocations: after the first member, inflating allocates nothing.
func TestAllocations(t *testing.T) {
	var inflater gunzip.Inflater
	stored := zipped(t, gzip.Header{}, gzip.DefaultCompression, strings.Repeat(event, 20))
	dst := make([]byte, 20*len(event)+gunzip.Spare)
	if n := testing.AllocsPerRun(100, func() { inflater.Inflate(dst, stored) }); n != 0 {
		t.Errorf("%v allocations for a member", n)
	}
}
