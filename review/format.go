package review

// Format is a way to write an answer.
type Format string

// The formats of --format.
const (
	Table    Format = "table"
	CSV      Format = "csv"
	JSON     Format = "json"
	NDJSON   Format = "ndjson"
	Markdown Format = "md"
	XLSX     Format = "xlsx"
	Parquet  Format = "parquet"
)

// Formats are all formats, the default first.
func Formats() []Format {
	return []Format{Table, CSV, JSON, NDJSON, Markdown, XLSX, Parquet}
}

// ForPeople reports whether a person reads the format as it is: such a format
// may have sections and a head.
func (f Format) ForPeople() bool { return f == Table || f == Markdown }

// Binary reports whether the format is no text, which a terminal cannot show.
func (f Format) Binary() bool { return f == XLSX || f == Parquet }
