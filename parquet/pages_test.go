package parquet

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// writeGroups writes a file as NewWriter's writer does.
func writeGroups(s *Schema, meta map[string]string, groups []rowGroup) []byte {
	var out bytes.Buffer
	w := must(NewWriter(&out, s))
	for _, g := range groups {
		must(0, w.WriteRowGroup(g.rows, g.columns))
	}
	must(0, w.Close(meta))
	return out.Bytes()
}

// randomTable is the row groups of a table of all kinds.
func randomTable(seed uint64) (groups []rowGroup) {
	rng := rand.New(rand.NewPCG(seed, 23))
	for range rng.IntN(4) { // a file may be empty
		groups = append(groups, randomGroup(rng, testSchema, 1+rng.IntN([]int{1, 20, 3000}[rng.IntN(3)])))
	}
	return groups
}

// randomTables is how many tables the tests take.
const randomTables = 60

// smallPage is the page size that a table is written with.
func smallPage(seed uint64) int {
	if seed%3 == 0 {
		return pageSize
	}
	return 1000 + 50*int(seed)
}

// inSmallPages writes two thirds of the tables in many pages.
func inSmallPages(seed uint64, write func() []byte) []byte {
	defer func(n int) { pageSize = n }(pageSize)
	pageSize = smallPage(seed)
	return write()
}

// TestPagesAgainstArrow: random tables read the same as those that arrow's own column
// writers wrote, and have the same statistics.
func TestPagesAgainstArrow(t *testing.T) {
	s, rows, pages := testSchema, 0, 0
	for seed := range uint64(randomTables) {
		groups, meta := randomTable(seed), map[string]string{"sources": fmt.Sprint(seed)}
		ours := writeFile(t, inSmallPages(seed, func() []byte { return writeGroups(s, meta, groups) }))
		theirs := writeFile(t, writeByArrow(s, meta, groups))
		got, _, err := ReadRows(ours, s)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		want, _ := must2(ReadRows(theirs, s))
		if i := firstDifference(got, want); i >= 0 {
			t.Fatalf("seed %d: of %d and %d rows, row %d differs", seed, len(got), len(want), i)
		}
		rows += len(got)
		compareFooters(t, seed, s, footerOf(t, ours), footerOf(t, theirs))
		pages += checkPages(t, seed, ours, smallPage(seed))
	}
	if rows < 30_000 || pages < 4000 {
		t.Errorf("only %d rows on %d pages were compared", rows, pages)
	}
}

func must2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}

// firstDifference is -1 if there is none.
func firstDifference(a, b [][]any) int {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || !reflect.DeepEqual(a[i], b[i]) {
			return i
		}
	}
	return -1
}

func footerOf(t *testing.T, path string) (m *metadata.FileMetaData) {
	t.Helper()
	must(0, readFile(path, func(r *file.Reader) error { m = r.MetaData(); return nil }))
	return m
}

// compareFooters compares all that must be equal.
func compareFooters(t *testing.T, seed uint64, s *Schema, ours, theirs *metadata.FileMetaData) {
	t.Helper()
	for g, group := range ours.RowGroups {
		for i, chunk := range group.Columns {
			got, want := chunk.MetaData.Statistics, theirs.RowGroups[g].Columns[i].MetaData.Statistics
			c := s.Columns[i]
			want.DistinctCount = nil // arrow says 0, which is wrong
			if codes := c.Kind == Dict || c.Kind == TextList; c.Raw || codes && (want.MinValue == nil || want.MaxValue == nil) {
				want.MinValue, want.MaxValue, want.Min, want.Max = nil, nil, nil, nil
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("seed %d: statistics of column %s, row group %d are %.300v, want %.300v", seed, c.Name, g, got, want)
			}
		}
	}
	a, b := *ours.FileMetaData, *theirs.FileMetaData
	a.RowGroups, b.RowGroups = nil, nil
	if !reflect.DeepEqual(a, b) {
		t.Errorf("seed %d: the footer says %v, want %v", seed, a, b)
	}
}

