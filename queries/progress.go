package queries

// Progress is how far a statement is that an engine runs. The zero value says that nothing is
// known yet.
type Progress struct {
	// State is what a server calls it, like running or queued; DuckDB has none.
	State string
	// Share of what is to be read that was read, from 0 to 1, as the engine guesses it; 0 where
	// it is not known. When all is read, it may still have to be sorted or joined.
	Share float64
	// Bytes are those that a server has read; 0 where it is not known.
	Bytes int64
}
