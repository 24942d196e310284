package queries

import (
	"slices"
	"strings"
)

// sessionSteps are the views from which view sessions is made, and which nothing else reads. Each
// reads those before it several times: as views they would be planned a thousand times over.
func sessionSteps() []string {
	return []string{
		"acting_roles", "signing_keys", "session_keys", "multikey_sessions", "called_sessions", "spare_assumptions",
		"keyless_sessions", "silent_sessions", "made_sessions", "calling_sessions",
		"session_chains",
	}
}

// sessionsAtOnce makes view sessions with its steps as elements of its WITH, which DuckDB
// computes once: for statements of readers, before which nothing is kept.
func sessionsAtOnce() (script, error) {
	last, err := view("sessions")
	if err != nil {
		return script{}, err
	}
	elements := make([]string, len(sessionSteps()))
	for i, step := range sessionSteps() {
		s, err := view(step)
		if err != nil {
			return script{}, err
		}
		_, answer, err := takeView(s)
		if err != nil {
			return script{}, err
		}
		elements[i] = step + " as (\n" + readElements(answer) + "\n)"
	}
	begin, answer, err := takeView(last)
	last.text = begin + "\nwith\n" + strings.Join(elements, ",\n") + "\n" + readElements(answer) + ";\n"
	return last, err
}

// readElements lets a select read the steps as elements of a WITH.
func readElements(answer string) string {
	for _, step := range sessionSteps() {
		answer = strings.ReplaceAll(answer, "lake."+step, step)
	}
	return answer
}

// asSteps reports whether a question keeps the steps of view sessions.
func asSteps(keep []string) bool { return slices.Contains(keep, "session_keys") }
