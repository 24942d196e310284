package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "s3:getobject", true}, {"?", "", false}, {"?", "a", true}, {"**a", "ba", true},
		{"s3:get*", "s3:getobject", true}, {"s3:get*", "s3express:get", false}, {"s3:get?bject", "s3:getobject", true}, {"*object", "s3:getobjectobject", true},
		{"a*b*c", "aXbXbXc", true}, {"a*b*c", "aXbXbX", false}, {"a?", "a*", false}, {"a*", "a*", true}, {"a**", "a*b", true}, {"a*c", "a*", false},
	} {
		if got := matches(c.pattern, c.text); got != c.want {
			t.Errorf("matches(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}

// A pattern made to explode takes no longer than the product of the lengths.
func TestMatchesIsNotExponential(t *testing.T) {
	start := time.Now()
	if matches(strings.Repeat("*a", 500)+"b", strings.Repeat("a", 5000)) {
		t.Error("it fits")
	}
	if took := time.Since(start); took > 20*time.Second { // an exponential one would take for ever
		t.Errorf("took %v", took)
	}
}

func TestLower(t *testing.T) {
	for in, want := range map[string]string{"": "", "s3:get": "s3:get", "S3:GetÄ": "s3:getÄ", "\u212Ams:X": "\u212Ams:x"} {
		if got := lower(in); got != want {
			t.Errorf("lower(%q) = %q", in, got)
		}
	}
}

// The cache of patterns is bounded and changes no answer.
func TestCacheIsBounded(t *testing.T) {
	u := NewUniverse(testNames())
	first := u.expand("s3:get*")
	for i := range maxCached + 100 {
		u.expand(fmt.Sprintf("s3:%d*", i))
	}
	if n := len(u.cache); n != maxCached {
		t.Errorf("%d patterns are remembered", n)
	}
	if again := u.match("s3:get*"); len(first) == 0 || len(again) != len(first) || again[0] != first[0] {
		t.Errorf("%v, then %v", first, again)
	}
}
