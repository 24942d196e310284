package action

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits of a catalogue; AWS has some 22,000 actions of 450 services.
const (
	maxActions       = 200_000
	maxServices      = 5_000
	maxNameLen       = 128
	maxResourceTypes = 500
)

// levels lists the levels by their number within a row; the letters stand for them
// in the packed text.
var levels = []Level{Read, List, Write, Tagging, Permissions}

const levelLetters = "RLWTP"

// entry is an action on its way into a catalogue.
type entry struct {
	name      string // "service:Name"
	level     uint8  // index into levels
	resources string // joined with commas
	attested  bool   // AWS generates policies from its events
}

// build makes a catalogue of entries, which must be sorted by the lower-case form
// of their names, each once.
func build(date time.Time, entries []entry, operations []Operation) (*Catalogue, error) {
	c := &Catalogue{date: date}
	if err := c.setNames(entries); err != nil {
		return nil, err
	}
	if err := c.setOperations(operations); err != nil {
		return nil, err
	}
	c.setRows(entries)
	return c, nil
}

// setNames checks the entries and makes what Lookup needs.
func (c *Catalogue) setNames(entries []entry) error {
	if len(entries) > maxActions {
		return fmt.Errorf("%d actions are more than %d", len(entries), maxActions)
	}
	c.names = make([]string, 0, len(entries))
	for i, e := range entries {
		prefix, err := checkEntry(e)
		if err != nil {
			return err
		}
		if i > 0 && compareFold(entries[i-1].name, e.name) >= 0 {
			return fmt.Errorf("action %q stands behind %q, but they must be sorted, each once", e.name, entries[i-1].name)
		}
		if last := len(c.services) - 1; last < 0 || c.services[last].prefix != prefix {
			c.services = append(c.services, service{prefix: prefix, first: i})
		}
		c.services[len(c.services)-1].end = i + 1
		c.names = append(c.names, e.name)
	}
	if len(c.services) > maxServices {
		return fmt.Errorf("%d services are more than %d", len(c.services), maxServices)
	}
	// By name "sso-x:A" comes before "sso:A", by service "sso" before "sso-x".
	slices.SortFunc(c.services, func(a, b service) int { return strings.Compare(a.prefix, b.prefix) })
	return nil
}

// setRows fills in what is known of the actions beside their names.
func (c *Catalogue) setRows(entries []entry) {
	c.rows = make([]row, len(entries))
	uncalled := c.uncalled()
	for _, s := range c.services {
		view := reviewed().of(s.prefix)
		for i := s.first; i < s.end; i++ {
			r := row{resources: entries[i].resources, level: entries[i].level}
			r.observability, r.dataType = view.judge(c.names[i][len(s.prefix)+1:], entries[i].attested, uncalled != nil && uncalled[i])
			c.rows[i] = r
		}
	}
}

// checkEntry checks the spelling of an entry and returns its prefix.
func checkEntry(e entry) (prefix string, err error) {
	prefix, _, err = splitName(e.name)
	if err == nil && int(e.level) >= len(levels) {
		err = fmt.Errorf("action %q has no level", e.name)
	}
	if err == nil {
		err = checkResources(e)
	}
	return prefix, err
}

// splitName takes an action apart and checks the spelling of both parts.
func splitName(full string) (prefix, name string, err error) {
	prefix, name, ok := strings.Cut(full, ":")
	if !ok || !isName(prefix) || !isName(name) {
		return "", "", fmt.Errorf("%q is not spelled like an action", shorten(full))
	}
	if strings.ContainsFunc(prefix, func(c rune) bool { return 'A' <= c && c <= 'Z' }) {
		return "", "", fmt.Errorf("the prefix of action %q is not in lower case", full)
	}
	return prefix, name, nil
}

// isName says whether a text is spelled like a prefix or the name of an action.
func isName(s string) bool {
	if s == "" || len(s) > maxNameLen {
		return false
	}
	for i := range len(s) {
		if c := lower(s[i]); (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// checkResources holds the resource types of an action to printable ASCII.
func checkResources(e entry) error {
	if strings.Count(e.resources, ",") >= maxResourceTypes || len(e.resources) > maxResourceTypes*maxNameLen {
		return fmt.Errorf("action %q has more than %d resource types", e.name, maxResourceTypes)
	}
	for i := range len(e.resources) {
		if c := e.resources[i]; c < ' ' || c > '~' {
			return fmt.Errorf("a resource type of action %q holds the byte %#x", e.name, c)
		}
	}
	return nil
}

// shorten cuts a text that may be anything for a message.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
