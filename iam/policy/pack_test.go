package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var alphanumeric = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// TestPackKeepsEverything: however large the statements, no draft is over the limit,
// and together they say what the statements said: each action on each resource under
// its condition, no more.
func TestPackKeepsEverything(t *testing.T) {
	apart, most := 0, 0
	for i := range 60 {
		r := random(t, i)
		var in []DraftStatement
		for range 1 + r.IntN(8) {
			in = append(in, largeStatement(r))
		}
		drafts, err := pack(slices.Clone(in))
		if err != nil {
			t.Fatal(err)
		}
		var out []DraftStatement
		sids := map[string]bool{}
		for _, d := range drafts {
			text := d.JSON()
			if n := blanks.ReplaceAllString(text, ""); len(n) > MaxManaged {
				t.Fatalf("seed %d, %d: %d characters", *seed, i, len(n))
			}
			most = max(most, len(blanks.ReplaceAllString(text, "")))
			if _, err := Parse(text); err != nil {
				t.Fatal(err)
			}
			for _, s := range d.Statements {
				if sids[s.Sid] || !alphanumeric.MatchString(s.Sid) {
					t.Fatalf("seed %d, %d: Sid %q", *seed, i, s.Sid)
				}
				sids[s.Sid] = true
			}
			out = append(out, d.Statements...)
		}
		if len(out) > len(in) {
			apart++
		}
		if was, is := meaning(in), meaning(out); !slices.Equal(was, is) {
			t.Fatalf("seed %d, %d: %d of %d things are said", *seed, i, len(is), len(was))
		}
		if len(drafts) > 1 && drafts[0].room()+drafts[1].room() >= MaxManaged {
			t.Errorf("seed %d, %d: two drafts would fit into one", *seed, i)
		}
	}
	if apart < 20 || most < MaxManaged*9/10 {
		t.Errorf("too little was tried: %d were taken apart, the largest has %d characters", apart, most)
	}
}

var blanks = regexp.MustCompile(`\s`)

func (d Draft) room() int { return MaxManaged - len(blanks.ReplaceAllString(d.JSON(), "")) }

func largeStatement(r *rand.Rand) DraftStatement {
	s := DraftStatement{Effect: pick(r, []string{"Allow", "Deny"})}
	service := pick(r, []string{"ec2", "s3", "iot-data", "a4b"})
	for n := range 1 + r.IntN(pick(r, []int{3, 300, 900})) {
		s.Actions = append(s.Actions, fmt.Sprintf("%s:Do%d%s", service, n, strings.Repeat("x", r.IntN(40))))
	}
	for n := range 1 + r.IntN(pick(r, []int{2, 2, 2, 30})) {
		s.Resources = append(s.Resources, fmt.Sprintf("arn:aws:%s:::%d<&>%s", service, n, strings.Repeat("y", r.IntN(600))))
	}
	if oneIn(r, 3) {
		s.Condition = json.RawMessage(`{"StringEquals":{"aws:x":"` + strings.Repeat("z", r.IntN(2000)) + `"}}`)
	}
	return s
}

// meaning lists what statements say, sorted and each once.
func meaning(statements []DraftStatement) []string {
	said := map[string]bool{}
	for _, s := range statements {
		for _, a := range s.Actions {
			for _, r := range s.Resources {
				said[fmt.Sprintf("%s %s %.20s %d %.20s %d", s.Effect, a, r, len(r), s.Condition, len(s.Condition))] = true
			}
		}
	}
	out := make([]string, 0, len(said))
	for text := range said {
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

// TestPackOfEverything: what AWS itself has no policy for fits too.
func TestPackOfEverything(t *testing.T) {
	var kept []Kept
	for service := range 400 {
		for n := range 55 {
			kept = append(kept, Kept{Action: fmt.Sprintf("service%d:DoSomethingOfNumber%d", service, n)})
		}
	}
	p, err := Propose(sources(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`), kept)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, d := range p.Drafts {
		for _, s := range d.Statements {
			count += len(s.Actions)
		}
		if d.room() < 0 {
			t.Errorf("a draft has %d characters too many", -d.room())
		}
	}
	if count != len(kept) || len(p.Drafts) <= MaxAttached {
		t.Errorf("%d of %d actions in %d drafts", count, len(kept), len(p.Drafts))
	}
}
