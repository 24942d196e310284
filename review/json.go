package review

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"roletrail/queries"
	"roletrail/review/termtext"
)

// jsonRenderer writes {"meta":{…},"rows":[…]}, a row a line.
type jsonRenderer struct {
	w       *bufio.Writer
	columns []queries.Column
	buffer  []byte
	rows    int
}

func (j *jsonRenderer) begin(meta *queries.Meta, columns []queries.Column) error {
	j.columns = uniqueNames(columns)
	head, err := metaJSON(meta)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, "{\"meta\":%s,\n\"rows\":[", head)
	return err
}

func (j *jsonRenderer) row(cells []any) error {
	j.buffer = j.buffer[:0]
	if j.rows > 0 {
		j.buffer = append(j.buffer, ',')
	}
	j.rows++
	j.buffer = appendObject(append(j.buffer, '\n'), j.columns, cells)
	_, err := j.w.Write(j.buffer)
	return err
}

func (j *jsonRenderer) end() error {
	_, err := io.WriteString(j.w, "\n]}\n")
	return err
}

// metaJSON is the head; without one it is an empty object.
func metaJSON(meta *queries.Meta) ([]byte, error) {
	if meta == nil {
		return []byte("{}"), nil
	}
	m := *meta
	if m.Coverage.Thin == nil {
		m.Coverage.Thin = []string{}
	}
	if m.Inventory == nil {
		m.Inventory = []queries.MetaSnapshot{}
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("writing meta: %w", err)
	}
	return appendHarmless(nil, b), nil
}

// uniqueNames numbers columns of the same name, which ad hoc SQL may have: an
// object with a key twice loses one of them in most readers.
func uniqueNames(columns []queries.Column) []queries.Column {
	taken := map[string]bool{}
	unique := slices.Clone(columns)
	for i := range unique {
		name := unique[i].Name
		for n := 2; taken[unique[i].Name]; n++ {
			unique[i].Name = name + "_" + strconv.Itoa(n)
		}
		taken[unique[i].Name] = true
	}
	return unique
}

func appendObject(b []byte, columns []queries.Column, cells []any) []byte {
	b = append(b, '{')
	for i, column := range columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, column.Name), ':')
		b = appendJSON(b, column, cells[i])
	}
	return append(b, '}')
}

// appendJSON appends a cell as JSON.
func appendJSON(b []byte, column queries.Column, cell any) []byte {
	switch v := cell.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case time.Time:
		return appendString(b, instant(column, v))
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return appendString(b, float(v))
		}
		return append(b, float(v)...)
	case []any:
		return appendList(b, v)
	case map[string]any:
		return appendMap(b, v)
	case Record:
		return appendObject(b, v.Columns, v.Cells)
	}
	return appendString(b, fmt.Sprint(cell))
}

func appendList(b []byte, list []any) []byte {
	b = append(b, '[')
	for i, element := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, queries.Column{}, element)
	}
	return append(b, ']')
}

// appendMap sorts the keys: the same value is always the same text.
func appendMap(b []byte, m map[string]any) []byte {
	keys := slices.Sorted(maps.Keys(m))
	cells := make([]any, len(keys))
	for i, key := range keys {
		cells[i] = m[key]
	}
	return appendObject(b, named(keys), cells)
}

func named(names []string) []queries.Column {
	columns := make([]queries.Column, len(names))
	for i, name := range names {
		columns[i].Name = name
	}
	return columns
}

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	if isPlain(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	quoted, err := json.Marshal(valid(s))
	if err != nil {
		panic(err) // a valid string has no way to fail
	}
	return appendHarmless(b, quoted)
}

// isPlain reports whether s has only characters of ASCII that stand for themselves in JSON, in HTML
// and on a terminal, as almost every text does.
func isPlain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}

// appendHarmless appends JSON with every character that a terminal would act
// upon as a \u escape. The value stays what it was: such characters stand in
// strings only, and there an escape means the character.
func appendHarmless(b, quoted []byte) []byte {
	for len(quoted) > 0 {
		if c := quoted[0]; c >= ' ' && c <= '~' { // as almost all are
			b, quoted = append(b, c), quoted[1:]
			continue
		}
		r, size := utf8.DecodeRune(quoted)
		if termtext.Unsafe(r) {
			b = appendEscape(b, r)
		} else {
			b = append(b, quoted[:size]...)
		}
		quoted = quoted[size:]
	}
	return b
}

func appendEscape(b []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}
