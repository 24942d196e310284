package parquet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// DerivationKey is the footer's entry of the rules that made the rows of a file: their
// version, or several with commas between them. Every file of a lake has it.
const DerivationKey = "roletrail.derivation"

// wholeFile is a data file that can be read.
type wholeFile struct {
	table      table
	entry      FileEntry
	named      bool  // by a ledger that can be relied on
	snapshotAt int64 // of a snapshot: µs since 1970; 0 if it has no rows
}

// Schemas are those of all tables, in the order of the ways into the lake.
func Schemas() []*Schema { return slices.Clone(schemas) }

// schemas are those of all tables.
var schemas = []*Schema{EventsSchema, UsesSchema, SessionDaysSchema, CoverageSchema, QuarantineSchema, LogFilesSchema, RolesSchema, RolePermissionsSchema, RoleTrustSchema, RoleTrustConditionsSchema, PoliciesSchema,
	TrailsSchema, CatalogueActionsSchema, CatalogueOperationsSchema}

func schemaOf(table string) *Schema {
	for _, s := range schemas {
		if s.Table == table {
			return s
		}
	}
	return nil
}

// examineFile looks at one file. It returns nil if the file is doubtful.
func (s *Suspect) examineFile(e *Examination, name string) (*wholeFile, error) {
	t, day, err := place(name)
	if err != nil {
		return nil, err
	}
	f := &wholeFile{table: t}
	if f.entry, err = sumFile(s.abs(name)); err != nil {
		if errors.Is(err, fs.ErrPermission) { // which says nothing about the file
			return nil, fmt.Errorf("reading lake: %w", err)
		}
		e.doubt(FileUnreadable, name, "the system cannot read it: %v", err)
		return nil, nil
	}
	f.entry.Path, f.entry.Table, f.entry.Partition = name, t.name, day
	named, isNamed := e.book.files[name]
	f.named = isNamed
	announced, replaces := e.book.announced[name]
	switch {
	case isNamed && replaces && f.entry.SHA256 == announced: // the next writer takes it as it is
		f.named, isNamed = false, false
	case isNamed && f.entry.Bytes != named.Bytes:
		e.doubt(FileChanged, name, "it has %d bytes, not the %d that were written", f.entry.Bytes, named.Bytes)
		return nil, nil
	case isNamed && f.entry.SHA256 != named.SHA256:
		e.doubt(FileChanged, name, "its bytes are not those that were written (SHA-256 %x, not %x)", f.entry.SHA256[:6], named.SHA256[:6])
		return nil, nil
	}
	if !f.read(e, s.abs(name), !isNamed) {
		return nil, nil
	}
	switch {
	case isNamed && f.entry.Rows != named.Rows:
		e.find(EntryWrong, name, "it is as it was written, with %d rows, and the ledger says %d", f.entry.Rows, named.Rows)
	case !isNamed && !replaces && e.book.usable && e.book.interrupted:
		e.doubt(FileLeftOver, name, "the ledger does not name it, and its last run did not come to its end, which left it; the next ingest removes it")
		return nil, nil
	case !isNamed && !replaces && e.book.usable:
		e.find(FileUnknown, name, "it is whole, and the ledger does not name it: the ledger is older than the lake, or the file was put there")
	}
	return f, nil
}

// ExamineFile reads all of a file that a lake has under a name, wherever it lies. What is found is why it
// cannot be relied on.
func ExamineFile(path, name string) ([]Finding, error) {
	t, day, err := place(name)
	if err != nil {
		return nil, err
	}
	e := &Examination{}
	f := &wholeFile{table: t, entry: FileEntry{Path: name, Table: t.name, Partition: day}}
	f.read(e, path, true)
	return e.Findings, nil
}

