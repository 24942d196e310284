package parquet

import (
	"bytes"
	"maps"
	"slices"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// rowGroup is what WriteRowGroup takes.
type rowGroup struct {
	rows    int
	columns []Values
}

// writeByArrow writes with arrow's column writers what NewWriter's shall write, value
// by value: arrow makes the dictionaries, pages and statistics.
func writeByArrow(s *Schema, meta map[string]string, groups []rowGroup) []byte {
	opts := []arrowparquet.WriterProperty{
		arrowparquet.WithVersion(arrowparquet.V2_LATEST),
		arrowparquet.WithCompression(compress.Codecs.Zstd),
		arrowparquet.WithDictionaryDefault(false),
		arrowparquet.WithDictionaryPageSizeLimit(1 << 40),
		arrowparquet.WithMaxStatsSize(maxStatBytes),
		arrowparquet.WithCreatedBy(properties.CreatedBy()),
	}
	for _, c := range s.Columns {
		opts = append(opts, arrowparquet.WithDictionaryFor(c.leafPath(), c.Kind == Dict || c.Kind == TextList))
	}
	var out bytes.Buffer
	w := file.NewParquetWriter(&out, s.root(), file.WithWriterProps(arrowparquet.NewWriterProperties(opts...)))
	for _, g := range groups {
		group := w.AppendRowGroup()
		for i := range s.Columns {
			writeChunkByArrow(must(group.NextColumn()), &s.Columns[i], g.rows, &g.columns[i])
		}
		must(0, group.Close())
	}
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		must(0, w.AppendKeyValueMetadata(key, meta[key]))
	}
	must(0, w.Close())
	return out.Bytes()
}

func writeChunkByArrow(chunk file.ColumnChunkWriter, c *Column, rows int, v *Values) {
	defs, reps := arrowLevels(c, rows, v)
	var err error
	switch chunk := chunk.(type) {
	case *file.ByteArrayColumnChunkWriter:
		_, err = chunk.WriteBatch(arrowTexts(v), defs, reps)
	case *file.Int64ColumnChunkWriter:
		_, err = chunk.WriteBatch(v.Int64, defs, reps)
	case *file.Int32ColumnChunkWriter:
		var values []int32
		for _, x := range v.Int64 {
			values = append(values, int32(x))
		}
		_, err = chunk.WriteBatch(values, defs, reps)
	case *file.BooleanColumnChunkWriter:
		_, err = chunk.WriteBatch(v.Bool, defs, reps)
	}
	must(0, err)
}

// arrowTexts looks up the codes. Arrow takes nil for no value.
func arrowTexts(v *Values) (texts []arrowparquet.ByteArray) {
	for _, text := range v.Bytes {
		texts = append(texts, append([]byte{}, text...))
	}
	for _, code := range v.Codes {
		if code >= 0 {
			texts = append(texts, append([]byte{}, v.Dict[code]...))
		}
	}
	return texts
}

// arrowLevels are the levels of all rows, one by one.
func arrowLevels(c *Column, rows int, v *Values) (defs, reps []int16) {
	if c.Required {
		return nil, nil
	}
	anything := len(v.Bytes)+len(v.Int64)+len(v.Bool) > 0
	start := int32(0)
	for row := range rows {
		switch {
		case c.Kind == Dict:
			defs = append(defs, map[bool]int16{true: 1}[v.Codes != nil && v.Codes[row] >= 0])
		case c.Kind != TextList && v.Def != nil:
			defs = append(defs, v.Def[row])
		case c.Kind != TextList:
			defs = append(defs, map[bool]int16{true: 1}[anything])
		case v.Ends == nil || v.ListNull != nil && v.ListNull[row]:
			defs, reps = append(defs, 0), append(reps, 0)
		case v.Ends[row] == start:
			defs, reps = append(defs, 1), append(reps, 0)
		default:
			for i := start; i < v.Ends[row]; i++ {
				defs, reps = append(defs, 2), append(reps, map[bool]int16{true: 1}[i > start])
			}
			start = v.Ends[row]
		}
	}
	return defs, reps
}
