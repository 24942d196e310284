package pipeline

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
)

// namedPlace opens nothing, and says what it was to open.
type namedPlace string

func (p namedPlace) OpenObject(name, tag string, size int64) (io.ReadCloser, error) {
	return nil, fmt.Errorf("%s %s %s %d", string(p), name, tag, size)
}

// TestQueueOpensWhatListsTell opens objects of two places, of none, and with tags of every form, by what
// their lists told of them.
func TestQueueOpensWhatListsTell(t *testing.T) {
	tags := []string{"", "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdef-12", "x", `a"b`}
	rng := rand.New(rand.NewPCG(2, 2))
	var q queue
	want := map[string]string{}
	for i := range 500 {
		o := Object{Name: fmt.Sprint("s3://b/", i), Size: aheadSize + int64(i), Remote: true, Tag: tags[i%len(tags)]}
		switch rng.IntN(3) {
		case 0:
			o.Place = namedPlace("one")
		case 1:
			o.Place = namedPlace("two")
		default:
			o.Open = func() (io.ReadCloser, error) { return nil, errors.New(o.Name) }
			want[o.Name] = o.Name
		}
		if o.Place != nil {
			_, err := o.Place.OpenObject(o.Name, o.Tag, o.Size)
			want[o.Name] = err.Error()
		}
		q.add(o)
	}
	q.sort()
	for i := range q.len() {
		o := q.object(i)
		if _, err := o.Open(); err == nil || err.Error() != want[o.Name] || !o.Remote && o.Size > aheadSize {
			t.Errorf("object %d, %q: %v, want %q", i, o.Name, err, want[o.Name])
		}
		if _, ok := q.fetches(i); ok != (o.Size <= aheadSize) {
			t.Errorf("object %d of %d bytes is fetched ahead: %v", i, o.Size, ok)
		}
	}
}

// TestMemoryOfObjectsThatWait holds objects of S3 as a list gives them. A million may wait.
func TestMemoryOfObjectsThatWait(t *testing.T) {
	const objects = 300_000
	var q queue
	before := heap()
	place := namedPlace("trail")
	for i := range objects { // as S3 lists a month
		name := fmt.Sprintf("s3://trails/AWSLogs/o-exampleorgid/%012d/CloudTrail/eu-west-1/2026/07/%02d/%012[1]d_CloudTrail_eu-west-1_202607%02[2]dT%02d%02dZ_%016x.json.gz",
			111111111111+i/30_000, 1+i%30_000/1000, i%1000/42, i%42, rand.Uint64())
		tag := fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
		size := int64(1000 + i%5000)
		q.add(Object{Name: name, Size: size, Modified: int64(i), Tag: tag, Remote: true, Place: place, Open: func() (io.ReadCloser, error) { return place.OpenObject(name, tag, size) }})
	}
	each := float64(heap()-before) / objects
	t.Logf("%.0f bytes each, %d by its own count", each, q.bytes()/objects)
	if each > 80 {
		t.Errorf("an object that waits takes %.0f bytes", each)
	}
	if own := float64(q.bytes()) / objects; own < each*0.8 || own > each*1.2 {
		t.Errorf("an object takes %.0f bytes, and counts as %.0f", each, own)
	}
	runtime.KeepAlive(&q)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestObjectTable compares it with a map.
func TestObjectTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var table objectTable
	want := map[uint64]uint64{}
	names := make([]uint64, 3000)
	for i := range names {
		names[i] = rng.Uint64() | 1
		if i < 100 {
			names[i] = uint64(i)<<40 | 1 // in the same slots
		}
	}
	for range 30_000 {
		name, state := names[rng.IntN(len(names))], rng.Uint64()|1
		switch rng.IntN(4) {
		case 0:
			table.forget(name)
			delete(want, name)
		default:
			table.put(name, state)
			want[name] = state
		}
		other := names[rng.IntN(len(names))]
		if got, ok := table.is(other, want[other]), want[other] != 0; got != ok && want[other] != 0 || table.is(other, 2) {
			t.Fatalf("%x: %v, want %v", other, got, ok)
		}
	}
	for _, name := range names {
		if state := want[name]; state != 0 && !table.is(name, state) || state == 0 && table.is(name, 1) {
			t.Errorf("%x is not in state %x", name, state)
		}
	}
	if table.bytes() > 16*8192 {
		t.Errorf("%d bytes of %d objects", table.bytes(), len(names))
	}
}

// TestPathsOfNames are those that the names were made of.
func TestPathsOfNames(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, path := range []string{"", "a/b", "a%2fb", "a+b c", "%", "\x00", "\xff\xfe", "ä", "a\n", "%25%"} {
		for range 50 {
			if got, err := PathOfName(ObjectName(path)); got != path || err != nil {
				t.Fatalf("%q became %q, %v", path, got, err)
			}
			path += string([]byte{byte(rng.IntN(256))})
		}
	}
	if _, err := PathOfName("%zz"); err == nil {
		t.Error("a name that is none is taken for one")
	}
}
