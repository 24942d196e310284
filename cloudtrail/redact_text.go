package cloudtrail

import "bytes"

// redactText replaces the tokens in a text. If it is JSON it is read as such;
// else, as in messages that quote JSON or cut it off, quoted names are looked for.
func redactText(text []byte, texts *scratch) (out []byte, changed bool) {
	if at := skipSpace(text, 0); at < len(text) && (text[at] == '{' || text[at] == '[') {
		end := new(scanner).skipValue(text, at, maxDepth)
		if end > 0 && skipSpace(text, end) == len(text) {
			return redact(text, texts)
		}
	}
	return redactQuoted(text)
}

// redactQuoted replaces what follows a quoted name of a token and a colon, at any
// depth of quoting: "sessionToken":"…", \"sessionToken\":\"…\" and so on.
func redactQuoted(text []byte) (out []byte, changed bool) {
	from := 0
	for i := range text {
		if i < from || text[i] != ':' {
			continue
		}
		depth, ok := endsInTokenName(text[from:i])
		if !ok {
			continue
		}
		start, end, quotes := quotedValue(text, skipSpace(text, i+1), depth)
		if value := text[start:end]; string(value) == Redacted || isNull(value) || start == end && quotes != "" {
			continue
		}
		out = append(append(out, text[from:start]...), quotes+Redacted+quotes...)
		from, changed = end, true
	}
	return append(out, text[from:]...), changed
}

// quotedValue finds the value at i of a member whose name is in quotes of a depth:
// the inside of a string, else the whole value, which may be cut off. quotes are
// what has to go around the text that takes its place.
func quotedValue(text []byte, i, depth int) (start, end int, quotes string) {
	if start, d, ok := openQuote(text, i); ok {
		return start, closeQuote(text, start, d), ""
	}
	if i < len(text) && (text[i] == '{' || text[i] == '[') {
		end = closeBracket(text, i, depth)
	} else if n := bytes.IndexAny(text[i:], "\"\\:,[]{} \t\r\n"); n >= 0 {
		end = i + n
	} else {
		end = len(text)
	}
	return i, end, string(bytes.Repeat([]byte{'\\'}, depth)) + `"`
}

// endsInTokenName reports whether a text ends in a token's name and its closing
// quote. depth is the number of backslashes before the quote.
func endsInTokenName(text []byte) (depth int, ok bool) {
	const space = " \t\r\n"
	quoted, ok := bytes.CutSuffix(bytes.TrimRight(text, space), []byte(`"`))
	if !ok {
		return 0, false
	}
	name := bytes.TrimRight(quoted, `\`)
	return len(quoted) - len(name), endsInName(name, "sessiontoken") || endsInName(name, "session_token")
}

// endsInName compares a text's end with lower-case ASCII, ignoring case. Letters
// may be escaped, at any depth of quoting: \u0054, \\u0054 and so on.
func endsInName(text []byte, lower string) bool {
	for i := len(lower) - 1; i >= 0; i-- {
		if len(text) == 0 {
			return false
		}
		c := rune(text[len(text)-1])
		rest := text[:len(text)-1]
		if at := len(text) - len(`\u0054`); at >= 0 && isEscape(text[at:]) {
			c, rest = hexRune(text[at+2:]), bytes.TrimRight(text[:at], `\`)
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != rune(lower[i]) {
			return false
		}
		text = rest
	}
	return true
}

// isEscape reports whether six bytes are an escape by number.
func isEscape(text []byte) bool {
	return text[0] == '\\' && skipEscape(text, 1) == len(text)
}

// openQuote reads backslashes and a quote. depth is the number of backslashes.
func openQuote(text []byte, i int) (next, depth int, ok bool) {
	start := i
	for i < len(text) && text[i] == '\\' {
		i++
	}
	if i >= len(text) || text[i] != '"' {
		return 0, 0, false
	}
	return i + 1, i - start, true
}

// closeQuote returns the index of the backslashes and the quote that end a string
// whose opening quote had depth backslashes, or the text's end. Each level of
// quoting turns n backslashes before a quote into 2n+1, so one of the string's own
// level has depth modulo 2(depth+1) of them.
func closeQuote(text []byte, i, depth int) int {
	run := 0
	for ; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			run++
			continue
		case text[i] == '"' && run%(2*(depth+1)) == depth:
			return i - depth
		}
		run = 0
	}
	return len(text)
}

// closeBracket returns the index behind the bracket that closes the one at i, or
// where the text around ends: at a quote of less than depth backslashes, or at the
// text's end.
func closeBracket(text []byte, i, depth int) int {
	for open := 0; i < len(text); {
		switch text[i] {
		case '{', '[':
			open++
		case '}', ']':
			if open--; open == 0 {
				return i + 1
			}
		case '\\', '"':
			start, d, ok := openQuote(text, i)
			if ok && d < depth {
				return i
			}
			if ok {
				i = min(closeQuote(text, start, d)+d+1, len(text))
				continue
			}
		}
		i++
	}
	return len(text)
}
