package queries

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// viewNames are the views for ad hoc use (design section 6), in the order in
// which they build on each other.
func viewNames() []string {
	return []string{
		"events", "role_use", "assumptions", "sessions", "role_changes",
		"roles", "role_permissions", "role_trust", "role_trust_conditions", "policies", "trails", "coverage",
		"actions", "operations",
	}
}

// allViews are those and the ones that only they and the questions need.
func allViews() []string {
	views := viewNames()
	views = slices.Insert(views, slices.Index(views, "assumptions"), "assumption_records", "assumption_pairs", "merged_assumptions")
	views = slices.Insert(views, slices.Index(views, "sessions"), slices.Concat(
		[]string{"uses", "event_uses", "session_calls", "event_calls", "role_sightings", "inventory", "role_spans", "role_names", "assumption_steps"}, sessionSteps(),
	)...)
	return append(views, "action_kinds", "needed_together", "global_services", "session_attributes", "account_trails", "logging")
}

// lateViews take DuckDB half a second to make, sessions as readers get it some seconds, for
// it plans each with all that is below it. So they are made when a statement first needs them, over the tables that
// its question keeps of the views below.
func lateViews() []string {
	return slices.Concat([]string{"role_names", "assumption_steps"}, sessionSteps(), []string{"sessions"})
}

// view makes the embedded statement of a view known.
func view(name string) (script, error) {
	file := "views/" + name + ".sql"
	text, err := fs.ReadFile(texts, file)
	if err != nil {
		return script{}, fmt.Errorf("reading the embedded %s: %w", file, err)
	}
	return script{name: file, text: string(text)}, nil
}

// takeView takes a statement apart that makes a view: its beginning up to the select, and that.
func takeView(s script) (begin, answer string, err error) {
	words, ends := tokens(s.text)
	as := slices.Index(words, "as")
	if as < 0 {
		return "", "", fmt.Errorf("reading the embedded %s: it makes no view", s.name)
	}
	return s.text[:ends[as]], strings.TrimSuffix(strings.TrimSpace(s.text[ends[as]:]), ";"), nil
}

// makeViews makes the late views that a statement names, and those which these name,
// and turns the views to be kept into tables, once. Their rows then lie in DuckDB's
// memory, within its limit, and spill beyond.
func (e *duckEngine) makeViews(ctx context.Context, statement string, keep []string) error {
	if listsViews(statement) {
		statement += " " + strings.Join(lateViews(), " ")
	}
	late, err := named(lateViews(), statement)
	if err != nil {
		return err
	}
	e.making.Lock()
	defer e.making.Unlock()
	// (Once a reader has view sessions as it is without them, the steps are of no use.)
	if e.made["sessions"] || !asSteps(keep) {
		of := func(name string) bool { return slices.Contains(sessionSteps(), name) }
		late, keep = slices.DeleteFunc(late, of), slices.DeleteFunc(slices.Clone(keep), of)
	}
	for _, name := range allViews() {
		if slices.Contains(late, name) && !e.made[name] {
			if err := e.makeView(ctx, name, keep); err != nil {
				return err
			}
		}
		if slices.Contains(keep, name) && !e.kept[name] {
			if err := e.keep(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// listsViews reports whether a statement may tell which views there are, or look for one
// that there is not, which its error then tells: it names no view, and yet reads something.
func listsViews(statement string) bool {
	words := tokenize(statement)
	has := func(names []string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(names, strings.ToLower(word)) })
	}
	return !has(allViews()) && has([]string{"from", "join", "table", "show", "describe", "desc", "summarize", "pragma", "call"})
}

// named are those of the views that a statement names, or the text of one of them. A
// name that means something else, as that of a CTE, costs time and nothing else.
func named(views []string, statement string) (found []string, err error) {
	for i, name := range slices.Backward(views) {
		if slices.Contains(found, name) || !names(statement, name) {
			continue
		}
		text, err := view(name)
		if err != nil {
			return nil, err
		}
		below, err := named(views[:i], text.text)
		if err != nil {
			return nil, err
		}
		found = append(append(found, name), below...)
	}
	return found, nil
}

// names reports whether a statement has a name among its words.
func names(statement, name string) bool {
	return slices.ContainsFunc(tokenize(statement), func(word string) bool { return strings.EqualFold(word, name) })
}

func (e *duckEngine) makeView(ctx context.Context, name string, keep []string) error {
	s, err := view(name)
	if name == "sessions" && !asSteps(keep) {
		s, err = sessionsAtOnce()
	}
	if err != nil {
		return err
	}
	if err := e.exec(ctx, s.text); err != nil {
		return fmt.Errorf("running %s: %w", s.name, err)
	}
	e.made[name] = true
	return nil
}

func (e *duckEngine) keep(ctx context.Context, name string) error {
	text, err := fs.ReadFile(texts, "duckdb/keep_"+name+".sql")
	if err != nil {
		return fmt.Errorf("reading the embedded statements that keep %q: %w", name, err)
	}
	if err := e.exec(ctx, string(text)); err != nil {
		return fmt.Errorf("computing %q: %w", name, err)
	}
	e.kept[name] = true
	return nil
}
