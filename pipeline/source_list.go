package pipeline

import (
	"fmt"
	"slices"
	"strings"
)

// sources are the objects that a file has rows of. There may be many: all are counted, by
// the hashes of their names, and as many are named as the footer has room for.
type sources struct {
	known map[uint64]struct{}
	named int
	bytes int    // of the names
	text  []byte // of them, each as what differs from the one before, see appendObject
	last  listedObject
}

// maxSourceBytes bounds the list of source objects in a footer. Every row names
// its own, so that nothing is lost where the list is cut.
const maxSourceBytes = 1 << 20

func (s *sources) note(object string) {
	hash := hashName(object)
	if _, known := s.known[hash]; known {
		return
	}
	if s.known == nil {
		s.known = map[uint64]struct{}{}
	}
	s.known[hash] = struct{}{}
	if s.bytes+len(object) > maxSourceBytes {
		return
	}
	o := listedObject{name: object}
	s.text = appendObject(s.text, s.last, o)
	s.last = o
	s.named++
	s.bytes += len(object)
}

// list is the names in their order, a line each, and a line for all that are not named.
func (s *sources) list() string {
	names := make([]string, s.named)
	r := objectReader{text: s.text}
	for i := range names {
		r.next()
		names[i] = string(r.name)
	}
	slices.Sort(names)
	var list strings.Builder
	for _, name := range names {
		list.WriteString(name)
		list.WriteByte('\n')
	}
	if more := len(s.known) - len(names); more > 0 {
		fmt.Fprintf(&list, "… and %d more\n", more)
	}
	return list.String()
}
