package queries

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// question is one .sql file with the .yml beside it.
type question struct {
	name string
	sql  string
	spec
}

// spec is the .yml: what a row is, how the ? are filled, what the columns mean.
type spec struct {
	// Description states the grain.
	Description string `yaml:"description"`
	// Parameters names the value of each ? in order.
	Parameters []string `yaml:"parameters"`
	// Uses names the views that are costly and worth computing once for all
	// questions of a report, in the order in which they build on each other.
	Uses    []string     `yaml:"uses"`
	Columns []specColumn `yaml:"columns"`
	Tests   specTests    `yaml:"tests"`
}

type specColumn struct {
	Name           string   `yaml:"name"`
	Type           string   `yaml:"type"`
	Description    string   `yaml:"description"`
	NotNull        bool     `yaml:"not_null"`
	AcceptedValues []string `yaml:"accepted_values"`
}

// specTests hold for every answer, whatever the lake.
type specTests struct {
	// Unique lists the columns that identify a row.
	Unique []string `yaml:"unique"`
	// AtMost lists pairs of columns: the first never exceeds the second.
	AtMost [][2]string `yaml:"at_most"`
}

// findQuestion loads a question by name.
func findQuestion(name string) (*question, error) {
	if strings.ContainsAny(name, "/\\.") {
		return nil, unknownQuestion(name)
	}
	sql, err := fs.ReadFile(texts, name+".sql")
	if err != nil {
		return nil, unknownQuestion(name)
	}
	q := &question{name: name, sql: string(sql)}
	if q.spec, err = loadSpec(name + ".yml"); err != nil {
		return nil, err
	}
	return q, nil
}

func loadSpec(file string) (spec, error) {
	var s spec
	text, err := fs.ReadFile(texts, file)
	if err != nil {
		return s, fmt.Errorf("reading the embedded %s: %w", file, err)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("reading the embedded %s: %w", file, err)
	}
	return s, nil
}

func unknownQuestion(name string) error {
	return fmt.Errorf("finding question %q: there is none; the questions are %s", name, strings.Join(Questions(), ", "))
}

// Questions names all questions, sorted.
func Questions() []string {
	files, _ := fs.Glob(texts, "*.sql") // the pattern is constant and valid
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".sql")
	}
	return names
}

// bind puts the values of p in the order of the question's parameters.
func (q *question) bind(p Params) ([]driver.Value, error) {
	values, err := p.values()
	if err != nil {
		return nil, fmt.Errorf("asking %q: %w", q.name, err)
	}
	args := make([]driver.Value, len(q.Parameters))
	for i, name := range q.Parameters {
		v, ok := values[name]
		if !ok {
			return nil, fmt.Errorf("asking %q: its parameter %q has no value", q.name, name)
		}
		args[i] = v
	}
	return args, nil
}

// describe gives the result's columns the descriptions of the .yml.
func (q *question) describe(columns []Column) []Column {
	out := make([]Column, len(columns))
	for i, c := range columns {
		out[i] = c
		for _, s := range q.Columns {
			if s.Name == c.Name {
				out[i].Description = strings.Join(strings.Fields(s.Description), " ")
			}
		}
	}
	return out
}

// values are the parameters a question may ask for, by name. Times are text in
// the form both dialects cast; nil is SQL NULL, which means no restriction.
func (p Params) values() (map[string]driver.Value, error) {
	since, until := p.Since.UTC().Truncate(time.Microsecond), p.Until.UTC().Truncate(time.Microsecond)
	if p.Since.IsZero() || p.Until.IsZero() || !since.Before(until) {
		return nil, fmt.Errorf("reading the window: it is empty, from %s up to %s; give a --since before --until", since.Format(time.RFC3339), until.Format(time.RFC3339))
	}
	first, last := day(since), day(until.Add(-time.Microsecond))
	whole := day(since.Add(24*time.Hour - time.Microsecond)) // the first day of which the window has all
	v := map[string]driver.Value{
		"since":          since.Format(timestampText),
		"until":          until.Format(timestampText),
		"first_day":      first.Format(time.DateOnly),
		"last_day":       last.Format(time.DateOnly),
		"since_day":      first.Format(timestampText),
		"until_day":      day(until).Format(timestampText),
		"whole_since":    whole.Format(timestampText),
		"whole_until":    later(whole, day(until)).Format(timestampText),
		"window_days":    int64(last.Sub(first)/(24*time.Hour)) + 1,
		"accounts":       nil,
		"role":           nil,
		"verdicts":       nil,
		"inventory_date": nil,
		"thin_share":     0.9,
		"grant_ages":     p.GrantAges,
	}
	for _, a := range p.Accounts {
		if a == "" || strings.ContainsAny(a, ",\x00") {
			return nil, fmt.Errorf("reading account %q: it is no account id; give 12 digits", a)
		}
	}
	if len(p.Accounts) > 0 {
		v["accounts"] = strings.Join(p.Accounts, ",")
	}
	if len(p.Verdicts) > 0 {
		v["verdicts"] = strings.Join(p.Verdicts, ",")
	}
	if strings.Contains(p.Role, "\x00") {
		return nil, fmt.Errorf("reading role %q: it has a NUL byte", p.Role) // the driver would cut it there
	}
	if p.Role != "" {
		v["role"] = p.Role
	}
	if !p.InventoryDate.IsZero() {
		v["inventory_date"] = p.InventoryDate.UTC().Format(time.DateOnly)
	}
	if p.ThinCoverage < 0 || p.ThinCoverage > 1 {
		return nil, fmt.Errorf("reading the limit of thin coverage: %v is not between 0 and 1", p.ThinCoverage)
	}
	if p.ThinCoverage > 0 {
		v["thin_share"] = p.ThinCoverage
	}
	return v, errors.Join(p.Unexpected.addValues(v), p.Changes.addValues(v), p.Sessions.addValues(v))
}

const timestampText = "2006-01-02 15:04:05.000000"

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func day(t time.Time) time.Time { return t.Truncate(24 * time.Hour) }
