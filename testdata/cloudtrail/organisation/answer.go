package organisation

import (
	"encoding/json"
	"fmt"
	"time"
)

// answer is one file of expected/: what a report must say for the quarter. The
// names of columns are those of design 3; beside them stand facts that tests
// may want.
type answer struct {
	Meta map[string]any `json:"meta"`
	Rows any            `json:"rows"`
}

func (w *world) meta(more ...any) map[string]any {
	m := map[string]any{"quarter": "2026Q3", "since": stamp(since), "until": stamp(until), "inventory": snapshot.Format(time.DateOnly)}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return m
}

// answers are all files of expected/, by name.
func (w *world) answers(files []*logFile, bad []badFile) (map[string][]byte, error) {
	all := map[string]answer{
		"last_used.json":             {w.meta(), w.lastUsed()},
		"coverage.json":              {w.meta("accounts", w.accountCoverage()), w.coverage(files)},
		"assumptions.json":           {w.meta("assumptions", w.countAssumptions(success), "denied", w.countAssumptions(denied)), w.assumptionRows()},
		"changes.json":               {w.meta(), w.changeRows()},
		"unexpected.json":            {w.meta(), w.unexpected()},
		"unused.json":                {w.meta(), w.unused(false)},
		"unused_summary.json":        {w.meta(), w.unusedSummary(false)},
		"unused_trails.json":         {w.meta("trails", snapshot.Format(time.DateOnly)), w.unused(true)},
		"unused_trails_summary.json": {w.meta("trails", snapshot.Format(time.DateOnly)), w.unusedSummary(true)},
		"ingest.json":                {w.meta(), ingestRows(files)},
		"bad.json":                   {w.meta(), bad},
	}
	out := map[string][]byte{}
	for name, a := range all {
		text, err := json.MarshalIndent(a, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("rendering expected/%s: %w", name, err)
		}
		out[name] = append(text, '\n')
	}
	return out, nil
}

// text is a pointer for a nullable column.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// moment is a time for a nullable column, null when t is zero.
func moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return text(stamp(t))
}

// state of a role at the snapshot; every account has an inventory.
func (r *role) state() string {
	if r.existsAt(snapshot) {
		return "present"
	}
	return "deleted"
}

// iamLastUsed is what IAM remembers at the snapshot: the last attempt, refused
// ones included (P13).
func (w *world) iamLastUsed(r *role) (when time.Time, region string) {
	if !r.existsAt(snapshot) {
		return time.Time{}, ""
	}
	if !r.iamLastUsed.IsZero() {
		return r.iamLastUsed, homeRegion
	}
	for _, u := range w.uses {
		if u.role == r && u.at.After(when) && u.at.Before(snapshot) {
			when, region = u.at, u.region
		}
	}
	return when, region
}