// read reads of a file its footer and, if everything is asked for, its pages. It returns
// false if the file is doubtful.
func (f *wholeFile) read(e *Examination, abs string, everything bool) (ok bool) {
	name := f.entry.Path
	in, err := os.Open(abs)
	if err != nil {
		e.doubt(FileUnreadable, name, "the system cannot read it: %v", err)
		return false
	}
	defer in.Close()
	ok = true
	err = withReader(in, func(r *file.Reader) error {
		f.entry.Rows = r.NumRows()
		s := schemaOf(f.table.name)
		if err := checkTypes(r, s); err != nil {
			return err
		}
		if everything && !slices.Contains(r.MetaData().KeyValueMetadata().Keys(), DerivationKey) {
			e.doubt(FileForeign, name, "it is a Parquet file, but not one that ingest made: its footer does not say by which rules")
			ok = false
			return nil
		}
		rows := int64(0)
		for n := range r.NumRowGroups() {
			g := &Group{n, s, r.RowGroup(n)}
			rows += int64(g.Rows())
			if err := f.readGroup(e, g, everything, &ok); err != nil || !ok {
				return err
			}
		}
		if rows != f.entry.Rows {
			return fmt.Errorf("its footer says %d rows, and its row groups have %d", f.entry.Rows, rows)
		}
		return nil
	})
	if err != nil {
		e.doubt(FileUnreadable, name, "it cannot be read: %v", err)
		return false
	}
	return ok
}

func (f *wholeFile) readGroup(e *Examination, g *Group, everything bool, ok *bool) error {
	if everything {
		if err := g.readAll(); err != nil {
			return fmt.Errorf("row group %d: %w", g.Number, err)
		}
	}
	if f.table.name == EventsSchema.Table {
		outside, err := g.outside(f.entry.Partition)
		if err == nil && outside > 0 {
			e.doubt(FileMisplaced, f.entry.Path, "%d of its events are of another day", outside)
			*ok = false
		}
		return err
	}
	if i := g.schema.Index("snapshot_at"); i >= 0 && g.has(i) {
		return g.Numbers(i, func(_ int, at int64) { f.snapshotAt = max(f.snapshotAt, at) })
	}
	return nil
}

// checkTypes refuses a file whose columns are not what they are in its table. It may lack
// some, which older builds did not have.
func checkTypes(r *file.Reader, s *Schema) error {
	want, have := schema.NewSchema(s.root()), r.MetaData().Schema
	for i := range want.NumColumns() {
		w := want.Column(i)
		at := have.ColumnIndexByName(w.Path())
		if at < 0 {
			continue
		}
		if h := have.Column(at); h.PhysicalType() != w.PhysicalType() || !h.LogicalType().Equals(w.LogicalType()) || h.MaxRepetitionLevel() != w.MaxRepetitionLevel() {
			return fmt.Errorf("column %s is %s (%s), not what its table has", strings.ToValidUTF8(w.Path(), "?"), h.PhysicalType(), h.LogicalType())
		}
	}
	return nil
}

// has reports whether the file has a column of the schema.
func (g *Group) has(column int) bool {
	return g.reader.MetaData().Schema.ColumnIndexByName(g.schema.Columns[column].leafPath()) >= 0
}

// readAll reads every page of the columns of the schema.
func (g *Group) readAll() (err error) {
	var r chunkReader
	for i, c := range g.schema.Columns {
		if !g.has(i) {
			continue
		}
		switch c.Kind {
		case Dict, Text:
			err = r.texts(g, i, g.Rows(), func(int, []byte) {})
		case TextList:
			err = r.lists(g, i, g.Rows(), func(int, []string) {})
		case Bool:
			err = r.bools(g, i, g.Rows(), func(int, bool) {})
		default:
			err = r.numbers(g, i, g.Rows(), func(int, int64) {})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// outside counts the events that did not happen on a day, written YYYY-MM-DD.
func (g *Group) outside(day string) (n int, err error) {
	start, err := time.Parse(dayLayout, day)
	if err != nil {
		return 0, err
	}
	first, next := start.UnixMicro(), start.AddDate(0, 0, 1).UnixMicro()
	err = g.Numbers(ColEventTime, func(_ int, at int64) {
		if at < first || at >= next {
			n++
		}
	})
	return n, err
}
