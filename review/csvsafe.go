package review

import (
	"bufio"
	"strings"
	"unicode/utf8"

	"roletrail/queries"
	"roletrail/review/termtext"
)

// csvRenderer writes RFC 4180 with \n at the end of a line and the names of
// the columns first. Null is an empty field, an empty text is "". Its head
// goes to the notes.
//
// # Formulas
//
// A spreadsheet runs a cell that begins with = + - @ or with a tab, a line
// break or a NUL before one of these, quoted or not. Such a text gets a ' in
// front. To read the values back exactly: take one ' off every field that is
// any number of ' followed by one of these characters. Texts that began that
// way themselves got one more, so nothing is lost. Numbers and times are not
// texts and stay as they are.
type csvRenderer struct {
	w       *bufio.Writer
	o       Options
	columns []queries.Column
	buffer  []byte
}

func (c *csvRenderer) begin(meta *queries.Meta, columns []queries.Column) error {
	c.columns = columns
	if err := WriteNotes(c.o.Notes, meta, c.o.Report); err != nil {
		return err
	}
	names := make([]any, len(columns))
	for i, column := range columns {
		names[i] = column.Name
	}
	return c.row(names)
}

func (c *csvRenderer) row(cells []any) error {
	c.buffer = c.buffer[:0]
	for i, cell := range cells {
		if i > 0 {
			c.buffer = append(c.buffer, ',')
		}
		c.buffer = append(c.buffer, c.field(c.columns[i], cell)...)
	}
	_, err := c.w.Write(append(c.buffer, '\n'))
	return err
}

func (c *csvRenderer) field(column queries.Column, cell any) string {
	text, known := plain(column, cell)
	if !known {
		return ""
	}
	if isText(cell) {
		text = guardFormula(text)
	}
	if c.o.Terminal {
		text = termtext.Lines(text)
	}
	return quoteField(text)
}

func (c *csvRenderer) end() error { return nil }

// guardFormula puts a ' before a text that a spreadsheet would run.
func guardFormula(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, "'"))
	if strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", first) && first != utf8.RuneError {
		return "'" + s
	}
	return s
}

// quoteField quotes what would otherwise be read as something else.
func quoteField(s string) string {
	if s != "" && !strings.ContainsAny(s, "\",\r\n\x00") && s[0] != ' ' && s[len(s)-1] != ' ' {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
