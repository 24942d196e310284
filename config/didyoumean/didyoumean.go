// Package didyoumean finds the word somebody meant when they mistyped one: a
// command, a flag, a flag's value, a key of roletrail.yaml, a role.
package didyoumean

import (
	"fmt"
	"strings"
)

// Closest returns the candidate nearest to word, or "" when none is near
// enough to be worth a guess: at most a third of the longer word's letters may
// differ, a word that begins with what was typed counts as near, and case and
// the difference between - and _ do not count. Of equally near candidates the
// first wins, so the answer does not depend on anything but its input.
func Closest(word string, candidates []string) string {
	best, bestDistance := "", -1
	typed := fold(word)
	if len(typed) == 0 || len(typed) > maxWord {
		return ""
	}
	for _, candidate := range candidates {
		d, near := distance(typed, fold(candidate))
		if near && (bestDistance < 0 || d < bestDistance) {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// Hint is Closest as the line that is shown: `did you mean "last-used"?`, or
// "" when nothing is near.
func Hint(word string, candidates []string) string {
	if found := Closest(word, candidates); found != "" {
		return fmt.Sprintf("did you mean %q?", found)
	}
	return ""
}

// maxWord bounds the work: the edit distance is quadratic, and nothing of that
// length is a typing error.
const maxWord = 200

// fold makes the spellings equal that people do not tell apart.
func fold(s string) []rune {
	return []rune(strings.ReplaceAll(strings.ToLower(s), "_", "-"))
}

// distance is how far two folded words are apart, and whether that is near.
func distance(typed, candidate []rune) (int, bool) {
	if len(candidate) > maxWord {
		return 0, false
	}
	d := edits(typed, candidate)
	if len(typed) >= 3 && strings.HasPrefix(string(candidate), string(typed)) {
		return min(d, 2), true
	}
	return d, d <= max(1, max(len(typed), len(candidate))/3) && d < len(typed)
}

// edits is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of two neighbours, each counted once.
func edits(a, b []rune) int {
	before, last, this := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		this[0] = i
		for j := 1; j <= len(b); j++ {
			this[j] = min(last[j]+1, this[j-1]+1, last[j-1]+cost(a[i-1] != b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				this[j] = min(this[j], before[j-2]+1)
			}
		}
		before, last, this = last, this, before
	}
	return last[len(b)]
}

func cost(differ bool) int {
	if differ {
		return 1
	}
	return 0
}
