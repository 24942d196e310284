package iam

import (
	"strings"
	"testing"
)

func TestIDs(t *testing.T) {
	for _, c := range []struct {
		in                    string
		account, unique, role bool
	}{
		{in: ""},
		{in: "111111111111", account: true},
		{in: "11111111111"},
		{in: "1111111111111"},
		{in: "11111111111a"},
		{in: "AROA1234567890EXAMPLE", unique: true, role: true},
		{in: "AIDA1234567890EXAMPLE", unique: true},
		{in: "AROAAAAAAAAAAAAAAAAAA", unique: true, role: true},
		{in: "AROA"},
		{in: "AROA1234567890example"},
		{in: "AROA1234567890EXAMPLE:session"},
		{in: "BROA1234567890EXAMPLE"},
		{in: "A1OA1234567890EXAMPLE"},
		{in: "AROA" + strings.Repeat("A", 124), unique: true, role: true},
		{in: "AROA" + strings.Repeat("A", 125)},
		{in: "MyRole"},
	} {
		if got := IsAccountID(c.in); got != c.account {
			t.Errorf("IsAccountID(%q) = %v", c.in, got)
		}
		if got := IsUniqueID(c.in); got != c.unique {
			t.Errorf("IsUniqueID(%q) = %v", c.in, got)
		}
		if got := IsRoleID(c.in); got != c.role {
			t.Errorf("IsRoleID(%q) = %v", c.in, got)
		}
	}
}

func TestNesting(t *testing.T) {
	for in, want := range map[string]int{
		``:                         0,
		`"[[["`:                    0,
		`{}`:                       1,
		`[[],[[]]]`:                3,
		`{"a":"\"[[[["}`:           1,
		`{"a\\":["x"]}`:            2,
		`]]]][`:                    1,
		`{"a":1}{"b":[1]}{"c":{}}`: 2,
	} {
		if got := new(Nesting).Feed([]byte(in)); got != want {
			t.Errorf("depth of %s = %d, want %d", in, got, want)
		}
		if got := byteWise(in); got != want {
			t.Errorf("depth of %s, byte by byte = %d, want %d", in, got, want)
		}
	}
}

// byteWise feeds a text in pieces of one byte, as a slow stream would.
func byteWise(text string) int {
	var n Nesting
	deepest := 0
	for i := range len(text) {
		deepest = max(deepest, n.Feed([]byte{text[i]}))
	}
	return deepest
}
