package review

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"roletrail/queries"
)

// Options say how an answer is written, besides its format.
type Options struct {
	// Report names the question ("last_used"); it decides which columns a
	// narrow table shows. Empty means all that fit, from the left.
	Report string
	// Wide shows all columns of a table, however wide it gets.
	Wide bool
	// Width is how many columns of a terminal a table may take; 0 means 80.
	Width int
	// Colour allows colours in a table.
	Colour bool
	// Terminal says that the output is shown on a terminal: csv then marks
	// control characters, which it otherwise carries in full.
	Terminal bool
	// Fold says that Width is that of whoever reads, and not a guess: the head
	// of a table is folded to it. Into a pipe each line of the head stays whole,
	// one thing that is said, which grep finds and a pager or a mail folds by
	// itself; only rows have to be fitted, for a table that is folded cannot be read.
	Fold bool
	// Notes takes the head of the formats that have no room for it (csv,
	// ndjson); nil drops it.
	Notes io.Writer
}

// Section is one part of an answer that has several.
type Section struct {
	Title string
	// Report decides the columns as Options.Report does.
	Report string
	// Upright writes every row as a list of names and values.
	Upright bool
	Rows    queries.Rows
}

// renderer is one format. begin is called once, end only if all rows came.
type renderer interface {
	begin(meta *queries.Meta, columns []queries.Column) error
	row(cells []any) error
	end() error
}

// Write writes rows in a format; meta, the head, may be nil. It reads rows to
// their end and leaves closing them to the caller. When the rows fail before
// the first one, nothing is written.
func Write(w io.Writer, format Format, meta *queries.Meta, rows queries.Rows, o Options) error {
	if o.Terminal && format.Binary() {
		return fmt.Errorf("writing %s: a terminal cannot show it; send it into a file, like > answer.%s", format, format)
	}
	return flushed(w, func(b *bufio.Writer) error {
		r, err := newRenderer(b, format, o)
		if err != nil {
			return err
		}
		return stream(r, meta, rows)
	})
}

// WriteSections writes an answer of several parts under one head. Only the
// formats for people have sections.
func WriteSections(w io.Writer, format Format, meta *queries.Meta, sections []Section, o Options) error {
	if !format.ForPeople() {
		return fmt.Errorf("writing %s: this format has no sections", format)
	}
	return flushed(w, func(b *bufio.Writer) error {
		if err := writeHead(b, format, meta, o); err != nil {
			return err
		}
		for i, s := range sections {
			if err := writeSection(b, format, i > 0, s, o); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeSection(b *bufio.Writer, format Format, gapBefore bool, s Section, o Options) error {
	if _, err := b.WriteString(sectionTitle(format, gapBefore, s.Title, o)); err != nil {
		return err
	}
	o.Report = s.Report
	if s.Upright {
		return stream(newUpright(b, format, o), nil, s.Rows)
	}
	r, err := newRenderer(b, format, o)
	if err != nil {
		return err
	}
	return stream(r, nil, s.Rows)
}

func flushed(w io.Writer, write func(*bufio.Writer) error) error {
	b := bufio.NewWriterSize(w, 64<<10)
	err := write(b)
	flushErr := b.Flush()
	if errors.Is(err, flushErr) {
		return err // a failed write fails again when flushed
	}
	return errors.Join(err, flushErr)
}

func newRenderer(b *bufio.Writer, format Format, o Options) (renderer, error) {
	switch format {
	case Table:
		return newTable(b, o), nil
	case CSV:
		return &csvRenderer{w: b, o: o}, nil
	case JSON:
		return &jsonRenderer{w: b}, nil
	case NDJSON:
		return &ndjsonRenderer{w: b, o: o}, nil
	case Markdown:
		return &markdownRenderer{w: b, o: o}, nil
	case XLSX:
		return &xlsxRenderer{w: b, o: o}, nil
	case Parquet:
		return &parquetRenderer{w: b}, nil
	}
	return nil, fmt.Errorf("writing %q: no such format", format)
}

// stream passes rows to a renderer. The first row is asked for before anything
// is written, because most queries fail there if at all.
func stream(r renderer, meta *queries.Meta, rows queries.Rows) (err error) {
	if c, ok := r.(io.Closer); ok {
		defer func() { err = errors.Join(err, c.Close()) }()
	}
	more := rows.Next()
	if err := rows.Err(); !more && err != nil {
		return err
	}
	columns := rows.Columns()
	if err := r.begin(meta, columns); err != nil {
		return err
	}
	for ; more; more = rows.Next() {
		cells := rows.Row()
		if len(cells) != len(columns) {
			return fmt.Errorf("writing rows: a row has %d cells for %d columns", len(cells), len(columns))
		}
		if err := r.row(cells); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return r.end()
}