// checkPages checks that the footer tells of the pages what they are, and counts the
// pages.
func checkPages(t *testing.T, seed uint64, path string, limit int) (n int) {
	t.Helper()
	must(0, readFile(path, func(r *file.Reader) error {
		at := int64(len(magic))
		for g, group := range r.MetaData().RowGroups {
			start, size := at, int64(0)
			for i, chunk := range group.Columns {
				m := chunk.MetaData
				begin := m.DataPageOffset
				if m.DictionaryPageOffset != nil {
					begin = *m.DictionaryPageOffset
				}
				if begin != at || chunk.FileOffset != 0 {
					t.Errorf("seed %d: column %d of row group %d is at %d, not %d, says the footer", seed, i, g, begin, at)
				}
				found := must(readPages(must(r.RowGroup(g).GetColumnPageReader(i))))
				told := map[string]int32{}
				for _, e := range m.EncodingStats {
					told[fmt.Sprint(e.PageType, " ", e.Encoding)] = e.Count
					n += int(e.Count)
					if !slices.Contains(m.Encodings, e.Encoding) {
						t.Errorf("seed %d: column %d does not declare %v", seed, i, e.Encoding)
					}
				}
				if found.largest > limit || found.values != m.NumValues || !reflect.DeepEqual(found.kinds, told) {
					t.Errorf("seed %d: column %d has pages %v, the largest may be %d; the footer says %v", seed, i, found, limit, m)
				}
				at += m.TotalCompressedSize
				size += m.TotalUncompressedSize
			}
			if group.GetFileOffset() != start || int(group.GetOrdinal()) != g || group.TotalByteSize != size || group.GetTotalCompressedSize() != at-start {
				t.Errorf("seed %d: row group %d is not what the footer says: %v", seed, g, group)
			}
		}
		return nil
	}))
	return n
}

// pagesOf is what the pages of a column chunk are: how many values and bytes the data
// pages have, and how many pages there are of each kind.
type pagesOf struct {
	values  int64
	largest int
	kinds   map[string]int32
}

func readPages(pages file.PageReader) (found pagesOf, err error) {
	found.kinds = map[string]int32{}
	for pages.Next() {
		p := pages.Page()
		found.kinds[fmt.Sprint(p.Type(), " ", p.Encoding())]++
		if data, ok := p.(*file.DataPageV1); ok {
			found.values += int64(p.NumValues())
			found.largest = max(found.largest, int(data.UncompressedSize()))
		}
	}
	return found, pages.Err()
}

// TestNothingLeaks: the same rows make the same bytes whatever was written before, and
// beside them.
func TestNothingLeaks(t *testing.T) {
	groups := randomTable(100)
	want := writeGroups(testSchema, nil, groups)
	var workers sync.WaitGroup
	for w := range uint64(4) {
		workers.Go(func() {
			for seed := range uint64(8) {
				writeGroups(testSchema, nil, randomTable(8*w+seed))
				if !bytes.Equal(writeGroups(testSchema, nil, groups), want) {
					t.Errorf("after table %d the same rows make other bytes", 8*w+seed)
				}
			}
		})
	}
	workers.Wait()
}

// TestValuesStay: the writer changes nothing of what it is given.
func TestValuesStay(t *testing.T) {
	for seed := range uint64(10) {
		groups, same := randomTable(seed), randomTable(seed)
		writeGroups(testSchema, nil, groups)
		if !reflect.DeepEqual(groups, same) {
			t.Errorf("seed %d: the writer changed its values", seed)
		}
	}
}

// TestAllocations: what a row group leaves to the garbage collector does not grow with
// its rows.
func TestAllocations(t *testing.T) {
	if withRaceDetector {
		t.Skip("the race detector lets pools drop memory that is to be used again")
	}
	w := must(NewWriter(&failingSink{limit: math.MaxInt}, EventsSchema))
	count := func(rows int) float64 {
		b := benchmarkRows(rows)
		return testing.AllocsPerRun(5, func() { must(0, w.WriteRowGroup(b.rows, b.columns)) })
	}
	count(8000)
	few, many := count(500), count(8000)
	if limit := float64(15 * NumEventColumns); few > limit || many > few+100 {
		t.Errorf("%v allocations for 500 rows, %v for 8000; at most %v, and as many, are wanted", few, many, limit)
	}
}

