package config

import "testing"

func TestParseSize(t *testing.T) {
	for _, tc := range []struct {
		text string
		want Size // 0 means an error
	}{
		{"1", 1}, {"17B", 17}, {"16MiB", 16 << 20}, {"16mib", 16 << 20}, {"2GB", 2e9}, {"1.5 KiB", 1536}, {"1TiB", 1 << 40},
		{"", 0}, {"MiB", 0}, {"-1MiB", 0}, {"0", 0}, {"0.5B", 0}, {"1e30TB", 0}, {"NaN", 0}, {"Inf", 0}, {"16 M", 0}, {"1,5MiB", 0},
	} {
		got, err := ParseSize(tc.text)
		if got != tc.want || (err == nil) != (tc.want != 0) {
			t.Errorf("ParseSize(%q) = %d, %v, want %d", tc.text, got, err, tc.want)
		}
	}
}

func TestSizeString(t *testing.T) {
	for s, want := range map[Size]string{0: "0B", 1: "1B", 1500: "1500B", 16 << 20: "16MiB", 2 << 30: "2GiB", 1 << 50: "1024TiB"} {
		if got := s.String(); got != want {
			t.Errorf("Size(%d) = %q, want %q", int64(s), got, want)
		}
	}
}
