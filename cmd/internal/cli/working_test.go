package cli

import (
	"slices"
	"testing"
)

// TestFitParts: parts that a terminal has no room for are left out from the end, and nothing in
// them can move the cursor.
func TestFitParts(t *testing.T) {
	parts := []string{"part 3 of 9", "asking \x1b[2Junused\n", "12s", "漢字"}
	for width, want := range map[int]string{
		80: "part 3 of 9, asking �[2Junused , 12s, 漢字",
		10: "",
		11: "part 3 of 9",
		41: "part 3 of 9, asking �[2Junused , 12s",
		42: "part 3 of 9, asking �[2Junused , 12s, 漢字",
	} {
		if got := fitParts(slices.Clone(parts), width); got != want {
			t.Errorf("%d columns: %q, want %q", width, got, want)
		}
	}
}
