package review

import (
	"bufio"
	"strings"

	"roletrail/queries"
	"roletrail/review/termtext"
)

// markdownRenderer writes a table of GitHub's Markdown. A page that shows it
// shows every value as it is: what Markdown or HTML would act upon is escaped,
// line breaks are <br>, and characters that only deceive are marked as in a
// terminal.
type markdownRenderer struct {
	w       *bufio.Writer
	o       Options
	columns []queries.Column
}

func (m *markdownRenderer) begin(meta *queries.Meta, columns []queries.Column) error {
	m.columns = columns
	if err := writeHead(m.w, Markdown, meta, m.o); err != nil {
		return err
	}
	names, rules := make([]string, len(columns)), make([]string, len(columns))
	for i, column := range columns {
		names[i], rules[i] = escapeMarkdown(column.Name), "---"
		if isNumber(column) {
			rules[i] = "---:"
		}
	}
	_, err := m.w.WriteString(markdownLine(names) + markdownLine(rules))
	return err
}

func (m *markdownRenderer) row(cells []any) error {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		text, _ := plain(m.columns[i], cell)
		texts[i] = escapeMarkdown(text)
	}
	_, err := m.w.WriteString(markdownLine(texts))
	return err
}

func (m *markdownRenderer) end() error { return nil }

func markdownLine(escaped []string) string {
	return "| " + strings.Join(escaped, " | ") + " |\n"
}

func isNumber(column queries.Column) bool {
	return column.Type == "bigint" || column.Type == "double"
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `|`, `\|`, `*`, `\*`, `[`, `\[`, `]`, `\]`, `~`, `\~`,
	`&`, `&amp;`, `<`, `&lt;`, `>`, `&gt;`, "\n", `<br>`, "\r", `&#13;`, "\t", `&#9;`,
)

// escapeMarkdown makes s the text of one cell.
func escapeMarkdown(s string) string {
	s = strings.Map(func(r rune) rune {
		if termtext.Unsafe(r) && r != '\n' && r != '\r' && r != '\t' {
			return termtext.Mark
		}
		return r
	}, valid(s))
	s = escapeUnderscores(markdownEscapes.Replace(s))
	if strings.HasPrefix(s, " ") {
		s = "&#32;" + s[1:] // a table would drop it
	}
	if strings.HasSuffix(s, " ") {
		s = s[:len(s)-1] + "&#32;"
	}
	return s
}

// escapeUnderscores escapes the underscores that could mean emphasis. Inside a
// word they mean nothing, and role_name stays readable where the Markdown is
// read as it is.
func escapeUnderscores(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && s[end] == '_' {
			end++
		}
		switch {
		case end == i:
			b.WriteByte(s[i])
			end = i + 1
		case i > 0 && end < len(s) && isWordByte(s[i-1]) && isWordByte(s[end]):
			b.WriteString(s[i:end])
		default:
			b.WriteString(strings.Repeat(`\_`, end-i))
		}
		i = end
	}
	return b.String()
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// MarkdownText makes s harmless within a line of Markdown: a page shows it as it is.
func MarkdownText(s string) string { return escapeMarkdown(s) }
