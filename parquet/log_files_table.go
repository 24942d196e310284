package parquet

import "encoding/hex"

// LogFilesSchema is the table log_files of a lake without a ledger: one row per log file whose
// events a compaction put together with those of others. id is that of the objects it had
// before, in 28 hexadecimal digits, by which it is known when it comes again. The other
// columns say what became of it, as the footer of its object of coverage did: records =
// written + duplicate + quarantined.
var LogFilesSchema = newSchema("log_files",
	Column{Name: "id", Kind: Text},
	Column{Name: "source_object", Kind: Text},
	Column{Name: "etag", Kind: Text},
	Column{Name: "size", Kind: Int64, Required: true},
	Column{Name: "family", Kind: Dict},
	Column{Name: "status", Kind: Dict},
	Column{Name: "reason", Kind: Dict},
	Column{Name: "records", Kind: Int64, Required: true},
	Column{Name: "written", Kind: Int64, Required: true},
	Column{Name: "duplicate", Kind: Int64, Required: true},
	Column{Name: "quarantined", Kind: Int64, Required: true},
)

// LogFilesPath is the path, relative to the lake, of the file of log_files with the given id.
func LogFilesPath(id [16]byte) string {
	return "log_files/part-" + hex.EncodeToString(id[:]) + ".parquet"
}
