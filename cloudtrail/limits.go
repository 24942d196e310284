package cloudtrail

import "fmt"

// Limits bound what one document may ask of memory and time, none more than
// [MaxLimits].
type Limits struct {
	// RecordSize is the largest element or further member of a document in bytes of
	// JSON as it stands there, wrappers included. AWS caps its fields so that real
	// records stay below 1 MB (P20). A larger one could only be read over by holding
	// it, so the document is refused.
	RecordSize int
	// Depth is the deepest nesting of a record. A record that is nested deeper is
	// set aside alone.
	Depth int
	// RecordsPerObject is the largest number of records of one document.
	RecordsPerObject int
}

// DefaultLimits are far above what CloudTrail delivers.
var DefaultLimits = Limits{RecordSize: 16 << 20, Depth: 128, RecordsPerObject: 10_000_000}

// MaxLimits are the largest that a [Decoder] takes; what is above is lowered to
// them. Offsets within a few records stay below 4 GiB, indexes of records fit into
// 32 bits, and recursion into the stack.
var MaxLimits = Limits{RecordSize: 256 << 20, Depth: maxDepth, RecordsPerObject: 1_000_000_000}

// effective are the limits that hold: the default where there is none, and none
// above the maximum.
func (l Limits) effective() Limits {
	hold := func(limit, standard, most int) int {
		if limit == 0 {
			return standard
		}
		return min(limit, most)
	}
	return Limits{
		RecordSize:       hold(l.RecordSize, DefaultLimits.RecordSize, MaxLimits.RecordSize),
		Depth:            hold(l.Depth, DefaultLimits.Depth, MaxLimits.Depth),
		RecordsPerObject: hold(l.RecordsPerObject, DefaultLimits.RecordsPerObject, MaxLimits.RecordsPerObject),
	}
}

// LimitReason is what the reason of a record begins with that is set aside alone
// because it breaks a limit. Under another limit it may be a row.
const LimitReason = "over the limit limits."

// DepthReason is the reason of a record that is nested deeper than the limit, the
// only one that breaks a limit and is set aside alone. It tells which limit that was.
func (l Limits) DepthReason() string {
	return fmt.Sprintf("%sdepth (%d)", LimitReason, l.effective().Depth)
}

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
