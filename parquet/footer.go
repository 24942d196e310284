package parquet

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// magic is what a Parquet file begins and ends with.
const magic = "PAR1"

// writeFooter writes what was noted of the row groups, its length and the magic.
func (w *fileWriter) writeFooter(meta map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(meta)) { // the same input makes the same bytes
		if err := w.footer.AppendKeyValueMetadata(key, meta[key]); err != nil {
			return err
		}
	}
	footer, err := w.footer.Snapshot()
	if err != nil {
		return err
	}
	start := w.sink.n
	if _, err := footer.WriteTo(w.sink, nil); err != nil {
		return err
	}
	size := w.sink.n - start
	if size > math.MaxUint32 {
		return fmt.Errorf("it has %d bytes, more than the format can tell; write fewer row groups", size)
	}
	_, err = w.sink.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(size)), magic...))
	return err
}
