package review

import (
	"encoding/json"
	"testing"
)

// TestPlainStrings: what is appended as it is would be the same if it were escaped, whatever
// character is in it.
func TestPlainStrings(t *testing.T) {
	plain := 0
	for r := range rune(0x3000) {
		for _, s := range []string{string(r), "a" + string(r) + "b", string([]byte{byte(r), 'a'})} {
			quoted, err := json.Marshal(valid(s))
			if err != nil {
				t.Fatal(err)
			}
			var want []byte
			for _, c := range string(quoted) {
				if len(string(c)) == 1 && c >= ' ' && c != 0x7f {
					want = append(want, byte(c))
				} else {
					want = appendHarmless(want, []byte(string(c)))
				}
			}
			if got := appendString(nil, s); string(got) != string(want) {
				t.Fatalf("%q is %s, want %s", s, got, want)
			}
			if isPlain(s) {
				plain++
			}
		}
	}
	if plain < 180 {
		t.Errorf("only %d are plain", plain)
	}
}
