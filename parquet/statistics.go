package parquet

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/apache/arrow/go/v17/parquet/metadata"
)

const maxStatBytes = 256 // longer minima and maxima stay out of the footer

// statistics are what a reader may know of a column chunk without reading it.
type statistics struct {
	nulls int
	// lowest and highest are as in a plain page, of texts without the length.
	lowest, highest       []byte
	hasLowest, hasHighest bool
}

// encoded gives the statistics as arrow wants them, without the memory of the values.
func (s *statistics) encoded(signed bool) (e metadata.EncodedStatistics) {
	e.SetNullCount(int64(s.nulls))
	e.Signed = signed
	if s.hasLowest {
		e.SetMin(append([]byte{}, s.lowest...))
	}
	if s.hasHighest {
		e.SetMax(append([]byte{}, s.highest...))
	}
	return e
}

// seeText widens the range to a text.
func (s *statistics) seeText(v []byte) {
	switch {
	case !s.hasLowest:
		s.lowest, s.highest = v, v
		s.hasLowest, s.hasHighest = true, true
	case bytes.Compare(v, s.lowest) < 0:
		s.lowest = v
	case bytes.Compare(v, s.highest) > 0:
		s.highest = v
	}
}

// seeTexts finds the range of texts.
func seeTexts[T ~[]byte](s *statistics, values []T) {
	for _, v := range values {
		s.seeText(v)
	}
}

// limit drops what is too long for the footer.
func (s *statistics) limit() {
	s.hasLowest = s.hasLowest && len(s.lowest) <= maxStatBytes
	s.hasHighest = s.hasHighest && len(s.highest) <= maxStatBytes
}

// limitBoth drops both if one is too long.
func (s *statistics) limitBoth() {
	s.limit()
	s.hasLowest = s.hasLowest && s.hasHighest
	s.hasHighest = s.hasLowest
}

// seeInt64s sets the range of numbers that take size bytes.
func (s *statistics) seeInt64s(values []int64, size int) {
	if len(values) == 0 {
		return
	}
	s.hasLowest, s.hasHighest = true, true
	s.lowest = binary.LittleEndian.AppendUint64(nil, uint64(slices.Min(values)))[:size]
	s.highest = binary.LittleEndian.AppendUint64(nil, uint64(slices.Max(values)))[:size]
}

// seeBools sets the range of truth values.
func (s *statistics) seeBools(values []bool) {
	if len(values) == 0 {
		return
	}
	s.hasLowest, s.hasHighest = true, true
	s.lowest, s.highest = appendBools(nil, []bool{!slices.Contains(values, false)}), appendBools(nil, []bool{slices.Contains(values, true)})
}
