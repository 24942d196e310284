package difference

import (
	"fmt"
	"slices"
)

// Severity is how grave a change is: a closed set (design 9.7).
type Severity uint8

// The severities, from the least to the most grave.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severities = [...]string{"info", "low", "medium", "high", "critical"}

// String is the text of the lake's column change_severity.
func (s Severity) String() string { return severities[s] }

// Severities are the texts of all severities, from the least to the most grave.
func Severities() []string { return slices.Clone(severities[:]) }

// Moved is the severity some steps higher, or lower below 0, within the set.
func (s Severity) Moved(steps int) Severity {
	return Severity(min(max(int(s)+steps, int(Info)), int(Critical)))
}

// MarshalText writes the severity as the lake does.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads that.
func (s *Severity) UnmarshalText(text []byte) error {
	i := slices.Index(severities[:], string(text))
	if i < 0 {
		return fmt.Errorf("reading a severity: there is none called %q", text)
	}
	*s = Severity(i)
	return nil
}

// Lower is the text of the severity one lower than another one, which is as it was where
// it is none.
func Lower(severity string) string { return moved(severity, -1) }

// moved is the text of the severity some steps higher than another one, likewise.
func moved(severity string, steps int) string {
	i := slices.Index(severities[:], severity)
	if i < 0 {
		return severity
	}
	return Severity(i).Moved(steps).String()
}
