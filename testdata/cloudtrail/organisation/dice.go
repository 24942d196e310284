package organisation

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// dice is the only source of chance. Every routine and story throws its own,
// seeded by its name, so that changing one story leaves the others' bytes alone.
type dice struct{ *rand.Rand }

// newDice returns the dice of the named part of the world.
func newDice(name string) *dice {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &dice{rand.New(rand.NewPCG(20260701, h.Sum64()))}
}

// between is a number in [low, high].
func (d *dice) between(low, high int) int {
	if high <= low {
		return low
	}
	return low + d.IntN(high-low+1)
}

// chance is true in permille of 1000 throws.
func (d *dice) chance(permille int) bool {
	return d.IntN(1000) < permille
}

// pick returns one of the options.
func pick[T any](d *dice, options ...T) T {
	return options[d.IntN(len(options))]
}

// moment is a second within hours [from, to) of the day.
func (d *dice) moment(date time.Time, from, to int) time.Time {
	return date.Add(time.Duration(from)*time.Hour + time.Duration(d.IntN((to-from)*3600))*time.Second)
}

const (
	hexDigits    = "0123456789abcdef"
	base32Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	base62Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// letters is n characters of an alphabet.
func (d *dice) letters(alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[d.IntN(len(alphabet))]
	}
	return string(out)
}

// hex is n hexadecimal digits.
func (d *dice) hex(n int) string { return d.letters(hexDigits, n) }

// guid is a random UUID of version 4.
func (d *dice) guid() string {
	return d.hex(8) + "-" + d.hex(4) + "-4" + d.hex(3) + "-" + pick(d, "8", "9", "a", "b") + d.hex(3) + "-" + d.hex(12)
}

// temporaryKey is the id of a temporary access key. Like all keys here it ends
// in EXAMPLE, so that no secret scanner takes it for a real one.
func (d *dice) temporaryKey() string { return "ASIA" + d.letters(base32Digits, 9) + "EXAMPLE" }

// stableID is an IAM-style unique id (AROA…, AIDA…) that depends on what it
// names only.
func stableID(prefix, name string) string {
	return prefix + newDice("id "+name).letters(base32Digits, 17)
}
