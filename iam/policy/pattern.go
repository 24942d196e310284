package policy

import "strings"

// matches says whether a pattern of * (any text) and ? (one character) fits the
// whole of text. It compares bytes; who wants to ignore case lowers both. The time
// is at most the product of the lengths: of all stars only the last is tried anew.
//
// A star in text is fit by stars only. So a pattern that fits another pattern, read
// as text, fits all that the other one fits.
func matches(pattern, text string) bool {
	p, t := 0, 0
	star, from := -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == text[t] || pattern[p] == '?' && text[t] != '*'):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return allStars(pattern[p:]) || p == len(pattern)
}

// FitsAction says whether a pattern of actions fits one, in any case.
func FitsAction(pattern, action string) bool { return matches(lower(pattern), lower(action)) }

// mayMeet says whether a text may exist that both patterns fit. False is certain:
// the texts before their first wildcards differ.
func mayMeet(a, b string) bool {
	a, b = literalPrefix(a), literalPrefix(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

func literalPrefix(pattern string) string {
	if i := strings.IndexAny(pattern, "*?"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// literalService returns the service of an action pattern that names it in full,
// as written.
func literalService(pattern string) (string, bool) {
	service, _, ok := strings.Cut(literalPrefix(pattern), ":")
	return service, ok
}

// allStars says whether s is stars alone, at least one.
func allStars(s string) bool {
	return s != "" && strings.Trim(s, "*") == ""
}

// lower is s with A to Z in lower case. Letters beyond ASCII, some of which have
// an ASCII letter as their lower case, stay: no action has them.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			return strings.Map(lowerRune, s)
		}
	}
	return s
}

func lowerRune(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}
