package queries

import (
	"fmt"
	"slices"
	"strings"
)

// sessionSteps are the views from which view sessions is made, and from nothing else. Each
// reads those before it several times: as views they would be planned a thousand times over.
func sessionSteps() []string {
	return []string{
		"acting_roles", "signing_keys", "session_keys", "multikey_sessions", "called_sessions", "spare_assumptions",
		"keyless_sessions", "made_sessions", "session_chains",
	}
}

// sessionsAtOnce makes view sessions with its steps as elements of its WITH, which DuckDB
// computes once: for statements of readers, before which nothing is kept.
func sessionsAtOnce() (script, error) {
	last, err := view("sessions")
	if err != nil {
		return script{}, err
	}
	steps := sessionSteps()
	inner := func(text string) string {
		for _, step := range steps {
			text = strings.ReplaceAll(text, "lake."+step, step)
		}
		return text
	}
	elements := make([]string, len(steps))
	for i, step := range steps {
		s, err := view(step)
		if err != nil {
			return script{}, err
		}
		_, body, ok := strings.Cut(s.text, "create view lake."+step+" as\n")
		if !ok {
			return script{}, fmt.Errorf("reading the embedded %s: it makes no view of this name", s.name)
		}
		elements[i] = step + " as (\n" + inner(strings.TrimSuffix(strings.TrimSpace(body), ";")) + "\n)"
	}
	made := "create view sessions as\n"
	before, body, ok := strings.Cut(last.text, made)
	if !ok {
		return script{}, fmt.Errorf("reading the embedded %s: it makes no view of this name", last.name)
	}
	last.text = before + made + "with\n" + strings.Join(elements, ",\n") + "\n" + inner(body)
	return last, nil
}

// asSteps reports whether a question keeps the steps of view sessions.
func asSteps(keep []string) bool { return slices.Contains(keep, "session_keys") }
