package access

import "encoding/json"

// Text is a text that is null in JSON when it is empty: no value of a report is an
// empty text.
type Text string

// MarshalJSON writes null for what is not known.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// Severity orders findings. It is written as a word.
type Severity int

// The severities of findings, rising.
const (
	Low Severity = iota + 1
	Medium
	High
)

var severityWords = map[Severity]string{Low: "low", Medium: "medium", High: "high"}

func (s Severity) String() string { return severityWords[s] }

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
