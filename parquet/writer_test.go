package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
)

// TestRoundTrip writes random tables and reads them back with arrow.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var groups [][][]any
		var want [][]any
		for range 1 + rng.IntN(4) {
			group := randomRows(rng, testSchema, 1+rng.IntN(3000))
			groups, want = append(groups, group), append(want, group...)
		}
		meta := map[string]string{"sources": "a\nb", "": "empty key", "ü": "\x00"}
		got, gotMeta, err := ReadRows(writeRows(t, testSchema, meta, groups...), testSchema)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		compareRows(t, seed, want, got)
		if !reflect.DeepEqual(gotMeta, meta) {
			t.Errorf("seed %d: metadata is %q, want %q", seed, gotMeta, meta)
		}
	}
}

func compareRows(t *testing.T, seed uint64, want, got [][]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("seed %d: %d rows, want %d", seed, len(got), len(want))
	}
	for r := range want {
		for c := range want[r] {
			if !reflect.DeepEqual(got[r][c], want[r][c]) {
				t.Fatalf("seed %d: row %d, column %s is %.99q, want %.99q", seed, r, testSchema.Columns[c].Name, fmt.Sprint(got[r][c]), fmt.Sprint(want[r][c]))
			}
		}
	}
}

// TestLargePages holds the pages of large values near the page size.
func TestLargePages(t *testing.T) {
	s := newSchema("large", Column{Name: "raw", Kind: Text, Raw: true}, Column{Name: "dict", Kind: Dict})
	rng := rand.New(rand.NewPCG(1, 1))
	var rows [][]any
	for i := range 400 {
		noise := make([]byte, 50_000)
		for j := range noise {
			noise[j] = byte(' ' + rng.IntN(90))
		}
		rows = append(rows, []any{string(noise), fmt.Sprint(i)})
	}
	path := writeRows(t, s, nil, rows)
	got, _, err := ReadRows(path, s)
	if err != nil {
		t.Fatal(err)
	}
	compareRows(t, 1, rows, got)
	sizes := pageSizes(t, path, 0)
	if len(sizes) < 15 {
		t.Errorf("20 MB lie in %d pages", len(sizes))
	}
	for _, size := range sizes {
		if size > pageSize+100_000 {
			t.Errorf("a page has %d bytes", size)
		}
	}
}

func TestManyDictionaryPages(t *testing.T) {
	s := newSchema("many", Column{Name: "dict", Kind: Dict})
	v := Values{}
	var want [][]any
	for i := range 600_000 {
		if i < 70_000 {
			v.Dict = append(v.Dict, fmt.Appendf(nil, "value %d", i))
		}
		v.Codes = append(v.Codes, int32(i%70_000))
		want = append(want, []any{string(v.Dict[i%70_000])})
	}
	var out bytes.Buffer
	w := must(NewWriter(&out, s))
	if err := errors.Join(w.WriteRowGroup(len(v.Codes), []Values{v}), w.Close(nil)); err != nil {
		t.Fatal(err)
	}
	path := writeFile(t, out.Bytes())
	if n := len(pageSizes(t, path, 0)); n < 2 {
		t.Errorf("the codes lie in %d pages, the test needs several", n)
	}
	got, _, err := ReadRows(path, s)
	if err != nil {
		t.Fatal(err)
	}
	compareRows(t, 0, want, got)
}

