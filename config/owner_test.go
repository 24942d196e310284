package config

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestOwnerOf(t *testing.T) {
	c := Config{Owners: []Owner{{"deploy", "team a"}, {"arn:aws:iam::222222222222:role/*", "team b"}, {"etl-*", "team c"}, {"*", "security"}}}
	for _, role := range []struct{ name, arn, want string }{
		{"deploy", "arn:aws:iam::222222222222:role/deploy", "team a"},
		{"other", "arn:aws:iam::222222222222:role/team/other", "team b"},
		{"etl-runner", "arn:aws:iam::111111111111:role/etl-runner", "team c"},
		{"redeploy", "", "security"},
	} {
		if got := c.OwnerOf(role.name, role.arn); got != role.want {
			t.Errorf("%s: %q, want %q", role.name, got, role.want)
		}
	}
	if got := (Config{Owners: []Owner{{"x", "y"}}}).OwnerOf("z", ""); got != "" {
		t.Errorf("a stranger has the owner %q", got)
	}
}

// TestFits compares with regular expressions over random texts.
func TestFits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(letters string) string {
		var b strings.Builder
		for range rng.IntN(8) {
			b.WriteByte(letters[rng.IntN(len(letters))])
		}
		return b.String()
	}
	fitting := 0
	for range 20_000 {
		pattern, text := random("ab*?."), random("ab.")
		expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
		want := regexp.MustCompile(`^(?s:` + expression + `)$`).MatchString(text)
		if got := fits(pattern, text); got != want {
			t.Fatalf("fits(%q, %q) = %v", pattern, text, got)
		}
		if want {
			fitting++
		}
	}
	if fitting < 1000 {
		t.Errorf("only %d texts fitted", fitting)
	}
}
