package review

import (
	"bufio"
	"fmt"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"roletrail/iam/amount"
	"roletrail/queries"
	"roletrail/review/termfit"
)

// defaultWidth is how wide a terminal is that does not say so, in columns.
const defaultWidth = 80

// windowRows is how many rows a table holds to find its widths.
const windowRows = 1000

// tableRenderer lays rows out for a terminal. It holds one window of rows; the
// first one decides columns and widths, the others follow it and take more
// width only where there is some.
type tableRenderer struct {
	w       *bufio.Writer
	o       Options
	columns []queries.Column
	held    [][]string
	shown   []*shown // nil until the first window is written
	rows    int64
	rest    *rest // nil if nothing adds up
	// namesakes says that two roles of one account have one name.
	namesakes bool
}

func newTable(w *bufio.Writer, o Options) *tableRenderer {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	return &tableRenderer{w: w, o: o}
}

func (t *tableRenderer) begin(meta *queries.Meta, columns []queries.Column) error {
	t.columns = columns
	if t.rest = newRest(t.o, columns); t.rest != nil {
		t.columns = append(slices.Clone(columns), queries.Column{Name: other, Type: "bigint"})
	}
	return writeHead(t.w, Table, meta, t.o)
}

func (t *tableRenderer) row(cells []any) error {
	texts := make([]string, len(cells), len(t.columns))
	for i, cell := range cells {
		texts[i] = t.text(t.columns[i], cell)
	}
	if t.rest != nil {
		texts = append(texts, t.rest.sum(texts))
	}
	t.held = append(t.held, texts)
	t.rows++
	if len(t.held) < windowRows {
		return nil
	}
	return t.flush()
}

// text is a cell as the table shows it. The minute is enough in a report; who
// asks with SQL of their own asked for the time as it is.
func (t *tableRenderer) text(column queries.Column, cell any) string {
	if at, is := cell.(time.Time); is && t.o.Report == "" {
		return instant(column, at)
	}
	return human(column, principal(t.o, column, cell))
}

