package action

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Action is one IAM action.
type Action struct {
	// Service is the prefix of the action, in lower case: "s3".
	Service string
	// Name is the action without its prefix, in AWS's spelling: "GetObject".
	Name  string
	Level Level
	// ResourceTypes are the types of resource the action can be limited to, named
	// as AWS does within the service; "*" behind one says that it is required.
	ResourceTypes []string
	Observability Observability
	// DataType is the resource type of the data event that shows the action
	// ("AWS::S3::Object"). It is empty unless Observability is Data, and also for
	// Data where CloudTrail has no such type: then no trail can show the action.
	DataType string
}

// Level is the kind of access that AWS says an action gives.
type Level string

// The levels are AWS's access levels; of two ("Tagging, Write") the narrower.
const (
	Read        Level = "read"
	List        Level = "list"
	Write       Level = "write"
	Tagging     Level = "tagging"
	Permissions Level = "permissions"
)

// Catalogue is a set of actions as it was at one date. It does not change and may
// be used by several goroutines at once.
type Catalogue struct {
	date     time.Time
	names    []string // "service:Name", sorted by their lower-case form
	rows     []row    // beside names
	services []service
	// operations are sorted by the lower-case form of their keys; only a refreshed
	// catalogue has any.
	operations []operationRow
}

// row is what is known of an action beside its name.
type row struct {
	resources     string // joined with commas
	level         uint8  // index into levels
	observability uint8  // index into observabilities
	dataType      uint16 // index into the data types of the tables
}

// service is the span of one service's actions: names[first:end].
type service struct {
	prefix     string
	first, end int
}

// Date is the day of the data.
func (c *Catalogue) Date() time.Time { return c.date }

// Len is the number of actions.
func (c *Catalogue) Len() int { return len(c.names) }

// At is action i of 0 to Len()-1, in the order of [Catalogue.Names].
func (c *Catalogue) At(i int) Action {
	prefix, name, _ := strings.Cut(c.names[i], ":")
	r := c.rows[i]
	a := Action{
		Service:       prefix,
		Name:          name,
		Level:         levels[r.level],
		Observability: observabilities[r.observability],
		DataType:      reviewed().dataTypes[r.dataType],
	}
	if r.resources != "" {
		a.ResourceTypes = strings.Split(r.resources, ",")
	}
	return a
}

// Names are all actions as "service:Name", sorted by their lower-case form. The
// slice is shared: do not change it.
func (c *Catalogue) Names() []string { return c.names }

// Lookup finds an action in any spelling: IAM does not tell upper from lower case
// (P26).
func (c *Catalogue) Lookup(service, name string) (i int, ok bool) {
	s, ok := c.service(service)
	if !ok {
		return 0, false
	}
	skip := len(s.prefix) + 1
	i, ok = slices.BinarySearchFunc(c.names[s.first:s.end], name, func(full, name string) int {
		return compareFold(full[skip:], name)
	})
	return s.first + i, ok
}

// HasService says whether any action has this prefix, in any spelling.
func (c *Catalogue) HasService(service string) bool {
	_, ok := c.service(service)
	return ok
}

func (c *Catalogue) service(prefix string) (service, bool) {
	i, ok := slices.BinarySearchFunc(c.services, prefix, func(s service, prefix string) int {
		return compareFold(s.prefix, prefix)
	})
	if !ok {
		return service{}, false
	}
	return c.services[i], true
}

// compareFold compares texts as if their ASCII letters were in lower case.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
