package policy

import (
	"strings"
	"testing"

	"roletrail/iam/action"
)

// Every action of the file exists: a misspelled one would never be found.
func TestEscalationsNameRealActions(t *testing.T) {
	all := escalations()
	if len(all) < 30 {
		t.Fatalf("%d escalations only", len(all))
	}
	seen := map[string]bool{}
	for _, e := range all {
		if seen[e.name] {
			t.Errorf("%s stands there twice", e.name)
		}
		seen[e.name] = true
		for _, n := range e.needs {
			service, name, _ := strings.Cut(n.action, ":")
			if i, ok := action.Embedded().Lookup(service, name); !ok || action.Embedded().Names()[i] != n.action {
				t.Errorf("%s: the catalogue has no %s", e.name, n.action)
			}
		}
	}
}

// Each way makes a role admin that has its actions on everything and nothing more,
// and no part of it does.
func TestEachEscalationIsFound(t *testing.T) {
	u := NewUniverse(action.Embedded().Names())
	g := NewGrader(u, make([]string, u.Len()))
	grade := func(needs []need) (Privilege, string) {
		var actions []string
		for _, n := range needs {
			actions = append(actions, n.action)
		}
		p := named(u, "p", `{"Effect":"Allow","Action":["`+strings.Join(actions, `","`)+`"],"Resource":"*"}`)
		return g.Grade(Evaluate(u, Set{Identity: []Named{p}}), "arn:aws:iam::111111111111:role/r")
	}
	for _, e := range escalations() {
		if got, path := grade(e.needs); got != Admin || path != e.name {
			t.Errorf("%s: %q, %q", e.name, got, path)
		}
		for i := range e.needs {
			without := append(append([]need{}, e.needs[:i]...), e.needs[i+1:]...)
			if got, path := grade(without); got == Admin && path == e.name {
				t.Errorf("%s: found without %s", e.name, e.needs[i].action)
			}
		}
	}
}

func TestParseEscalationsRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"# x\n\na:b@c:d | why":       `reading escalations: line 3: 2 fields, not 3`,
		"a:b | why | who":            `reading escalations: line 1: "a:b" is not ACTION@SERVICE:RESOURCE`,
		"a:b@c:d a@c:d | why | who":  `reading escalations: line 1: "a@c:d" is not ACTION@SERVICE:RESOURCE`,
		"a:b@role/* | why | who":     `reading escalations: line 1: "a:b@role/*" is not ACTION@SERVICE:RESOURCE`,
		"a:b@c:d | why | who | more": `reading escalations: line 1: 4 fields, not 3`,
	} {
		if _, err := parseEscalations(in); err == nil || err.Error() != want {
			t.Errorf("%q: %v; want %s", in, err, want)
		}
	}
}
