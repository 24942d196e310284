package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// footerTail is what follows the footer: its length in 4 bytes and the magic.
const footerTail = 8

// writeFooter lets arrow make the footer, corrects it and writes it.
func (w *arrowWriter) writeFooter() error {
	var captured bytes.Buffer
	w.sink.capture = &captured
	err := w.file.Close()
	w.sink.capture = nil
	if err != nil {
		return err
	}
	// Close reports success even if it wrote nothing or only a part.
	if captured.Len() < footerTail || !bytes.HasSuffix(captured.Bytes(), []byte("PAR1")) {
		return fmt.Errorf("the Parquet library wrote %d bytes that are no footer", captured.Len())
	}
	footer, err := metadata.NewFileMetaData(captured.Bytes()[:captured.Len()-footerTail], nil)
	if err != nil {
		return err
	}
	correctStatistics(footer)
	before := w.sink.n
	if _, err := footer.WriteTo(w.sink, nil); err != nil {
		return err
	}
	tail := binary.LittleEndian.AppendUint32(nil, uint32(w.sink.n-before))
	_, err = w.sink.Write(append(tail, "PAR1"...))
	return err
}

// correctStatistics takes out the distinct counts: arrow declares them to be 0 in
// every column chunk, although nobody counted.
func correctStatistics(footer *metadata.FileMetaData) {
	for _, group := range footer.RowGroups {
		for _, chunk := range group.Columns {
			if stats := chunk.MetaData.Statistics; stats != nil {
				stats.DistinctCount = nil
			}
		}
	}
}
