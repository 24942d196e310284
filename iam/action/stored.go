package action

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// New makes a catalogue of actions in any order and operations, as a lake keeps
// them. Of an action Service, Name, Level and ResourceTypes are taken, and whether
// it is [Attested]; the rest is found out anew.
func New(date time.Time, actions []Action, operations []Operation) (*Catalogue, error) {
	entries := make([]entry, 0, len(actions))
	for _, a := range actions {
		name := a.Service + ":" + a.Name
		level := slices.Index(levels, a.Level)
		if level < 0 {
			return nil, fmt.Errorf("action %q has the level %q", shorten(name), shorten(string(a.Level)))
		}
		entries = append(entries, entry{
			name:      name,
			level:     uint8(level),
			resources: strings.Join(a.ResourceTypes, ","),
			attested:  a.Observability == Attested,
		})
	}
	slices.SortFunc(entries, func(a, b entry) int { return compareFold(a.name, b.name) })
	return build(date, entries, operations)
}