// TestDeterministic: the same rows make the same bytes (guarantee R8).
func TestDeterministic(t *testing.T) {
	rows := randomRows(rand.New(rand.NewPCG(5, 5)), testSchema, 2000)
	meta := map[string]string{}
	for i := range 20 {
		meta[fmt.Sprint(i)] = "x"
	}
	write := func() []byte {
		var out bytes.Buffer
		w := must(NewWriter(&out, testSchema))
		if err := errors.Join(buildGroup(testSchema, rows).Flush(w), w.Close(meta)); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	first := write()
	for range 10 {
		if !bytes.Equal(first, write()) {
			t.Fatal("two files of the same rows differ")
		}
	}
}

func TestBytes(t *testing.T) {
	var out bytes.Buffer
	w := must(NewWriter(&out, testSchema))
	before := w.Bytes()
	if err := buildGroup(testSchema, randomRows(rand.New(rand.NewPCG(6, 6)), testSchema, 100)).Flush(w); err != nil {
		t.Fatal(err)
	}
	if w.Bytes() <= before {
		t.Errorf("%d bytes after a row group, %d before", w.Bytes(), before)
	}
	if err := w.Close(nil); err != nil {
		t.Fatal(err)
	}
	if w.Bytes() != int64(out.Len()) {
		t.Errorf("%d bytes reported, %d written", w.Bytes(), out.Len())
	}
	if err := w.Close(nil); err == nil {
		t.Error("a second Close reports success")
	}
	if err := w.WriteRowGroup(1, make([]Values, len(testSchema.Columns))); err == nil {
		t.Error("a row group after Close reports success")
	}
}

// TestWrongValues: values that do not fit their rows are errors, not wrong files.
func TestWrongValues(t *testing.T) {
	ba := func(s ...string) (out []arrowparquet.ByteArray) {
		for _, x := range s {
			out = append(out, []byte(x))
		}
		return out
	}
	for _, c := range []struct {
		name   string
		column Column
		rows   int
		values Values
		want   string
	}{
		{"no rows", Column{Kind: Text}, 0, Values{}, "writing row group: 0 rows, not 1 to 2147483647"},
		{"few codes", Column{Kind: Dict}, 2, Values{Dict: [][]byte{nil}, Codes: []int32{0}}, "1 codes for 2 rows"},
		{"high code", Column{Kind: Dict}, 1, Values{Dict: [][]byte{nil}, Codes: []int32{1}}, "code 1 in row 0 of a dictionary of 1"},
		{"low code", Column{Kind: Dict}, 1, Values{Dict: [][]byte{nil}, Codes: []int32{-2}}, "code -2 in row 0 of a dictionary of 1"},
		{"equal entries", Column{Kind: Dict}, 1, Values{Dict: [][]byte{{1}, {1}}, Codes: []int32{1}}, "dictionary of 2 values has only 1 distinct ones"},
		{"required dict", Column{Kind: Dict, Required: true}, 1, Values{}, "1 rows without a value in a required column"},
		{"required text", Column{Kind: Text, Required: true}, 1, Values{}, "0 values for 1 rows that have one"},
		{"required null", Column{Kind: Int64, Required: true}, 1, Values{Def: []int16{0}}, "1 rows without a value in a required column"},
		{"few texts", Column{Kind: Text}, 2, Values{Bytes: ba("a")}, "1 values for 2 rows that have one"},
		{"many texts", Column{Kind: Text}, 1, Values{Bytes: ba("a", "b")}, "2 values for 1 rows that have one"},
		{"few levels", Column{Kind: Text}, 2, Values{Bytes: ba("a"), Def: []int16{1}}, "1 definition levels for 2 rows"},
		{"wrong level", Column{Kind: Bool}, 1, Values{Bool: []bool{true}, Def: []int16{2}}, "definition level 2 is neither 0 nor 1"},
		{"large number", Column{Kind: Int32}, 1, Values{Int64: []int64{1 << 31}}, "value 2147483648 does not fit 32 bits"},
		{"large date", Column{Kind: Date}, 1, Values{Int64: []int64{-1 << 32}}, "value -4294967296 does not fit 32 bits"},
		{"few ends", Column{Kind: TextList}, 2, Values{Ends: []int32{0}}, "1 ends and 0 NULL marks for 2 rows"},
		{"falling ends", Column{Kind: TextList}, 2, Values{Dict: [][]byte{nil}, Codes: []int32{0}, Ends: []int32{1, 0}}, "row 1 ends at element 0 after 1 of 1"},
		{"high end", Column{Kind: TextList}, 1, Values{Ends: []int32{1}}, "row 0 ends at element 1 after 0 of 0"},
		{"rest", Column{Kind: TextList}, 1, Values{Dict: [][]byte{nil}, Codes: []int32{0, 0}, Ends: []int32{1}}, "the rows end at element 1 of 2"},
		{"null with elements", Column{Kind: TextList}, 1, Values{Dict: [][]byte{nil}, Codes: []int32{0}, Ends: []int32{1}, ListNull: []bool{true}}, "row 0 ends at element 1 after 0 of 1"},
		{"list code", Column{Kind: TextList}, 1, Values{Codes: []int32{0}, Ends: []int32{1}}, "code 0 at element 0 of a dictionary of 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.column.Name = "x"
			var out bytes.Buffer
			w := must(NewWriter(&out, newSchema("wrong", c.column)))
			err := w.WriteRowGroup(c.rows, []Values{c.values})
			if err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("error is %v, want %s", err, c.want)
			}
			if again := w.Close(nil); again == nil {
				t.Error("Close after an error reports success")
			}
		})
	}
	w := must(NewWriter(&bytes.Buffer{}, testSchema))
	if err := w.WriteRowGroup(1, nil); err == nil || err.Error() != "writing row group: 0 columns for the 18 of test" {
		t.Errorf("error is %v", err)
	}
}

// failingSink fails once limit bytes were taken; a short sink takes the bytes
// before the limit and lies about it.
type failingSink struct {
	limit, n int
	short    bool
}

var errSink = errors.New("no space left on device")

func (s *failingSink) Write(p []byte) (int, error) {
	if s.n+len(p) <= s.limit {
		s.n += len(p)
		return len(p), nil
	}
	n := s.limit - s.n
	s.n = s.limit
	if s.short {
		return n, nil
	}
	return n, errSink
}

