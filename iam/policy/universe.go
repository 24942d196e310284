package policy

import (
	"strings"
	"sync"
)

// maxCached is the number of patterns with wildcards whose actions are remembered:
// more than the managed policies of AWS and a large organisation hold together.
const maxCached = 1 << 14

// Universe is all actions that patterns are held against. It is safe for use by
// several goroutines.
type Universe struct {
	names    []string // as given
	lower    []string
	index    map[string]int   // by lower-case name
	services map[string][]int // lower-case service -> its indexes, ascending

	mu    sync.Mutex
	cache map[string]actions // by lower-case pattern
}

// NewUniverse returns the universe of the actions named, each "service:Name" and
// named once. An action's index everywhere is its place in names, which must not
// change afterwards. Sets are smallest when the actions of a service stand together.
func NewUniverse(names []string) *Universe {
	u := &Universe{
		names:    names,
		lower:    make([]string, len(names)),
		index:    make(map[string]int, len(names)),
		services: map[string][]int{},
		cache:    map[string]actions{},
	}
	for i, name := range names {
		u.lower[i] = lower(name)
		u.index[u.lower[i]] = i
		service, _, _ := strings.Cut(u.lower[i], ":")
		u.services[service] = append(u.services[service], i)
	}
	return u
}

// Len is the number of actions.
func (u *Universe) Len() int { return len(u.names) }

// Name returns the action of index i, as given.
func (u *Universe) Name(i int) string { return u.names[i] }

// HasService says whether an action of the service is known, in any case.
func (u *Universe) HasService(service string) bool {
	return len(u.services[lower(service)]) > 0
}

// expand returns the actions that a lower-case pattern fits.
func (u *Universe) expand(pattern string) actions {
	if !strings.ContainsAny(pattern, "*?") {
		if i, ok := u.index[pattern]; ok {
			return actions{{i / wordBits, 1 << (i % wordBits)}}
		}
		return nil
	}
	u.mu.Lock()
	set, ok := u.cache[pattern]
	u.mu.Unlock()
	if ok {
		return set
	}
	set = u.match(pattern)
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.cache) < maxCached {
		// The copy keeps the document that the pattern is a part of from staying.
		u.cache[strings.Clone(pattern)] = set
	}
	return set
}

// match holds a pattern against the actions of its service, or against all if it
// does not name one in full.
func (u *Universe) match(pattern string) actions {
	var set actions
	try := func(i int) {
		if !matches(pattern, u.lower[i]) {
			return
		}
		if n := len(set); n > 0 && set[n-1].at == i/wordBits {
			set[n-1].bits |= 1 << (i % wordBits)
		} else {
			set = append(set, word{i / wordBits, 1 << (i % wordBits)})
		}
	}
	if service, ok := literalService(pattern); ok {
		for _, i := range u.services[service] {
			try(i)
		}
		return set
	}
	for i := range u.lower {
		try(i)
	}
	return set
}
