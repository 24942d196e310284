package parquet

import (
	"encoding/binary"
	"fmt"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
)

// Gather puts rows of row groups, of one file or of many, together as the columns of a
// new row group, each at the place it is given. It is used again for the next one and
// keeps its memory.
type Gather struct {
	schema  *Schema
	rows    int
	reader  chunkReader
	columns []gathered
	values  []Values
	texts   blocks
}

// NewGather makes a Gather for row groups of files of s.
func NewGather(s *Schema) *Gather {
	return &Gather{schema: s, columns: make([]gathered, len(s.Columns)), values: make([]Values, len(s.Columns))}
}

// Begin starts a row group of so many rows, and forgets the one before.
func (g *Gather) Begin(rows int) {
	g.rows = rows
	g.texts.reset()
	for i := range g.columns {
		g.columns[i].begin(g.schema.Columns[i].Kind, rows)
	}
}

// Take takes rows of a row group: places says of each row which one it becomes, or -1.
// It should cover the whole row group.
func (g *Gather) Take(group *Group, places []int32) error {
	if group.Rows() != len(places) {
		return fmt.Errorf("it has %d rows, not %d", group.Rows(), len(places))
	}
	last := len(places)
	for last > 0 && places[last-1] < 0 {
		last--
	}
	if last == 0 {
		return nil
	}
	for i := range g.columns {
		if err := g.take(group, i, places[:last]); err != nil {
			return err
		}
	}
	return nil
}

func (g *Gather) take(group *Group, column int, places []int32) error {
	c := &g.columns[column]
	switch g.schema.Columns[column].Kind {
	case Dict:
		return g.reader.texts(group, column, len(places), func(row int, text []byte) {
			if place := places[row]; place >= 0 {
				c.codes[place] = c.dict.code(text)
			}
		})
	case Text:
		return g.reader.texts(group, column, len(places), func(row int, text []byte) {
			if place := places[row]; place >= 0 {
				c.texts[place] = g.texts.add(text)
			}
		})
	case Bool:
		return g.reader.bools(group, column, len(places), func(row int, value bool) {
			if place := places[row]; place >= 0 {
				c.bools[place], c.present[place] = value, 1
			}
		})
	case TextList:
		return g.reader.lists(group, column, len(places), func(row int, list []string) {
			if place := places[row]; place >= 0 {
				c.lists[place] = c.dict.codes(list)
			}
		})
	}
	return g.reader.numbers(group, column, len(places), func(row int, value int64) {
		if place := places[row]; place >= 0 {
			c.numbers[place], c.present[place] = value, 1
		}
	})
}

// Columns are the columns of the row group, once all rows are taken. They are valid
// until Begin. The same rows in the same order make the same columns, whichever row
// groups they came from.
func (g *Gather) Columns() []Values {
	for i := range g.columns {
		g.columns[i].finish(g.schema.Columns[i].Kind, &g.values[i])
	}
	return g.values
}

// gathered is one column by rows; which fields carry it depends on its [Kind].
type gathered struct {
	dict    dictionary
	codes   []int32   // -1: NULL
	lists   [][]int32 // nil: NULL
	texts   []arrowparquet.ByteArray
	numbers []int64
	bools   []bool
	present []int16
}

func (c *gathered) begin(kind Kind, rows int) {
	c.dict.reset()
	switch kind {
	case Dict:
		c.codes = sized(c.codes, rows)
		for i := range c.codes {
			c.codes[i] = -1
		}
		return
	case TextList:
		c.lists = cleared(c.lists, rows)
		return
	case Text:
		c.texts = cleared(c.texts, rows)
	case Bool:
		c.bools = cleared(c.bools, rows)
	default:
		c.numbers = cleared(c.numbers, rows)
	}
	c.present = cleared(c.present, rows)
}

func cleared[T any](s []T, n int) []T {
	s = sized(s, n)
	clear(s)
	return s
}

// sized returns s with length n; what it held may be lost. Row groups are of about the
// same size and these slices most of the memory, so it takes no more than that needs.
func sized[T any](s []T, n int) []T {
	const step = 4096
	if cap(s) < n {
		return make([]T, n, (n+step-1)/step*step)
	}
	return s[:n]
}

