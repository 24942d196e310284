package cloudtrail

import "fmt"

// Limits bound what one document may ask of memory and time. A document that
// breaks one is refused whole.
type Limits struct {
	// RecordSize is the largest record in bytes of JSON. AWS caps its fields so
	// that real records stay below 1 MB (P20).
	RecordSize int
	// Depth is the deepest nesting of a record, at most 1,000.
	Depth int
	// RecordsPerObject is the largest number of records of one document.
	RecordsPerObject int
}

// DefaultLimits are far above what CloudTrail delivers.
var DefaultLimits = Limits{RecordSize: 16 << 20, Depth: 128, RecordsPerObject: 10_000_000}

// LimitError says which limit a document broke.
type LimitError struct {
	Limit string // its name in roletrail.yaml
	Max   int64
	// Offset is where in the inflated document it was noticed, in bytes.
	Offset int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("over the limit limits.%s (%d) at byte %d", e.Limit, e.Max, e.Offset)
}

// SyntaxError says where a document stops being what a log file may be.
type SyntaxError struct {
	Problem string
	Offset  int64
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Problem, e.Offset) }
