package queries

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"
	"time"
)

// scratch is a schema in which an engine may make tables of its own, which it drops again.
// It is safe for concurrent use.
type scratch struct {
	schema string // CATALOG.SCHEMA
	token  string // tells its tables from those of others
	making sync.Mutex
	count  int
	shared map[*step]string // the tables that all questions may read
}

// schemaName is a schema with its catalogue: nothing that must be quoted.
var schemaName = regexp.MustCompile(`^[a-z0-9_]+\.[a-z0-9_]+$`)

// newScratch is nil without a name.
func newScratch(schema string) (*scratch, error) {
	if schema == "" {
		return nil, nil
	}
	if !schemaName.MatchString(schema) {
		return nil, fmt.Errorf("reading the scratch schema %q: it must be like CATALOG.SCHEMA, of small letters, digits and _", schema)
	}
	return &scratch{schema: schema, token: strings.ToLower(rand.Text()[:10]), shared: map[*step]string{}}, nil
}

// tableName is a new one.
func (s *scratch) tableName(of *step) string {
	s.count++
	return fmt.Sprintf("%s.roletrail_%s_%d_%s", s.schema, s.token, s.count, of.plainName())
}

// run answers a statement after it has made tables of the steps that are to be kept. Those
// of views stay until the end, the others until the rows are closed.
func (s *scratch) run(ctx context.Context, a asker, last *step) (_ Rows, err error) {
	p, own, err := s.make(ctx, a, last)
	rows := &scratchRows{drop: func() error { return s.drop(a, own) }}
	if err == nil {
		text, args := p.statement(last)
		rows.Rows, err = a.query(ctx, text, args)
	}
	if err != nil {
		return nil, errors.Join(err, rows.drop())
	}
	return rows, nil
}

// make makes the tables of a program, and names those that are only for it.
func (s *scratch) make(ctx context.Context, a asker, last *step) (p *program, own []string, err error) {
	s.making.Lock()
	defer s.making.Unlock()
	p = newProgram(last, s.shared, s.tableName)
	made := maps.Clone(s.shared)
	for _, of := range p.order {
		name := p.kept[of]
		if name == "" || made[of] != "" {
			continue
		}
		text, args := p.statement(of)
		if of.shared {
			s.shared[of] = name // also if it fails half-way: it is dropped then
		} else {
			own = append(own, name)
		}
		if err := s.exec(ctx, a, "keep", name, text, args); err != nil {
			return p, own, fmt.Errorf("making a table of %s: %w", of.name, err)
		}
	}
	return p, own, nil
}

func (s *scratch) exec(ctx context.Context, a asker, file, name, text string, args []driver.Value) error {
	frame, err := texts.ReadFile("trino/" + file + ".sql")
	if err != nil {
		return err
	}
	rows, err := a.query(ctx, strings.NewReplacer("SCRATCH", name, "SELECT", text).Replace(strings.TrimSpace(string(frame))), args)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return errors.Join(rows.Err(), rows.Close())
}

// dropPatience is how long it may take to drop the tables of a question.
const dropPatience = time.Minute

// drop drops tables, also when the question was given up.
func (s *scratch) drop(a asker, names []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), dropPatience)
	defer cancel()
	var errs []error
	for _, name := range names {
		if err := s.exec(ctx, a, "drop", name, "", nil); err != nil {
			errs = append(errs, fmt.Errorf("dropping table %s, which is left: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// close drops the tables of the views.
func (s *scratch) close(a asker) error {
	var names []string
	for _, name := range s.shared {
		names = append(names, name)
	}
	clear(s.shared)
	return s.drop(a, names)
}

// scratchRows drop the tables below them when they are closed.
type scratchRows struct {
	Rows
	drop func() error
}

func (r *scratchRows) Close() error { return errors.Join(r.Rows.Close(), r.drop()) }
