package parquet

import (
	"bytes"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// maxDictBytes bounds one dictionary page, whose size the format keeps in 31 bits.
const maxDictBytes = 1 << 30

// writeDict writes a dictionary column. Codes go to arrow with the places of
// NULLs left in (spaced) and a bitmap that says which are valid.
func (w *arrowWriter) writeDict(chunk *file.ByteArrayColumnChunkWriter, rows int, v *Values, required bool) error {
	codes := v.Codes
	if codes == nil { // all NULL
		w.int32s = grown(w.int32s, rows)
		codes = w.int32s
		for i := range codes {
			codes[i] = -1
		}
	}
	if len(codes) != rows {
		return fmt.Errorf("%d codes for %d rows", len(codes), rows)
	}
	nulls, err := w.validity(codes, len(v.Dict))
	if err != nil {
		return err
	}
	if required && nulls > 0 {
		return fmt.Errorf("%d rows without a value in a required column", nulls)
	}
	levels := w.defs
	if required {
		levels = nil
	}
	return w.writeCodes(chunk, v.Dict, codes, w.bitmap, nulls, levels, nil)
}

// validity fills bitmap, levels and used entries from codes and counts the NULLs.
func (s *scratch) validity(codes []int32, entries int) (nulls int, err error) {
	s.defs = grown(s.defs, len(codes))
	s.bitmap = grown(s.bitmap, (len(codes)+7)/8)
	clear(s.bitmap)
	s.used = grown(s.used, entries)
	clear(s.used)
	for i, code := range codes {
		switch {
		case code >= 0 && int(code) < entries:
			s.used[code] = true
			s.defs[i] = 1
			s.bitmap[i>>3] |= 1 << (i & 7)
		case code == -1:
			s.defs[i] = 0
			nulls++
		default:
			return 0, fmt.Errorf("code %d in row %d of a dictionary of %d", code, i, entries)
		}
	}
	return nulls, nil
}

// dictionaryEncoder is the part of arrow's unexported encoder that takes a
// finished dictionary.
type dictionaryEncoder interface {
	PutDictionary(arrow.Array) error
	NumEntries() int
}

// writeCodes hands dictionary, statistics, codes and levels to arrow. A nil
// bitmap means that codes are dense.
func (w *arrowWriter) writeCodes(chunk *file.ByteArrayColumnChunkWriter, dict [][]byte, codes []int32, bitmap []byte, nulls int, defs, reps []int16) error {
	encoder, ok := chunk.CurrentEncoder().(dictionaryEncoder)
	if !ok {
		return fmt.Errorf("arrow's %T takes no dictionary", chunk.CurrentEncoder())
	}
	entries, err := w.dictionary(dict)
	if err != nil {
		return err
	}
	defer entries.Release()
	if err := encoder.PutDictionary(entries); err != nil {
		return err
	}
	// Equal entries would be merged silently and shift the codes after them.
	if n := encoder.NumEntries(); n != len(dict) {
		return fmt.Errorf("dictionary of %d values has only %d distinct ones", len(dict), n)
	}
	w.dictStatistics(chunk, dict, len(codes), nulls)
	indices := codeArray(codes, bitmap, nulls)
	defer indices.Release()
	return chunk.WriteDictIndices(indices, defs, reps)
}

// dictStatistics sets what WriteDictIndices leaves out. It must come before it:
// the last page may be flushed inside, and with it the statistics of the chunk.
// (The first page's own statistics then describe the whole chunk, which makes
// them wide but not wrong.)
func (w *arrowWriter) dictStatistics(chunk *file.ByteArrayColumnChunkWriter, dict [][]byte, values, nulls int) {
	stats, ok := chunk.PageStatistics().(*metadata.ByteArrayStatistics)
	if !ok {
		return // raw column
	}
	stats.IncNulls(int64(nulls))
	stats.IncNumValues(int64(values))
	lowest, highest, any := extremes(dict, w.used)
	if any && len(lowest) <= maxStatBytes && len(highest) <= maxStatBytes {
		stats.SetMinMax(lowest, highest)
	}
}

// extremes finds the lowest and the highest of the used values.
func extremes(dict [][]byte, used []bool) (lowest, highest []byte, any bool) {
	for i, value := range dict {
		if !used[i] {
			continue
		}
		if value == nil {
			value = []byte{} // nil is no value to arrow's statistics
		}
		if !any || bytes.Compare(value, lowest) < 0 {
			lowest = value
		}
		if !any || bytes.Compare(value, highest) > 0 {
			highest = value
		}
		any = true
	}
	return lowest, highest, any
}

// dictionary lays the values out as an arrow array over the scratch memory, the
// only copy made of them on our side.
func (s *scratch) dictionary(dict [][]byte) (arrow.Array, error) {
	size := 0
	for _, value := range dict {
		size += len(value)
	}
	if size > maxDictBytes {
		return nil, fmt.Errorf("dictionary of %d bytes is larger than %d; write smaller row groups", size, maxDictBytes)
	}
	s.dictBytes = grown(s.dictBytes, size)[:0]
	s.dictOffsets = grown(s.dictOffsets, len(dict)+1)
	s.dictOffsets[0] = 0
	for i, value := range dict {
		s.dictBytes = append(s.dictBytes, value...)
		s.dictOffsets[i+1] = int32(len(s.dictBytes))
	}
	data := array.NewData(arrow.BinaryTypes.Binary, len(dict), []*memory.Buffer{nil,
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(s.dictOffsets)),
		memory.NewBufferBytes(s.dictBytes)}, nil, 0, 0)
	defer data.Release()
	return array.NewBinaryData(data), nil
}

// codeArray is an arrow array over codes and bitmap without a copy.
func codeArray(codes []int32, bitmap []byte, nulls int) arrow.Array {
	var valid *memory.Buffer
	if nulls > 0 && bitmap != nil {
		valid = memory.NewBufferBytes(bitmap)
	} else {
		nulls = 0
	}
	data := array.NewData(arrow.PrimitiveTypes.Int32, len(codes), []*memory.Buffer{valid,
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(codes))}, nil, nulls, 0)
	defer data.Release()
	return array.NewInt32Data(data)
}
