package iam

import (
	"strings"
	"testing"
)

// TestPrune: what is over the limit goes, its brackets stay, and it is the same in
// whatever pieces the text comes.
func TestPrune(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":[1]}`:                           `{"a":[1]}`,
		`{"a":[{"b":1},[2],3],"c":[]}`:        `{"a":[{},[],3],"c":[]}`,
		`{"a":[{"b":[{"c":"]}"}]}],"d":[4]}`:  `{"a":[{}],"d":[4]}`,
		`{"a":[["\"]",[]],"[[[",[]]}[[[7]]]8`: `{"a":[[],"[[[",[]]}[[[]]]8`,
		`[[[[[[`:                              `[[[`,
		`]]][[[[1]]]]`:                        `]]][[[]]]`,
	} {
		for size := 1; size <= len(text); size++ {
			var n Nesting
			var got strings.Builder
			for at := 0; at < len(text); at += size {
				got.Write(n.Prune([]byte(text[at:min(at+size, len(text))]), 2))
			}
			if got.String() != want {
				t.Errorf("%s in pieces of %d: %s, want %s", text, size, got.String(), want)
			}
		}
	}
}
