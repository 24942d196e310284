package access

import (
	"cmp"
	"strings"

	"roletrail/review/termfit"
	"roletrail/review/termtext"
)

// layout is text for a terminal as it grows. Whatever is added is made harmless here.
type layout struct {
	strings.Builder
	width  int
	colour bool
}

// indent stands before everything below a title.
const indent = "  "

// maxText bounds one text, in bytes: a line of a policy may be as long as the policy.
const maxText = 4096

func harmless(text string) string {
	if len(text) > maxText {
		text = text[:maxText] + "…"
	}
	return termtext.Line(text)
}

// title begins a part. A note may stand below it.
func (l *layout) title(text, note string) {
	l.WriteString("\n")
	l.under("", "", termfit.Strong, text)
	if note != "" {
		l.say(termfit.Faint, note)
	}
}

// say writes a paragraph.
func (l *layout) say(style termfit.Style, text string) { l.under(indent, indent, style, text) }

// under writes a paragraph whose first line begins with first, and the others with rest,
// which is as wide.
func (l *layout) under(first, rest string, style termfit.Style, text string) {
	for _, line := range termfit.Wrap(harmless(text), l.width-termfit.Width(rest)) {
		l.WriteString(first + style.Paint(l.colour, line) + "\n")
		first = rest
	}
}

// whole writes a line that is to be copied, however wide it is.
func (l *layout) whole(text string) { l.WriteString(harmless(text) + "\n") }

// command writes a command, which is to be copied.
func (l *layout) command(text string) { l.whole(indent + text) }

// cell is a text of a grid.
type cell struct {
	text  string
	style termfit.Style
}

// column says how a column of a grid is laid out.
type column struct {
	right bool // numbers stand to the right
	cut   bool // the last column is cut in its middle, not wrapped
	upTo  int  // columns that it takes before it is cut; 0 is two fifths of the width
}

// grid writes rows whose columns stand below each other. Each is as wide as its widest cell,
// which is cut in its middle where it takes too much; the last is wrapped into what is left.
func (l *layout) grid(columns []column, rows [][]cell) {
	last := len(columns) - 1
	widths := make([]int, last)
	for _, row := range rows {
		for i := range widths {
			upTo := cmp.Or(columns[i].upTo, l.width*2/5)
			widths[i] = max(widths[i], min(termfit.Width(harmless(row[i].text)), upTo))
		}
	}
	for _, row := range rows {
		line := indent
		used := len(indent)
		for i, width := range widths {
			text := termfit.ShortenMiddle(harmless(row[i].text), width)
			padding := strings.Repeat(" ", width-termfit.Width(text))
			if text = row[i].style.Paint(l.colour, text); columns[i].right {
				line += padding + text + "  "
			} else {
				line += text + padding + "  "
			}
			used += width + 2
		}
		room := max(l.width-used, 8)
		lines := []string{termfit.ShortenMiddle(harmless(row[last].text), room)}
		if !columns[last].cut {
			lines = termfit.Wrap(harmless(row[last].text), room)
		}
		for _, text := range lines {
			l.WriteString(strings.TrimRight(line+row[last].style.Paint(l.colour, text), " ") + "\n")
			line = strings.Repeat(" ", used)
		}
	}
}

// beside writes two lists of lines next to each other, or below where there is no room.
func (l *layout) beside(left, right []cell) {
	half := (l.width - len(indent) - 2) / 2
	if half < 24 {
		l.list(left, l.width)
		l.list(right, l.width)
		return
	}
	a, b := l.wrapped(left, half), l.wrapped(right, half)
	for i := range max(len(a), len(b)) {
		line, pad := "", half
		if i < len(a) {
			line, pad = a[i].style.Paint(l.colour, a[i].text), half-termfit.Width(a[i].text)
		}
		line = indent + line + strings.Repeat(" ", pad+2)
		if i < len(b) {
			line += b[i].style.Paint(l.colour, b[i].text)
		}
		l.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

func (l *layout) list(cells []cell, width int) {
	for _, c := range l.wrapped(cells, width-len(indent)) {
		l.WriteString(indent + c.style.Paint(l.colour, c.text) + "\n")
	}
}

// wrapped are cells as lines of a width. Spaces before a text stand before each of its lines.
func (l *layout) wrapped(cells []cell, width int) (lines []cell) {
	for _, c := range cells {
		text := harmless(c.text)
		before := text[:len(text)-len(strings.TrimLeft(text, " "))]
		for _, line := range termfit.Wrap(text, width-len(before)) {
			lines = append(lines, cell{before + line, c.style})
		}
	}
	return lines
}
