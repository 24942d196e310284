package policy

import (
	"iter"
	"sort"
)

// MaxUnmatched is the largest number of patterns that Unmatched yields for a set.
const MaxUnmatched = 1000

// Unmatched yields the patterns of Allow statements that fit no action of the
// universe, as written, each with its permission, in alphabetical order: actions of
// services that the universe does not know, or that a known service does not (yet,
// or any longer) have; HasService(ServiceOf(pattern)) tells the two apart.
//
// Here a statement counts as being about the whole pattern, about a part of it
// (which makes conditional), or not about it. NotAction of an Allow brings no
// pattern of its own.
func (r *Result) Unmatched() iter.Seq2[string, *Permission] {
	return func(yield func(string, *Permission) bool) {
		for _, written := range r.unmatched() {
			if p := r.permission(r.about(lower(written))); p != nil && !yield(written, p) {
				return
			}
		}
	}
}

// ServiceOf returns the service of an action pattern in lower case, empty if the
// pattern does not name one in full.
func ServiceOf(pattern string) string {
	service, _ := literalService(lower(pattern))
	return service
}

// unmatched collects the patterns, each once however it is spelled.
func (r *Result) unmatched() []string {
	written := map[string]string{}
	for _, p := range r.parties {
		if p.level != identity {
			continue
		}
		for _, pattern := range p.unmatched {
			key := lower(pattern)
			if first, ok := written[key]; !ok && len(written) < MaxUnmatched || ok && pattern < first {
				written[key] = pattern
			}
		}
	}
	out := make([]string, 0, len(written))
	for _, pattern := range written {
		out = append(out, pattern)
	}
	sort.Strings(out)
	return out
}

// about finds the parties that are about a lower-case pattern.
func (r *Result) about(pattern string) []part {
	var out []part
	for i, p := range r.parties {
		whole, some := p.covers(pattern)
		if p.not {
			whole, some = !some, !whole
		}
		if some {
			out = append(out, part{party: i, partial: !whole})
		}
	}
	return out
}

// covers says whether one of the rule's patterns fits all that the pattern fits, and
// whether one may fit some of it.
func (r *rule) covers(pattern string) (whole, some bool) {
	for _, p := range r.patterns {
		if matches(p, pattern) {
			return true, true
		}
		some = some || mayMeet(p, pattern)
	}
	return false, some
}
