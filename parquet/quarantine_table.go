package parquet

// QuarantineSchema is the table quarantine of a lake without a ledger: one row per object
// or record that could not be ingested. record_index is NULL of an object as a whole.
// sha256 is that of the bytes, in hexadecimal digits; NULL where they could not be read,
// which detail explains. A whole object is set aside no longer when the table coverage has
// a file of the same name, because it was read since.
var QuarantineSchema = newSchema("quarantine",
	Column{Name: "source_object", Kind: Dict},
	Column{Name: "byte_offset", Kind: Int64, Required: true},
	Column{Name: "record_index", Kind: Int64},
	Column{Name: "reason", Kind: Text},
	Column{Name: "detail", Kind: Text},
	Column{Name: "sha256", Kind: Text},
)
