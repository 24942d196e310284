package parquet

// What the external tests (those that link DuckDB) use of the inside.
var (
	TestSchema = testSchema
	RandomRows = randomRows
	WriteRows  = writeRows
)

const MaxStatBytes = maxStatBytes