func (t *tableRenderer) end() error {
	if len(t.held) > 0 {
		if err := t.flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(t.w, t.footer())
	return err
}

func (t *tableRenderer) footer() string {
	if t.rows == 0 {
		return "no rows"
	}
	n, all, note := len(t.shown), len(t.columns), ""
	if t.rest != nil {
		all--
		if isShown(t.shown, t.rest.at) {
			n, note = n-1, ", "+other+" is "+t.rest.names(t.columns)
		}
	}
	if n == all {
		return amount.Of(t.rows, "row")
	}
	text := fmt.Sprintf("%s, %d of %d columns%s; --wide shows all", amount.Of(t.rows, "row"), n, all, note)
	if t.namesakes && !isShown(t.shown, t.place("role_id")) {
		text += ", the role_id of roles that share a name too"
	}
	return text
}

// flush writes the rows held, under the names of the columns the first time,
// and sends them on.
func (t *tableRenderer) flush() error {
	grid := table.NewWriter()
	grid.SetStyle(style())
	grid.SuppressTrailingSpaces()
	if t.shown == nil {
		t.shown = t.choose()
		grid.AppendHeader(t.line(columnNames(t.columns), func(_ queries.Column, s string) string { return termfit.Strong.Paint(t.o.Colour, s) }))
	} else {
		refit(t.shown, t.natural(), t.room())
	}
	grid.SetColumnConfigs(t.configs())
	for _, texts := range t.held {
		if t.rest != nil {
			texts[t.rest.at] = t.rest.sum(texts)
		}
		grid.AppendRow(t.line(texts, func(c queries.Column, s string) string { return paint(t.o.Colour, c, s) }))
	}
	t.held = t.held[:0]
	if _, err := fmt.Fprintln(t.w, grid.Render()); err != nil {
		return err
	}
	return t.w.Flush()
}

// choose fits the columns to the first window.
func (t *tableRenderer) choose() []*shown {
	natural := t.natural()
	if t.rest != nil {
		return t.rest.fit(t.layout(), t.columns, natural, t.room())
	}
	if !t.o.Wide {
		return fit(t.layout(), t.columns, natural, t.room())
	}
	all := make([]choice, len(t.columns))
	columns := candidatesAt(all, natural, func(i int) int { return i })
	for _, c := range columns {
		c.width = c.natural
	}
	return columns
}

// layout is that of the report. The role id joins it where two roles of one
// account have one name, as after one was made again: nothing else tells them
// apart. It comes after what the report is about, which a narrow terminal has
// no room for otherwise.
func (t *tableRenderer) layout() []choice {
	layout := t.withoutEmpty(layouts[t.o.Report])
	account, name, id := t.place("account_id"), t.place("role_name"), t.place("role_id")
	if layout == nil || account < 0 || name < 0 || id < 0 {
		return layout
	}
	seen := map[[2]string]bool{}
	for _, texts := range t.held {
		role := [2]string{texts[account], texts[name]}
		if seen[role] {
			after := 1 + slices.IndexFunc(layout, func(c choice) bool { return c.name == "role_name" })
			t.namesakes = true
			return slices.Insert(slices.Clone(layout), after, choice{"role_id", roleIDRank, 0, 0})
		}
		seen[role] = true
	}
	return layout
}

// withoutEmpty is a layout without those of the exceptional columns that are empty.
func (t *tableRenderer) withoutEmpty(layout []choice) []choice {
	return slices.DeleteFunc(slices.Clone(layout), func(c choice) bool {
		at := t.place(c.name)
		return at >= 0 && slices.Contains(exceptional, c.name) &&
			!slices.ContainsFunc(t.held, func(texts []string) bool { return texts[at] != "" && texts[at] != unknown })
	})
}

// place is where a column stands, or -1.
func (t *tableRenderer) place(name string) int {
	return slices.IndexFunc(t.columns, func(c queries.Column) bool { return c.Name == name })
}

// natural is what every column takes uncut in the rows held.
func (t *tableRenderer) natural() []int {
	natural := make([]int, len(t.columns))
	for i, name := range columnNames(t.columns) {
		natural[i] = termfit.Width(name)
		for _, texts := range t.held {
			natural[i] = max(natural[i], termfit.Width(texts[i]))
		}
	}
	return natural
}

// room is the width of the terminal; Wide has none, and its columns are all
// rigid.
func (t *tableRenderer) room() int {
	if t.o.Wide {
		return 0
	}
	return t.o.Width
}

// line is one line of the shown columns, cut and then painted.
func (t *tableRenderer) line(texts []string, paint func(queries.Column, string) string) table.Row {
	row := make(table.Row, len(t.shown))
	for i, s := range t.shown {
		cell := texts[s.index]
		if !t.o.Wide {
			cell = shortened(t.columns[s.index], cell, s.width)
		}
		row[i] = paint(t.columns[s.index], cell)
	}
	return row
}

func (t *tableRenderer) configs() []table.ColumnConfig {
	configs := make([]table.ColumnConfig, len(t.shown))
	for i, s := range t.shown {
		align := text.AlignLeft
		if isNumber(t.columns[s.index]) {
			align = text.AlignRight
		}
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMin: s.width, Align: align, AlignHeader: align}
	}
	return configs
}

// columnName is the name as a table shows it; ad hoc SQL may have any.
func columnName(column queries.Column) string {
	return human(queries.Column{}, column.Name)
}

func columnNames(columns []queries.Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = columnName(c)
	}
	return names
}

// style has no lines: columns can be cut out and lines counted.
func style() table.Style {
	s := table.StyleDefault
	s.Box.PaddingLeft, s.Box.PaddingRight = "", gap
	s.Options = table.Options{}
	s.Format.Header = text.FormatDefault
	s.Format.HeaderAlign = text.AlignLeft
	return s
}

// verdictStyles are those of the words of design 7.
var verdictStyles = map[string]termfit.Style{
	"active": termfit.Green, "used": termfit.Green, "possibly_used": termfit.Green,
	"dormant": termfit.Yellow, "never_used": termfit.Yellow, "unused": termfit.Yellow, "probably_unused": termfit.Yellow,
	"denied_only": termfit.Red, "unobservable": termfit.Faint, "too_new": termfit.Faint, "unknown": termfit.Faint,
}

// VerdictStyle is how a terminal shows a verdict.
func VerdictStyle(verdict string) termfit.Style { return verdictStyles[verdict] }

// paint colours verdicts and what is unknown.
func paint(colour bool, column queries.Column, s string) string {
	switch {
	case s == unknown:
		return termfit.Faint.Paint(colour, s)
	case column.Name == "verdict":
		return VerdictStyle(s).Paint(colour, s)
	}
	return s
}
