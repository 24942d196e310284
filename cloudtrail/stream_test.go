package cloudtrail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestStreamWindow reads a document much larger than the window, cut at every
// place that the window's edge may fall on.
func TestStreamWindow(t *testing.T) {
	var doc bytes.Buffer
	doc.WriteString(`{"Records":[`)
	const n = 30000
	for i := range n {
		if i > 0 {
			doc.WriteByte(',')
		}
		fmt.Fprintf(&doc, `{"eventTime":"2026-07-10T11:42:05Z","eventName":"E%d","requestParameters":{"pad":"%s","n":-1.5e3}}`, i, bytes.Repeat([]byte("x"), i%1500))
	}
	doc.WriteString(`]}`)
	if doc.Len() < 2*defaultWindow {
		t.Fatalf("the document is too small for this test: %d", doc.Len())
	}
	got := 0
	d := NewDecoder(Limits{})
	_, err := d.Stream(func() (io.Reader, error) { return bytes.NewReader(doc.Bytes()), nil }, Management, func(rec *Record) error {
		if want := fmt.Sprintf("E%d", got); string(rec.Text[EventName]) != want {
			return fmt.Errorf("record %d is %s", got, rec.Text[EventName])
		}
		got++
		return nil
	})
	if err != nil || got != n {
		t.Fatalf("%d records, %v", got, err)
	}
	if cap(d.stream) > 2*defaultWindow {
		t.Fatalf("the window grew to %d", cap(d.stream))
	}
}

// TestStreamEmitsNothingOfABrokenDocument holds the promise that a document is
// taken whole or not at all.
func TestStreamEmitsNothingOfABrokenDocument(t *testing.T) {
	text := []byte(`{"Records":[` + small + `,` + small + `]`)
	_, err := NewDecoder(Limits{}).Stream(func() (io.Reader, error) { return bytes.NewReader(text), nil }, Management, func(*Record) error {
		t.Fatal("a record was emitted")
		return nil
	})
	if err == nil {
		t.Fatal("no error")
	}
}

// reopen makes a function that opens the same text again and again.
func reopen(text []byte) func() (io.Reader, error) {
	return func() (io.Reader, error) { return bytes.NewReader(text), nil }
}

// TestStreamReturnsErrorsAsTheyAre holds that what goes wrong outside a document is
// never taken for a fault of it.
func TestStreamReturnsErrorsAsTheyAre(t *testing.T) {
	broken := errors.New("broken")
	good := []byte(`{"Records":[` + small + `]}`)
	surprise := []byte(`{"Records":[{"event\u0053ource":"x","eventTime":"2026-07-10T11:42:05Z"},`)
	fails := func(text []byte, err error) func() (io.Reader, error) {
		return func() (io.Reader, error) {
			return io.MultiReader(bytes.NewReader(text), iotest.ErrReader(err)), nil
		}
	}
	twice := 0
	tests := []struct {
		name string
		open func() (io.Reader, error)
		emit error
		want error
	}{
		{"opening", func() (io.Reader, error) { return nil, broken }, nil, broken},
		{"opening again", func() (io.Reader, error) {
			if twice++; twice == 2 {
				return nil, broken
			}
			return bytes.NewReader(good), nil
		}, nil, broken},
		{"reading", fails(good[:50], broken), nil, broken},
		{"reading at the end", fails(good, broken), nil, broken},
		{"inflating a cut file", fails(good[:50], io.ErrUnexpectedEOF), nil, io.ErrUnexpectedEOF},
		{"reading behind a surprise", fails(surprise, io.ErrUnexpectedEOF), nil, io.ErrUnexpectedEOF},
		{"reading nothing", func() (io.Reader, error) { return idleReader{}, nil }, nil, io.ErrNoProgress},
		{"emitting", reopen(good), broken, broken},
		{"emitting behind a surprise", reopen(append(bytes.Clone(surprise), `{"eventName":"x","eventTime":"2026-07-10T11:42:05Z"}]}`...)), io.EOF, io.EOF},
		{"emitting, a syntax error of another", reopen(good), &SyntaxError{Problem: "x"}, &SyntaxError{Problem: "x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			emitted := 0
			d := NewDecoder(Limits{})
			d.stream = make([]byte, 0, 64) // so that reading goes on behind a surprise
			_, err := d.Stream(test.open, Management, func(*Record) error {
				emitted++
				return test.emit
			})
			if err == nil || err.Error() != test.want.Error() {
				t.Fatalf("error %v, want %v", err, test.want)
			}
			if test.emit != nil && emitted != 1 {
				t.Errorf("%d records were emitted", emitted)
			}
		})
	}
}

// TestWindowTellsCutTextFromItsEnd holds that no reader's error is taken for the end.
func TestWindowTellsCutTextFromItsEnd(t *testing.T) {
	var w window
	for _, want := range []error{io.ErrUnexpectedEOF, io.ErrClosedPipe} {
		r := io.MultiReader(bytes.NewReader([]byte(small)), iotest.ErrReader(want))
		if err := w.openReader(r, make([]byte, 0, 1000), 1000); err != want {
			t.Errorf("error %v, want %v", err, want)
		}
		d := NewDecoder(Limits{})
		d.begin(Management, nil)
		r = io.MultiReader(bytes.NewReader([]byte(small)), iotest.ErrReader(want))
		if err := d.walkValues(r, nil); err != want {
			t.Errorf("encoding/json: error %v, want %v", err, want)
		}
	}
}

// TestStreamForgetsTexts holds that the texts of records that were emitted take no
// room, whichever reader reads them.
func TestStreamForgetsTexts(t *testing.T) {
	for _, first := range []string{``, `{"event\u0053ource":"x","eventTime":"2026-07-10T11:42:05Z"},`} {
		record := `{"eventTime":"2026-07-10T11:42:05Z","eventName":"x","errorMessage":"\n` + strings.Repeat("x", 1000) + `"}`
		text := []byte(`[` + first + strings.Repeat(record+",", 2000) + record + `]`)
		d := NewDecoder(Limits{})
		if _, err := d.Stream(reopen(text), Management, func(*Record) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if got := cap(d.reader.texts.buf); got > 10_000 {
			t.Errorf("%d bytes of texts were kept", got)
		}
	}
}

// idleReader returns neither bytes nor an error.
type idleReader struct{}

func (idleReader) Read([]byte) (int, error) { return 0, nil }

// TestStreamPortions holds that a document may come in portions of any size.
func TestStreamPortions(t *testing.T) {
	for _, text := range []string{fuzzSeeds[0], fuzzSeeds[1], fuzzSeeds[4], fuzzSeeds[9], fuzzSeeds[14]} {
		want, err := NewDecoder(Limits{}).Decode([]byte(text), Management)
		if err != nil {
			t.Fatal(err)
		}
		for name, portions := range map[string]func(io.Reader) io.Reader{"bytes": iotest.OneByteReader, "halves": iotest.HalfReader, "end with data": iotest.DataErrReader} {
			got := 0
			open := func() (io.Reader, error) { return portions(bytes.NewReader([]byte(text))), nil }
			doc, err := NewDecoder(Limits{}).Stream(open, Management, func(rec *Record) error {
				if string(rec.Raw) != string(want.Records[got].Raw) {
					t.Errorf("%s: %s", name, rec.Raw)
				}
				got++
				return nil
			})
			if err != nil || got != len(want.Records) || len(doc.Bad) != len(want.Bad) {
				t.Errorf("%s: %d records, %v", name, got, err)
			}
		}
	}
}
