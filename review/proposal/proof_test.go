package proposal

import (
	"strings"
	"testing"
)

// TestProof: nothing is proved of a role whose permissions are probably unused or cannot be
// told, and one verdict that rests on events, or on what they would have shown, is enough.
func TestProof(t *testing.T) {
	for verdicts, missing := range map[string]bool{
		"":                              false, // nothing is dropped
		"unobservable too_new":          false,
		"probably_unused":               true,
		"probably_unused unobservable":  true,
		"too_new probably_unused":       true,
		"probably_unused used":          false,
		"possibly_used probably_unused": false,
		"probably_unused denied_only":   false,
		"unused probably_unused":        false,
	} {
		var p Proof
		for _, v := range strings.Fields(verdicts) {
			p.Add(v, "because")
		}
		if err := p.Missing(); (err != nil) != missing {
			t.Errorf("%q: %v", verdicts, err)
		}
	}
	var p Proof
	for _, reason := range []string{"b", "c", "c", "a", "a"} {
		p.Add("probably_unused", reason)
	}
	if err := p.Missing(); err == nil || !strings.HasSuffix(err.Error(), ": a") {
		t.Errorf("got %v, want the reason of most, of several the first", err)
	}
}
