package pipeline

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"roletrail/pipeline/gunzip"
)

// twice inflates objects as runs do, and by the library alone.
type twice struct{ both, library inflater }

// inflate fails the test if the two differ in anything. asked says that the library
// was needed.
func (i *twice) inflate(t *testing.T, stored []byte) (text []byte, ok, asked bool, err error) {
	t.Helper()
	i.both.stored.Reset(nil)
	text, ok, err = i.both.whole(stored)
	asked = i.both.stored.Size() > 0
	if !isGzip(stored) {
		if !bytes.Equal(text, stored) || !ok || err != nil || asked {
			t.Fatalf("%d bytes that are no gzip became %d, ok %v, error %v", len(stored), len(text), ok, err)
		}
		return text, ok, false, nil
	}
	if len(stored) < gunzip.SmallestMember {
		if ok || err != nil {
			t.Fatalf("%d bytes are no member, but were judged: ok is %v, error %v", len(stored), ok, err)
		}
		return nil, false, false, nil
	}
	want := int64(binary.LittleEndian.Uint32(stored[len(stored)-4:]))
	if want > wholeInflated {
		if ok || err != nil || asked {
			t.Fatalf("an object of %d bytes was inflated in one piece: ok is %v, error %v", want, ok, err)
		}
		return nil, false, false, nil
	}
	if int64(len(i.library.text)) < want+1 {
		i.library.text = make([]byte, want+1)
	}
	text2, ok2, err2 := i.library.wholeByLibrary(stored, want)
	if ok != ok2 || fmt.Sprint(err) != fmt.Sprint(err2) || !bytes.Equal(text, text2) {
		t.Fatalf("%d bytes %.40q, ok %v, error %v; by the library %d bytes %.40q, ok %v, error %v\n% x", len(text), text, ok, err, len(text2), text2, ok2, err2, stored)
	}
	return text, ok, asked, err
}

func newTwice(limits Limits) *twice {
	return &twice{inflater{limits: limits}, inflater{limits: limits}}
}

func member(t *testing.T, header gzip.Header, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	zw.Header = header
	if _, err := io.WriteString(zw, text); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestInflateAsksTheLibrary: what is unusual is judged by the library, with the errors
// that it has always had, and what is as usual never meets it.
func TestInflateAsksTheLibrary(t *testing.T) {
	text := strings.Repeat(`{"eventName":"AssumeRole"}`, 40)
	plain := member(t, gzip.Header{}, text)
	behind := func(more ...byte) []byte { return append(bytes.Clone(plain), more...) }
	changed := func(at int, b byte) []byte {
		stored := bytes.Clone(plain)
		stored[(at+len(stored))%len(stored)] ^= b
		return stored
	}
	sized := behind('x', 0, 0, 0) // ends in four bytes that are no size, but could be one
	binary.LittleEndian.PutUint32(sized[len(sized)-4:], uint32(len(text)))
	for name, c := range map[string]struct {
		stored []byte
		limits Limits
		asked  bool
		ok     bool
		err    string
	}{
		"plain":           {plain, DefaultLimits, false, true, ""},
		"name":            {member(t, gzip.Header{Name: "events.json"}, text), DefaultLimits, false, true, ""},
		"empty":           {member(t, gzip.Header{}, ""), DefaultLimits, false, true, ""},
		"too large":       {plain, Limits{InflatedSize: 1000, InflationRatio: 200}, false, true, "over the limit limits.inflated_size (1000 bytes)"},
		"bomb":            {member(t, gzip.Header{}, strings.Repeat(" ", 4<<20)), DefaultLimits, false, true, "over the limit limits.inflation_ratio (200)"},
		"comment":         {member(t, gzip.Header{Comment: "events"}, text), DefaultLimits, true, true, ""},
		"extra":           {member(t, gzip.Header{Extra: []byte("events")}, text), DefaultLimits, true, true, ""},
		"header":          {changed(2, 1), DefaultLimits, true, true, "the gzip header is invalid"},
		"sum":             {changed(-8, 1), DefaultLimits, true, true, "the gzip checksum does not match"},
		"damaged":         {changed(10, (plain[10]^6)&6), DefaultLimits, true, true, "damaged gzip stream: flate: corrupt input before offset 1"},
		"smaller size":    {changed(-4, 1<<4), DefaultLimits, true, false, ""},
		"size beyond all": {changed(-1, 0x80), DefaultLimits, false, false, ""},
		"member, size":    {sized, DefaultLimits, true, true, "bytes follow the gzip member"},
		"members":         {behind(plain...), DefaultLimits, true, true, "a further gzip member follows the first one"},
		"header alone":    {plain[:10], DefaultLimits, false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok, asked, err := newTwice(c.limits).inflate(t, c.stored)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if asked != c.asked || ok != c.ok || message != c.err {
				t.Errorf("asked the library: %v, want %v; ok %v, want %v; error %q, want %q; %d bytes", asked, c.asked, ok, c.ok, message, c.err, len(got))
			}
		})
	}
}

// TestInflateDamaged flips every bit of a member, cuts it everywhere and puts bytes
// behind it: what a run makes of it is what the library does.
func TestInflateDamaged(t *testing.T) {
	good := member(t, gzip.Header{Name: "n"}, strings.Repeat(`{"eventName":"AssumeRole"},`, 5)+"0123456789abcdef")
	i := newTwice(DefaultLimits)
	refused, asked := 0, 0
	check := func(stored []byte) {
		t.Helper()
		_, ok, library, err := i.inflate(t, stored)
		if !ok || err != nil {
			refused++
		}
		if library {
			asked++
		}
	}
	for n := range good {
		for bit := range 8 {
			good[n] ^= 1 << bit
			check(good)
			good[n] ^= 1 << bit
		}
		check(good[:max(n, 2)])
		check(append(bytes.Clone(good), good[:n+1]...))
	}
	if refused < 600 || asked < 450 {
		t.Errorf("%d were refused and the library was asked %d times: is that damage?", refused, asked)
	}
}

// TestInflationRatioIsAskedOnTheWay: what inflates too far is refused where it does, and not only
// where the whole object has; what does so for a short while is not.
func TestInflationRatioIsAskedOnTheWay(t *testing.T) {
	limits := DefaultLimits
	limits.InflationRatio = 10
	random := make([]byte, 8<<20)
	rand.NewChaCha8([32]byte{}).Read(random)
	for name, c := range map[string]struct {
		spaces int
		most   int64 // that is inflated
		err    string
	}{
		"a short while": {8 << 20, 16 << 20, ""},
		"too long":      {40 << 20, 14 << 20, "over the limit limits.inflation_ratio (10)"}, // 48 MiB of 8
	} {
		stored := member(t, gzip.Header{}, strings.Repeat(" ", c.spaces)+string(random))
		text, err := (&inflater{limits: limits}).stream(bytes.NewReader(stored), int64(len(stored)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, text)
		if message := fmt.Sprint(err); err != nil && message != c.err || err == nil && c.err != "" || text.read > c.most {
			t.Errorf("%s: %d bytes inflated, want at most %d; error %v, want %q", name, text.read, c.most, err, c.err)
		}
	}
}
