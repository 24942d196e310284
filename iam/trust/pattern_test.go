package trust

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"roletrail/iam/policy"
)

// randomText makes a text of few different characters, so that patterns and texts
// often fit.
func randomText(r *rand.Rand, alphabet string, most int) string {
	runes := []rune(alphabet)
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

// naiveGlob is the obvious reading of * and ?.
func naiveGlob(pattern, text []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == '*':
		return naiveGlob(pattern[1:], text) || len(text) > 0 && naiveGlob(pattern, text[1:])
	case len(text) == 0:
		return false
	}
	return (pattern[0] == '?' || pattern[0] == text[0]) && naiveGlob(pattern[1:], text[1:])
}

// naiveARN compares the six parts one by one.
func naiveARN(pattern, text string) bool {
	ps, ts := strings.SplitN(pattern, ":", 6), strings.SplitN(text, ":", 6)
	if len(ps) != len(ts) {
		return false
	}
	for i := range ps {
		if !naiveGlob([]rune(ps[i]), []rune(ts[i])) {
			return false
		}
	}
	return true
}

func naiveFold(pattern, text string) bool {
	lower := func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return strings.Map(lower, pattern) == strings.Map(lower, text)
}

// TestPatternsAgree compares every form of pattern with its obvious reading on
// random texts, among them line ends, letters beyond ASCII and what is special to
// regular expressions.
func TestPatternsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	const special = "aAb*?:.\\[](){}^$|+-\n\u2028é"
	for name, c := range map[string]struct {
		form             policy.Form
		values, texts    func() string
		reading          func(pattern, text string) bool
		atLeast, fitting int
	}{
		"text": {policy.FormText, func() string { return randomText(r, "a.*", 3) }, func() string { return randomText(r, "a.*", 3) },
			func(p, s string) bool { return p == s }, 50, 0},
		"fold": {policy.FormFold, func() string { return randomText(r, "aAéÉ.", 3) }, func() string { return randomText(r, "aAéÉ.", 3) },
			naiveFold, 50, 0},
		"like": {policy.FormLike, func() string { return randomText(r, special, 6) }, func() string { return randomText(r, special, 6) },
			func(p, s string) bool { return naiveGlob([]rune(p), []rune(s)) }, 30, 0},
		"ARN": {policy.FormARN, func() string { return "arn:*:?:" + randomText(r, "ab*?", 3) + "::" + randomText(r, "a:*", 4) },
			func() string { return "arn:a:b:" + randomText(r, "ab:", 3) + "::" + randomText(r, "a:", 4) }, naiveARN, 50, 0},
	} {
		for range 1_500 {
			one, two, text := c.values(), c.values(), c.texts()
			pattern, exact := patternOf(c.form, []string{one, two})
			checkPortable(t, pattern)
			want := c.reading(one, text) || c.reading(two, text)
			if got := regexp.MustCompile(pattern).MatchString(text); got != want {
				t.Fatalf("%s: %s of %q, %q: %v for %q", name, pattern, one, two, got, text)
			}
			if want {
				c.fitting++
			}
			if exact && want && text != one && text != two && c.form != policy.FormFold {
				t.Fatalf("%s: %q, %q are called exact and fit %q", name, one, two, text)
			}
		}
		if c.fitting < c.atLeast {
			t.Errorf("%s: only %d of the texts fitted", name, c.fitting)
		}
	}
}

func TestAddressPatternsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	address := func() netip.Addr {
		return netip.AddrFrom4([4]byte{10, byte(r.IntN(2)), byte(r.IntN(256)), byte(r.IntN(256))})
	}
	fitting := 0
	for range 1_500 {
		prefix := netip.PrefixFrom(address(), r.IntN(33))
		pattern, exact := patternOf(policy.FormAddress, []string{prefix.String()})
		checkPortable(t, pattern)
		text := address()
		got := regexp.MustCompile(pattern).MatchString(text.String())
		if got != prefix.Contains(text) || exact != prefix.IsSingleIP() {
			t.Fatalf("%s: %s, exact %v: %v for %s", prefix, pattern, exact, got, text)
		}
		if got {
			fitting++
		}
	}
	if fitting < 150 {
		t.Errorf("only %d addresses fitted", fitting)
	}
}

// portable is the part of the syntax that RE2, java.util.regex and Joni read the
// same way: \A, \z, (?:, |, ), an escaped punctuation mark, the classes that
// patterns use, *, and characters that are special to none.
var portable = regexp.MustCompile(`\A\\A(?:\(\?:(?:\\[.+*?()|\[\]{}^$\\]|\[\\s\\S\]\*?|\[\^:\]\*?|\[[a-z][A-Z]\]|\[0-9\]\{1,3\}|\(\?:[0-9|]+\)|\||[^\\.+*?()|\[\]{}^$])*\)|\[\\s\\S\]\*)\\z\z`)

func checkPortable(t *testing.T, pattern string) {
	t.Helper()
	if !portable.MatchString(pattern) {
		t.Fatalf("%s is not of the syntax that all engines share", pattern)
	}
}

func TestPortableSyntax(t *testing.T) {
	checkPortable(t, anyText)
	for _, p := range []string{`\A(?:a.)\z`, `(?:a)`, `\A(?:(?i)a)\z`, `\A(?:\d)\z`, `\A(?:a+)\z`, `^(?:a)$`} {
		if portable.MatchString(p) {
			t.Errorf("%s passes for portable", p)
		}
	}
}

// An inventory may hold what no engine would take.
func TestPatternsAreBounded(t *testing.T) {
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("10.%d.0.0/9", i%256))
	}
	for name, pattern := range map[string]string{
		"long":    first(patternOf(policy.FormText, []string{strings.Repeat("a", maxPattern)})),
		"folded":  first(patternOf(policy.FormFold, []string{strings.Repeat("a", maxPattern/2)})),
		"ranges":  first(patternOf(policy.FormAddress, many)),
		"letters": first(patternOf(policy.FormLike, []string{strings.Repeat("?a", maxPattern/4)})),
	} {
		if pattern != "" {
			t.Errorf("%s: a pattern of %d bytes", name, len(pattern))
		}
	}
	if got := first(patternOf(policy.FormText, []string{strings.Repeat("a", maxPattern/2)})); len(got) < maxPattern/2 {
		t.Errorf("half the limit gave %d bytes", len(got))
	}
}

func first(pattern string, _ bool) string { return pattern }