// finish makes what the writer takes: values without the NULLs, and a dictionary in
// the order in which the rows name its texts.
func (c *gathered) finish(kind Kind, v *Values) {
	switch kind {
	case Dict:
		v.Codes = c.codes
		v.Dict = c.dict.inOrder(v.Dict[:0], c.codes)
	case TextList:
		c.finishLists(v)
	case Text:
		v.Bytes, v.Def = c.texts[:0], c.present
		for i, text := range c.texts {
			if text != nil {
				v.Bytes, v.Def[i] = append(v.Bytes, text), 1
			}
		}
	case Bool:
		v.Bool, v.Def = dense(c.bools, c.present), c.present
	default:
		v.Int64, v.Def = dense(c.numbers, c.present), c.present
	}
}

// dense moves the values that are present together.
func dense[T any](values []T, present []int16) []T {
	n := 0
	for i, p := range present {
		if p == 1 {
			values[n] = values[i]
			n++
		}
	}
	return values[:n]
}

func (c *gathered) finishLists(v *Values) {
	v.Codes, v.Ends, v.ListNull = v.Codes[:0], v.Ends[:0], v.ListNull[:0]
	for _, list := range c.lists {
		v.Codes = append(v.Codes, list...)
		v.Ends, v.ListNull = append(v.Ends, int32(len(v.Codes))), append(v.ListNull, list == nil)
	}
	v.Dict = c.dict.inOrder(v.Dict[:0], v.Codes)
}

// dictionary gives the distinct texts of a column codes from 0.
type dictionary struct {
	texts []string
	known map[string]int32
	near  [256]int32 // 1 + code of a text seen lately, by its length and end
	order []int32    // for inOrder
}

func (d *dictionary) reset() {
	if len(d.texts) == 0 {
		return
	}
	clear(d.texts)
	d.texts, d.known = d.texts[:0], nil
	clear(d.near[:])
}

// code is the code of a text. Texts repeat a lot, so that those seen lately are looked
// for without the map.
func (d *dictionary) code(text []byte) int32 {
	near := &d.near[slot(text)]
	if *near > 0 && d.texts[*near-1] == string(text) {
		return *near - 1
	}
	code, known := d.known[string(text)]
	if !known {
		if d.known == nil {
			d.known = map[string]int32{}
		}
		code = int32(len(d.texts))
		d.texts = append(d.texts, string(text))
		d.known[d.texts[code]] = code
	}
	*near = code + 1
	return code
}

func slot(text []byte) uint8 {
	var end uint64
	if len(text) >= 8 {
		end = binary.LittleEndian.Uint64(text[len(text)-8:])
	} else {
		for _, c := range text {
			end = end<<8 | uint64(c)
		}
	}
	return uint8((end + uint64(len(text))) * 0x9e3779b97f4a7c15 >> 56)
}

func (d *dictionary) codes(list []string) []int32 {
	codes := make([]int32, len(list))
	for i, text := range list {
		codes[i] = d.code([]byte(text))
	}
	return codes
}

// inOrder appends the texts to dict in the order in which codes name them, and changes
// the codes to that.
func (d *dictionary) inOrder(dict [][]byte, codes []int32) [][]byte {
	d.order = cleared(d.order, len(d.texts))
	for i, code := range codes {
		if code < 0 {
			continue
		}
		if d.order[code] == 0 {
			dict = append(dict, []byte(d.texts[code]))
			d.order[code] = int32(len(dict))
		}
		codes[i] = d.order[code] - 1
	}
	return dict
}

// blockSize is how much memory blocks takes at a time.
const blockSize = 1 << 20

// blocks holds many texts in few pieces of memory, and keeps these for the next ones.
type blocks struct {
	all  [][]byte
	used int // of all; the last of them is being filled
}

func (b *blocks) reset() { b.used = 0 }

// add copies a text. An empty one is not nil.
func (b *blocks) add(text []byte) []byte {
	if len(text) > blockSize/8 {
		return append([]byte(nil), text...)
	}
	if b.used == 0 || len(b.all[b.used-1])+len(text) > blockSize {
		b.next()
	}
	block := &b.all[b.used-1]
	at := len(*block)
	*block = append(*block, text...)
	return (*block)[at:len(*block):len(*block)]
}

func (b *blocks) next() {
	if b.used == len(b.all) {
		b.all = append(b.all, make([]byte, 0, blockSize))
	}
	b.all[b.used] = b.all[b.used][:0]
	b.used++
}
