package organisation

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// raw is JSON text that goes into an object unquoted.
type raw string

const null = raw("null")

// obj is a JSON object of alternating names and values in the given order,
// because AWS keeps an order too. A value is string, int, int64, bool or raw.
func obj(pairs ...any) raw {
	out := []byte{'{'}
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendString(out, pairs[i].(string))
		out = append(out, ':')
		out = appendValue(out, pairs[i+1])
	}
	return raw(append(out, '}'))
}

// list is a JSON array.
func list(values ...any) raw {
	out := []byte{'['}
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendValue(out, v)
	}
	return raw(append(out, ']'))
}

func appendValue(out []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendString(out, v)
	case raw:
		return append(out, v...)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case int64:
		return strconv.AppendInt(out, v, 10)
	case bool:
		return strconv.AppendBool(out, v)
	}
	panic(fmt.Sprintf("no JSON form for %T: use string, int, int64, bool or raw", value))
}

// appendString appends s as a JSON string. Like AWS it leaves <, > and & as
// they are.
func appendString(out []byte, s string) []byte {
	out = append(out, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c == '\n':
			out = append(out, '\\', 'n')
		case c == '\t':
			out = append(out, '\\', 't')
		case c < ' ':
			out = fmt.Appendf(out, "\\u%04x", c)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}

// urlEncoded is a policy document as IAM returns it in responses (P33).
func urlEncoded(document raw) string {
	return strings.ReplaceAll(url.QueryEscape(string(document)), "+", "%20")
}
