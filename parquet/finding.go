package parquet

import "fmt"

// FindingKind is what is wrong, as programs tell it.
type FindingKind string

const (
	LedgerLost     FindingKind = "ledger_lost"
	LedgerDamaged  FindingKind = "ledger_damaged"
	FileMissing    FindingKind = "missing"     // the ledger names it
	FileChanged    FindingKind = "changed"     // it is not what the ledger says
	FileUnreadable FindingKind = "unreadable"  // it cannot be read as a file of its table
	FileMisplaced  FindingKind = "misplaced"   // it has events of another day than its folder
	FileUnknown    FindingKind = "unknown"     // whole, and the ledger does not name it
	FileLeftOver   FindingKind = "left_over"   // of a run that did not come to its end
	FileForeign    FindingKind = "foreign"     // not made by ingest
	FileReplaced   FindingKind = "replaced"    // of a snapshot in whose place another one came
	FileIncomplete FindingKind = "incomplete"  // of a snapshot that lacks tables
	RollupAlone    FindingKind = "alone"       // of a rollup whose events do not count
	EventsTwice    FindingKind = "duplicates"  // a day has events more than once
	EntryWrong     FindingKind = "wrong_entry" // the file is what was written, and the ledger miscounts it
)

// Finding is one thing by which a lake is not what its ledger says, or not what a lake is.
type Finding struct {
	Kind FindingKind `json:"kind"`
	Path string      `json:"path"` // in the lake, with slashes
	Text string      `json:"text"` // what is wrong, for people
}

// String is the finding on one line.
func (f Finding) String() string { return fmt.Sprintf("%s: %s", f.Path, f.Text) }
