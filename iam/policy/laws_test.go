package policy

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLaws holds evaluation to laws that need no oracle: an Allow never takes away,
// a Deny never gives, and the order of statements and policies does not matter.
func TestLaws(t *testing.T) {
	u := NewUniverse(testNames())
	gained, lost, moved := 0, 0, 0
	for i := range *sets / 5 {
		r := random(t, i)
		wanted := wild.set(r)
		before := Evaluate(u, wanted.compile(r, u))

		more := Evaluate(u, with(wanted, wild.statement(r, 4), true).compile(r, u))
		less := Evaluate(u, with(wanted, wild.statement(r, 4), false).compile(r, u))
		other := Evaluate(u, shuffled(r, wanted).compile(r, u))
		for index := range u.Len() {
			was := before.Effect(index)
			if now := more.Effect(index); now < was {
				t.Fatalf("seed %d, set %d: an Allow made %s %v, it was %v", *seed, i, u.Name(index), now, was)
			} else if now > was {
				gained++
			}
			if now := less.Effect(index); now > was {
				t.Fatalf("seed %d, set %d: a Deny made %s %v, it was %v", *seed, i, u.Name(index), now, was)
			} else if now < was {
				lost++
			}
			if now := other.Effect(index); now != was {
				t.Fatalf("seed %d, set %d: in another order %s is %v, it was %v", *seed, i, u.Name(index), now, was)
			}
		}
		if !slices.Equal(patternsOf(before), patternsOf(other)) {
			t.Fatalf("seed %d, set %d: unmatched %v, in another order %v", *seed, i, patternsOf(before), patternsOf(other))
		}
		moved += len(wanted.identity)
	}
	if gained == 0 || lost == 0 || moved == 0 {
		t.Errorf("nothing was tried: %d gained, %d lost, %d moved", gained, lost, moved)
	}
}

func patternsOf(r *Result) (out []string) {
	for pattern, p := range r.Unmatched() {
		out = append(out, pattern+" "+p.Effect.String())
	}
	return out
}

// with is the set with one more identity policy, of one statement.
func with(s wantedSet, statement wantedStatement, allow bool) wantedSet {
	statement.allow = allow
	s.identity = append(slices.Clone(s.identity), wantedPolicy{statements: []wantedStatement{statement}})
	return s
}

func shuffled(r *rand.Rand, s wantedSet) wantedSet {
	s.identity = shuffledPolicies(r, s.identity)
	s.scps = slices.Clone(s.scps)
	for i := range s.scps {
		s.scps[i] = shuffledPolicies(r, s.scps[i])
	}
	r.Shuffle(len(s.scps), func(i, j int) { s.scps[i], s.scps[j] = s.scps[j], s.scps[i] })
	return s
}

func shuffledPolicies(r *rand.Rand, in []wantedPolicy) []wantedPolicy {
	out := slices.Clone(in)
	for i := range out {
		out[i].statements = slices.Clone(out[i].statements)
		r.Shuffle(len(out[i].statements), func(a, b int) {
			list := out[i].statements
			list[a], list[b] = list[b], list[a]
		})
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// TestTheRoleOnlyDecides: to know whose policies they are settles what was
// conditional, and changes nothing else.
func TestTheRoleOnlyDecides(t *testing.T) {
	u := NewUniverse(testNames())
	settled := map[Effect]int{}
	for i := range *sets / 5 {
		r := random(t, i)
		set := wild.set(r).compile(r, u)
		known := Evaluate(u, set)
		set.Role = ""
		before := Evaluate(u, set)
		for index := range u.Len() {
			was, now := before.Effect(index), known.Effect(index)
			if now != was && was != Conditional {
				t.Fatalf("seed %d, set %d: of a role %s is %v, of nobody %v", *seed, i, u.Name(index), now, was)
			} else if now != was {
				settled[now]++
			}
		}
	}
	if settled[Denied] == 0 || settled[Allowed] == 0 {
		t.Errorf("nothing was tried: %v", settled)
	}
}
