package review

import (
	"bufio"
	"strings"

	"roletrail/queries"
	"roletrail/review/termfit"
	"roletrail/review/termtext"
)

// uprightRenderer writes every row as a list of names and values, for the one
// row that has many columns. Values are whole, however narrow the terminal:
// nothing stands to the right of them.
type uprightRenderer struct {
	w       *bufio.Writer
	o       Options
	format  Format
	columns []queries.Column
	widest  int
	rows    int
}

func newUpright(w *bufio.Writer, format Format, o Options) *uprightRenderer {
	return &uprightRenderer{w: w, format: format, o: o}
}

func (u *uprightRenderer) begin(_ *queries.Meta, columns []queries.Column) error {
	u.columns = columns
	for _, column := range columns {
		u.widest = max(u.widest, termfit.Width(columnName(column)))
	}
	return nil
}

func (u *uprightRenderer) row(cells []any) error {
	var b strings.Builder
	if u.rows++; u.rows > 1 {
		b.WriteByte('\n')
	}
	if u.format == Markdown {
		b.WriteString(markdownLine([]string{"column", "value"}) + markdownLine([]string{"---", "---"}))
	}
	for i, column := range u.columns {
		b.WriteString(u.line(column, cells[i]))
	}
	_, err := u.w.WriteString(b.String())
	return err
}

// line is one name with its value.
func (u *uprightRenderer) line(column queries.Column, cell any) string {
	if u.format == Markdown {
		text, _ := plain(column, cell)
		return markdownLine([]string{escapeMarkdown(column.Name), escapeMarkdown(text)})
	}
	name, value := columnName(column), human(column, cell)
	padding := strings.Repeat(" ", u.widest-termfit.Width(name))
	return termfit.Strong.Paint(u.o.Colour, name) + padding + gap + paint(u.o.Colour, column, value) + "\n"
}

func (u *uprightRenderer) end() error { return nil }

// sectionTitle is the heading of a section.
func sectionTitle(format Format, gapBefore bool, title string, o Options) string {
	before := ""
	if gapBefore {
		before = "\n"
	}
	title = termfit.Shorten(termtext.Line(head(title, maxCell)), maxCell)
	if format == Markdown {
		return before + "## " + escapeMarkdown(title) + "\n\n"
	}
	return before + termfit.Strong.Paint(o.Colour, title) + "\n"
}
