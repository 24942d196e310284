package policy

import (
	"flag"
	"math/rand/v2"
	"testing"
)

var (
	seed = flag.Uint64("seed", 1, "seed of the generated policy sets")
	sets = flag.Int("sets", 10_000, "number of generated policy sets")
)

// random returns the numbers of one generated world; its seed is printed.
func random(t testing.TB, stream int) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(*seed, uint64(stream)))
}

// TestEvaluateAgainstSlow compares the effect on every action, and what All tells of
// it, with the slow evaluator, and proves that every kind of case was among them.
func TestEvaluateAgainstSlow(t *testing.T) {
	t.Logf("seed %d, %d sets", *seed, *sets)
	u := NewUniverse(testNames())
	seen := map[string]int{}
	names := testNames()
	for i := range *sets {
		r := random(t, i)
		wanted := wild.set(r)
		set := wanted.compile(r, u)
		result := Evaluate(u, set)
		told := map[int]Effect{}
		for index, p := range result.All() {
			told[index] = p.Effect
			if len(p.Via) == 0 || len(p.Resources) == 0 || (len(p.Why) > 0) != (p.Effect == Conditional) {
				t.Fatalf("set %d: %s: permission %+v", i, u.Name(index), p)
			}
		}
		for index, name := range names {
			want := slowEffect(wanted, name)
			seen[want.String()]++
			if got := result.Effect(index); got != want || told[index] != want {
				t.Fatalf("seed %d, set %d: %s is %v, told as %v; slowly %v\n%+v", *seed, i, name, got, told[index], want, wanted)
			}
			if i%8 == 0 {
				count(seen, wanted, name, want)
			}
		}
	}
	for _, kind := range []string{"denied", "conditional", "allowed", "boundary lets through", "boundary stops", "scp stops", "rcp makes conditional",
		"NotAction grants", "NotResource grants", "deny stops", "unknown document",
		"role's condition never", "role's condition sometimes", "role's condition always"} {
		if seen[kind] == 0 {
			t.Errorf("no case of %q was compared: %v", kind, seen)
		}
	}
	t.Logf("compared: %v", seen)
}

// count notes what sort of case an action of a set is.
func count(seen map[string]int, s wantedSet, action string, effect Effect) {
	own, unknown := tallyOf(s.identity, action)
	if unknown {
		seen["unknown document"]++
	}
	if own.allow != never && own.deny == always {
		seen["deny stops"]++
	}
	for _, p := range s.identity {
		for _, st := range p.statements {
			if st.ofRole && st.isAbout(action) {
				seen["role's condition "+[...]string{"never", "sometimes", "always"}[st.holds]]++
			}
		}
	}
	if effect != Denied {
		for _, p := range s.identity {
			for _, st := range p.statements {
				if st.allow && st.isAbout(action) && st.notAction {
					seen["NotAction grants"]++
				}
				if st.allow && st.isAbout(action) && st.notResource {
					seen["NotResource grants"]++
				}
			}
		}
	}
	without := s
	without.boundary = nil
	if s.boundary != nil && effect == Allowed {
		seen["boundary lets through"]++
	}
	if s.boundary != nil && effect == Denied && slowEffect(without, action) != Denied {
		seen["boundary stops"]++
	}
	without = s
	without.scps = nil
	if len(s.scps) > 0 && effect == Denied && slowEffect(without, action) != Denied {
		seen["scp stops"]++
	}
	without = s
	without.rcps = nil
	if len(s.rcps) > 0 && effect == Conditional && slowEffect(without, action) == Allowed {
		seen["rcp makes conditional"]++
	}
}

// TestUnmatchedIsSound holds what is said of a pattern against the actions it may
// stand for: allowed means that each of them is, and denied likewise.
func TestUnmatchedIsSound(t *testing.T) {
	u := NewUniverse(testNames())
	hidden := []string{"new:GetThing", "new:GetAll", "new:PutThing", "new:SetThing", "other:Do", "s3:ListObjects", "a:b:c"}
	seen := map[Effect]int{}
	for i := range *sets / 4 {
		r := random(t, i)
		wanted := wild.set(r)
		result := Evaluate(u, wanted.compile(r, u))
		told := map[string]Effect{}
		for pattern, p := range result.Unmatched() {
			told[lower(pattern)] = p.Effect
		}
		for _, pattern := range allowedPatterns(wanted, testNames()) {
			for _, name := range hidden {
				if !slowMatch(pattern, name) {
					continue
				}
				got, want := told[lower(pattern)], slowEffect(wanted, name)
				seen[got]++
				if got != Conditional && got != want {
					t.Fatalf("seed %d, set %d: %q is %v, but %s is %v\n%+v", *seed, i, pattern, got, name, want, wanted)
				}
			}
		}
	}
	if seen[Allowed] == 0 || seen[Conditional] == 0 || seen[Denied] == 0 {
		t.Errorf("not every effect was compared: %v", seen)
	}
	t.Logf("compared: %v", seen)
}

// allowedPatterns are the patterns of the Allow statements that can hold, without
// those that fit an action of the universe.
func allowedPatterns(s wantedSet, names []string) (out []string) {
	for _, p := range s.identity {
		for _, st := range p.statements {
			if p.unknown || !st.allow || st.notAction || st.holds == never || st.resourcesHeld() == never {
				continue
			}
			for _, pattern := range st.actions {
				known := false
				for _, name := range names {
					known = known || slowMatch(pattern, name)
				}
				if !known && pattern != "" {
					out = append(out, pattern)
				}
			}
		}
	}
	return out
}
