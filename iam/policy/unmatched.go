package policy

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Limits of what Unmatched judges for a set, as each of its patterns is held against
// all patterns of the set: 1,000 patterns, and fewer in a set of over 1,000 patterns.
const (
	maxUnmatched   = 1000
	maxComparisons = 1 << 20
)

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
		for _, written := range r.unmatched {
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

// collectUnmatched notes the patterns for Unmatched, each once however it is
// spelled. Those over the limits are left out, which Unread tells.
func (r *Result) collectUnmatched() {
	written := map[string]string{}
	patterns := 0
	for _, p := range r.parties {
		patterns += len(p.patterns)
		if p.level != identity {
			continue
		}
		for _, pattern := range p.unmatched {
			key := lower(pattern)
			if first, ok := written[key]; !ok || pattern < first {
				written[key] = pattern
			}
		}
	}
	r.unmatched = slices.Sorted(maps.Values(written))
	limit := min(maxUnmatched, 1+maxComparisons/(1+patterns))
	if left := len(r.unmatched) - limit; left > 0 {
		r.unmatched = r.unmatched[:limit]
		r.Unread = append(r.Unread, Unread{
			Policy: more,
			Err:    fmt.Errorf("%d patterns that fit no known action are over the limit of %d and left out", left, limit),
		})
	}
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
