package access

import (
	"reflect"
	"testing"
	"time"
)

var july = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

func TestLevel(t *testing.T) {
	for _, c := range []struct {
		n, most int64
		want    int
	}{{0, 0, 0}, {0, 9, 0}, {1, 1, 1}, {1, 1000, 1}, {10, 1000, 2}, {100, 1000, 3}, {1000, 1000, 4}, {999_999, 1_000_000, 4}} {
		if got := level(c.n, c.most); got != c.want {
			t.Errorf("level(%d, %d) = %d, want %d", c.n, c.most, got, c.want)
		}
	}
}

// TestUseStrip: every day is drawn once, a day without logs hatched unless something is
// known of it.
func TestUseStrip(t *testing.T) {
	s := useStrip(july, 6, []int64{0, 1, 1000, 0, 7, 0}, []int64{0, 0, 0, 0, 0, 2}, func(day int) bool { return day == 0 || day == 4 }, dates{2026})
	want := []path{{"gap", "M0 6h1"}, {"a0", "M3 11.5h1M5 11.5h1"}, {"a1", "M1 10.5h1"}, {"a2", "M4 9h1"}, {"a4", "M2 6h1"}, {"denied", "M5 1h1"}}
	if !reflect.DeepEqual(s.Paths, want) {
		t.Errorf("the strip is %v, want %v", s.Paths, want)
	}
	if s := useStrip(july, 3, nil, nil, func(int) bool { return false }, dates{2026}); !reflect.DeepEqual(s.Paths, []path{{"a0", "M0 11.5h3"}}) {
		t.Errorf("an unused role has %v", s.Paths)
	}
}

func TestCoverStrip(t *testing.T) {
	s := coverStrip(july, Account{AccountID: "1", Days: "ffpmmf", DaysPresent: 4}, dates{2026})
	if want := []path{{"full", "M0 6h2M5 6h1"}, {"partly", "M2 9h1"}, {"gap", "M3 6h2"}}; !reflect.DeepEqual(s.Paths, want) || s.Label != "Account 1, 1 Jul to 6 Jul: logs of 4 of 6 days; a usual Region is missing on 3 Jul; none of 4 Jul to 5 Jul" {
		t.Errorf("the strip is %+v, want %v", s, want)
	}
}

func TestUsualRegions(t *testing.T) {
	h := &heldDays{}
	for day := range 20 {
		regions := []string{"eu-west-1", "rare-1"}
		if day > 1 {
			regions = []string{"eu-west-1", "us-east-1"}
		}
		h.regions = append(h.regions, regions)
	}
	h.regions = append(h.regions, nil)
	if got := h.usualRegions(); !reflect.DeepEqual(got, []string{"eu-west-1", "us-east-1"}) {
		t.Errorf("usual are %v", got)
	}
}
