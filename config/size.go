package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes, written in the file as 16MiB or 2GB.
type Size int64

// units are the suffixes of a size, longest first so that none hides another.
var units = []struct {
	suffix string
	bytes  float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"B", 1}, {"", 1},
}

// ParseSize reads a size: a number with an optional unit, at least one byte.
// The case of the unit does not matter, a fraction may stand before it.
func ParseSize(text string) (Size, error) {
	number, unit := splitUnit(strings.TrimSpace(text))
	n, err := strconv.ParseFloat(number, 64)
	bytes := n * unit
	if err != nil || math.IsNaN(bytes) || bytes < 1 || bytes >= math.MaxInt64 {
		return 0, fmt.Errorf("must be a size like 16MiB or 2GB, not %q", text)
	}
	return Size(bytes), nil
}

func splitUnit(text string) (number string, unit float64) {
	for _, u := range units {
		at := len(text) - len(u.suffix)
		if at > 0 && strings.EqualFold(text[at:], u.suffix) {
			return strings.TrimSpace(text[:at]), u.bytes
		}
	}
	return "", 0
}

// UnmarshalText is ParseSize, for the decoder.
func (s *Size) UnmarshalText(text []byte) error {
	parsed, err := ParseSize(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}

// String is the size with the largest binary unit that divides it.
func (s Size) String() string {
	binary := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	n, i := int64(s), 0
	for n != 0 && n%1024 == 0 && i < len(binary)-1 {
		n, i = n/1024, i+1
	}
	return strconv.FormatInt(n, 10) + binary[i]
}
