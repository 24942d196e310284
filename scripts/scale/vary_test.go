package main

import (
	"strings"
	"testing"
)

func TestVariant(t *testing.T) {
	v := variant{number: 3, generation: 33}
	for text, want := range map[string]string{
		"arn:aws:iam::100000014014:role/billing-api-3404": "arn:aws:iam::133000014014:role/billing-api-3404",
		"AROABH7F5XGNZ7BXQP5GE:session-7089402220":        "AROACI7F5XGNZ7BXQP5GE:session-7089402220",
		`{"a":"100000014014","b":"100000000000"}`:         `{"a":"133000014014","b":"133000000000"}`,
		"AROA":                                   "AROA",
		"arn:aws:iam::aws:policy/ReadOnlyAccess": "arn:aws:iam::aws:policy/ReadOnlyAccess",
	} {
		if got := v.of(text); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
		if got := (variant{}).of(text); got != text {
			t.Errorf("without a generation %s became %s", text, got)
		}
	}
}

// TestVariantIDs: no two copies of an id are the same, and of no two generations a role.
func TestVariantIDs(t *testing.T) {
	seen := map[string]bool{}
	for number := range uint32(20_000) {
		id := []byte("4bd9f8a6-1991-8bdd-d3aa-ba6562f1db27")
		variant{number: number}.id(id)
		if seen[string(id)] || !strings.HasSuffix(string(id), "-1991-8bdd-d3aa-ba6562f1db27") {
			t.Fatalf("copy %d is %s", number, id)
		}
		seen[string(id)] = true
	}
	for generation := range 100 {
		role := variant{generation: generation}.of("AROABH7F5XGNZ7BXQP5GE 100000014014")
		if seen[role] || len(role) != 34 {
			t.Fatalf("generation %d has %s", generation, role)
		}
		seen[role] = true
	}
	for _, text := range []string{"", "short", "no hexadecimal digits"} {
		id := []byte(text)
		if (variant{number: 1}).id(id); string(id) != text {
			t.Errorf("%q became %q", text, id)
		}
	}
}

// TestVariantKeys: no generation and no round hands out a key of another, those of one round
// hand out the same whatever the number of the copy, and keys that are no session's stay.
func TestVariantKeys(t *testing.T) {
	seen := map[string]bool{}
	for generation := range 100 {
		for round := range quarterDays {
			key, again := []byte("ASIAU3C7AHIIBEXAMPLE"), []byte("ASIAU3C7AHIIBEXAMPLE")
			variant{number: 1, generation: generation, round: round}.key(key)
			variant{number: 2, generation: generation, round: round, shift: 1}.key(again)
			if seen[string(key)] || string(again) != string(key) || !strings.HasSuffix(string(key), "AHIIBEXAMPLE") {
				t.Fatalf("generation %d, round %d: %s, %s", generation, round, key, again)
			}
			seen[string(key)] = true
		}
	}
	for _, text := range []string{"", "ASIA", "ASIAU3C", "AKIAU3C7AHIIBEXAMPLE"} {
		key := []byte(text)
		if (variant{generation: 1, round: 1}).key(key); string(key) != text {
			t.Errorf("%q became %q", text, key)
		}
	}
}
