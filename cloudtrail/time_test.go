package cloudtrail

import (
	"testing"
	"time"
)

// TestCanonicalTimeAgreesWithParse compares the fast reading with time.Parse on
// every day, with days that do not exist, of years that matter to leap days.
func TestCanonicalTimeAgreesWithParse(t *testing.T) {
	b := []byte("2000-01-01T00:00:00Z")
	two := func(at, n int) { b[at], b[at+1] = byte('0'+n/10), byte('0'+n%10) }
	for year := 1999; year <= 2101; year++ {
		two(0, year/100)
		two(2, year%100)
		for month := 0; month <= 13; month++ {
			two(5, month)
			for day := 0; day <= 32; day++ {
				two(8, day)
				two(11, (year+day)%26)
				two(14, (month*7+day)%62)
				two(17, (day*3+month)%62)
				compareTimes(t, b)
			}
		}
	}
}

func compareTimes(t *testing.T, text []byte) {
	t.Helper()
	want, err := time.Parse(canonicalTime, string(text))
	inRange := want.UnixMicro() >= minTime && want.UnixMicro() < maxTime
	got, ok := parseCanonicalTime(text)
	if ok != (err == nil && inRange) {
		t.Fatalf("%s: %v, time.Parse says %v", text, ok, err)
	}
	if ok && got != want.UnixMicro() {
		t.Fatalf("%s: %d, want %d", text, got, want.UnixMicro())
	}
}

// TestCanonicalTimeOnEveryByte puts every byte in every place.
func TestCanonicalTimeOnEveryByte(t *testing.T) {
	b := []byte("2024-02-29T23:59:59Z")
	for i, was := range b {
		for c := range 256 {
			b[i] = byte(c)
			compareTimes(t, b)
		}
		b[i] = was
	}
}

func TestParseTime(t *testing.T) {
	at := func(text string) int64 {
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return when.UnixMicro()
	}
	tests := []struct {
		text string
		want int64
	}{
		{"2026-07-10T11:42:05Z", at("2026-07-10T11:42:05Z")},
		{"2026-07-10T11:42:05.123Z", at("2026-07-10T11:42:05.123Z")},
		{"2026-07-10T11:42:05.123456789Z", at("2026-07-10T11:42:05.123456Z")},
		{"2026-07-10T13:42:05+02:00", at("2026-07-10T11:42:05Z")},
		{"2026-07-10T11:42:05", at("2026-07-10T11:42:05Z")},
		{"2026-07-10 11:42:05", at("2026-07-10T11:42:05Z")},
		{"2026-07-10 13:42:05+02:00", at("2026-07-10T11:42:05Z")},
		{"2000-01-01T00:00:00Z", at("2000-01-01T00:00:00Z")},
		{"2099-12-31T23:59:59.999999Z", at("2099-12-31T23:59:59.999999Z")},
		{"1999-12-31T23:59:59Z", timeInvalid},
		{"2100-01-01T00:00:00Z", timeInvalid},
		{"9999-12-31T23:59:59Z", timeInvalid},
		{"2026-02-29T00:00:00Z", timeInvalid},
		{"2026-07-10T24:00:00Z", timeInvalid},
		{"2026-07-10T11:42:60Z", timeInvalid},
		{"2026-07-10", timeInvalid},
		{"Jul 10, 2026 11:42:05 AM", timeInvalid},
		{"1783683725", timeInvalid},
		{"", timeInvalid},
		{"2026-07-10T11:42:05.0000000000000000000000000Z", timeInvalid},
	}
	for _, test := range tests {
		if got := parseTime([]byte(test.text)); got != test.want {
			t.Errorf("%q: %d, want %d", test.text, got, test.want)
		}
	}
}