// TestFailsAtEveryByte: wherever the sink fails, its error comes out.
func TestFailsAtEveryByte(t *testing.T) {
	s := newSchema("small", Column{Name: "dict", Kind: Dict}, Column{Name: "text", Kind: Text, Raw: true}, Column{Name: "list", Kind: TextList}, Column{Name: "day", Kind: Date})
	g := randomGroup(rand.New(rand.NewPCG(1, 1)), s, 40)
	write := func(sink *failingSink) error {
		w, err := NewWriter(sink, s)
		if err != nil {
			return err
		}
		for range 2 {
			w.WriteRowGroup(g.rows, g.columns) // Close must tell, too
		}
		return w.Close(map[string]string{"a": "b"})
	}
	whole := &failingSink{limit: math.MaxInt}
	must(0, write(whole))
	for limit := range whole.n {
		if err := write(&failingSink{limit: limit}); err == nil || !strings.Contains(err.Error(), errSink.Error()) {
			t.Fatalf("error is %v when the sink failed after %d of %d bytes", err, limit, whole.n)
		}
	}
	must(0, write(&failingSink{limit: whole.n}))
}

// TestFewLevels: a page that claims more values than it has levels is an error, where
// arrow's reader never ends.
func TestFewLevels(t *testing.T) {
	for _, c := range []struct {
		name string
		page []byte
		want string
	}{
		{"few", appendLevels(nil, []int16{1, 1}, 1), "fewer levels than values"},
		{"none", appendLevels(nil, nil, 1), "fewer levels than values"},
		{"no length", []byte{2, 0}, "fewer levels than values"},
		{"long", []byte{9, 0, 0, 0, 20, 1}, "fewer levels than values"},
		{"run of none", []byte{4, 0, 0, 0, 0, 1, 20, 1}, "fewer levels than values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSchema("few", Column{Name: "x", Kind: Bool})
			var out bytes.Buffer
			w := must(newFileWriter(&out, s))
			group := w.footer.AppendRowGroup()
			group.SetNumRows(10)
			p := pages{sink: w.sink, page: c.page}
			p.begin()
			must(0, p.writeData(10, plain))
			must(0, group.NextColumnChunk().Finish(p.chunk, false, false, p.encodings, nil))
			must(0, group.Finish(1, 0))
			must(0, w.Close(nil))
			path, ended := writeFile(t, out.Bytes()), make(chan error)
			go func() { _, _, err := ReadRows(path, s); ended <- err }()
			select {
			case err := <-ended:
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error is %v, want %s", err, c.want)
				}
			case <-time.After(time.Minute):
				t.Fatal("reading does not end")
			}
		})
	}
}

// TestLargeValues: a value or a dictionary that has no room in a page gets one of its
// own, larger than others.
func TestLargeValues(t *testing.T) {
	s := newSchema("large", Column{Name: "dict", Kind: Dict}, Column{Name: "text", Kind: Text}, Column{Name: "list", Kind: TextList})
	large := bytes.Repeat([]byte("x"), 5*pageSize)
	elements := make([]int32, 3*pageSize)
	g := rowGroup{3, []Values{
		{Dict: [][]byte{[]byte("a"), large}, Codes: []int32{0, 1, 0}},
		{Bytes: []arrowparquet.ByteArray{[]byte("a"), large, nil}},
		{Dict: [][]byte{[]byte("a"), []byte("b")}, Codes: elements, Ends: []int32{1, int32(len(elements)) - 1, int32(len(elements))}},
	}}
	path := writeFile(t, writeGroups(s, nil, []rowGroup{g}))
	rows, _ := must2(ReadRows(path, s))
	if rows[1][0] != string(large) || rows[1][1] != string(large) || len(rows[1][2].([]string)) != len(elements)-2 || rows[2][1] != "" {
		t.Error("the large values are not what they were")
	}
	if n := len(pageSizes(t, path, 1)); n != 3 {
		t.Errorf("texts of which one is large lie on %d pages", n)
	}
}