// TestFailingSink lets the sink fail at many places; every one must come out as
// an error (fast-ingest 4: arrow's Close returns nil).
func TestFailingSink(t *testing.T) {
	rows := randomRows(rand.New(rand.NewPCG(9, 9)), testSchema, 6000)
	b := buildGroup(testSchema, rows)
	whole := &failingSink{limit: math.MaxInt}
	if err := writeTwice(whole, b); err != nil {
		t.Fatal(err)
	}
	if whole.n < 3*sinkBuffer {
		t.Fatalf("the file has only %d bytes, the test needs more than the buffer", whole.n)
	}
	checked := 0
	for limit := 0; limit < whole.n; limit += 1 + whole.n/24 {
		for _, short := range []bool{false, true} {
			if err := writeTwice(&failingSink{limit: limit, short: short}, b); err == nil {
				t.Fatalf("no error although the sink failed after %d of %d bytes", limit, whole.n)
			}
			checked++
		}
	}
	for limit := whole.n - 150; limit < whole.n; limit += 6 { // the footer's end
		if err := writeTwice(&failingSink{limit: limit}, b); !errors.Is(err, errSink) {
			t.Fatalf("error is %v when the sink failed after %d of %d bytes", err, limit, whole.n)
		}
		checked++
	}
	if checked < 70 {
		t.Errorf("only %d places tried", checked)
	}
}

// writeTwice writes b as two row groups and closes the file.
func writeTwice(sink *failingSink, b *Builder) error {
	w, err := NewWriter(sink, testSchema)
	if err != nil {
		return err
	}
	first := w.WriteRowGroup(b.rows, b.columns)
	second := w.WriteRowGroup(b.rows, b.columns)
	if first != nil && second == nil {
		return nil // the test's caller reports it
	}
	err = w.Close(map[string]string{"a": "b"})
	if second != nil && err == nil {
		panic("Close forgot an earlier error")
	}
	return err
}

// TestWriteColumns gives every column in the same memory, which is spoiled when the next
// one is asked for.
func TestWriteColumns(t *testing.T) {
	rows := benchmarkRows(2000)
	var whole, single bytes.Buffer
	w := must(NewWriter(&whole, EventsSchema))
	if err := errors.Join(w.WriteRowGroup(rows.rows, rows.columns), w.Close(nil)); err != nil {
		t.Fatal(err)
	}
	w = must(NewWriter(&single, EventsSchema))
	var shared Values
	asked := 0
	err := w.WriteColumns(rows.rows, func(i int) *Values {
		if i != asked {
			t.Errorf("column %d was asked for, not %d", i, asked)
		}
		asked++
		clear(shared.Codes)
		clear(shared.Bytes)
		c := rows.columns[i]
		shared = Values{
			Dict: slices.Clone(c.Dict), Codes: slices.Clone(c.Codes), Ends: c.Ends, ListNull: c.ListNull,
			Bytes: slices.Clone(c.Bytes), Int64: c.Int64, Bool: c.Bool, Def: c.Def,
		}
		return &shared
	})
	if err := errors.Join(err, w.Close(nil)); err != nil {
		t.Fatal(err)
	}
	if asked != NumEventColumns || !bytes.Equal(single.Bytes(), whole.Bytes()) {
		t.Errorf("%d columns were asked for, and the %d bytes are not the %d that all columns at once make", asked, single.Len(), whole.Len())
	}
}

func BenchmarkWriteRowGroup(b *testing.B) {
	rows := benchmarkRows(16_000)
	w := must(NewWriter(&failingSink{limit: math.MaxInt}, EventsSchema))
	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		if err := w.WriteRowGroup(rows.rows, rows.columns); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(w.Bytes() / int64(b.N))
	b.ReportMetric(float64(b.N*rows.rows)/time.Since(start).Seconds(), "events/s")
}

// benchmarkRows looks like a row group of real events: ids and JSON that differ,
// 300 identities, always-NULL columns.
func benchmarkRows(n int) *Builder {
	rng := rand.New(rand.NewPCG(7, 7))
	b := NewBuilder(EventsSchema)
	id := func() string {
		return fmt.Sprintf("%08x-%04x-4000-8000-%012x", rng.Uint32(), rng.IntN(1<<16), rng.Int64N(1<<48))
	}
	row := make([]any, len(EventsSchema.Columns))
	for i := range n {
		for c, column := range EventsSchema.Columns {
			row[c] = nil
			switch {
			case c == ColEventTime:
				row[c] = time.Unix(1_790_000_000+int64(i/20), 0)
			case c == ColEventID, c == ColRequestID:
				row[c] = id()
			case c == ColRequestParameters, c == ColResponseElements && i%4 == 0:
				row[c] = fmt.Sprintf(`{"bucketName":"example-%d","key":"data/%x","Host":"example-%d.s3.us-east-1.amazonaws.com","list-type":"2","prefix":"%x"}`, rng.IntN(50), rng.Uint64(), rng.IntN(50), rng.Uint32())
			case column.Kind == Bool:
				row[c] = i%3 == 0
			case column.Kind == Int32:
				row[c] = i % 200
			case column.Kind == Dict && c < ColIAMAction && c%4 != 3:
				row[c] = fmt.Sprintf("%s value %d", column.Name, rng.IntN(300))
			}
		}
		if err := b.Append(row...); err != nil {
			panic(err)
		}
	}
	return b
}
