package cloudtrail

// Redacted stands where a session token stood (P34).
const Redacted = "REDACTED"

// isTokenName recognises the name of a session token in every case, as AWS writes
// it and as programs of others do.
func isTokenName(key []byte) bool {
	return equalFold(key, "sessiontoken") || equalFold(key, "session_token")
}

// passKey looks at an object key that the scanner passes.
func (s *scanner) passKey(key []byte, escaped bool) {
	if escaped || len(key) == len("sessionToken") || len(key) == len("session_token") {
		s.suspect = s.suspect || escaped || isTokenName(key)
	}
}

// passText looks at a string with escapes, without which it cannot hold JSON: does
// it name a token, or may it after unescaping?
func (s *scanner) passText(text []byte) {
	for i := 1; i+3 < len(text) && !s.suspect; i++ {
		switch text[i] {
		case 'k', 'K':
			s.suspect = equalFold(text[i-1:i+3], "oken")
		case 'u': // AWS escapes <, >, &, = and ', but no letters
			s.suspect = text[i-1] == '\\' && text[i+1] == '0' && text[i+2] == '0' && text[i+3] >= '4'
		}
	}
}

// redact replaces every session token in a record's valid JSON: the values of all
// members called sessionToken, and those in JSON within strings and names, whole or
// cut off. All else stays byte for byte. The result is in texts; changed is false, and the
// result raw itself, if there was none.
func redact(raw []byte, texts *scratch) (out []byte, changed bool) {
	r := redactor{raw: raw, texts: texts, mark: len(texts.buf)}
	r.value(skipSpace(raw, 0))
	if !r.changed {
		return raw, false
	}
	texts.buf = append(texts.buf, raw[r.from:]...)
	return texts.since(r.mark), true
}

type redactor struct {
	raw     []byte
	from    int // raw is copied up to here
	texts   *scratch
	mark    int
	changed bool
}

// replace puts text in the place of raw[from:to].
func (r *redactor) replace(from, to int, text []byte) {
	r.texts.buf = append(r.texts.buf, r.raw[r.from:from]...)
	r.texts.buf = append(r.texts.buf, text...)
	r.from, r.changed = to, true
}

// value walks over the value at i and returns the index behind it.
func (r *redactor) value(i int) int {
	switch r.raw[i] {
	case '{':
		return r.object(skipSpace(r.raw, i+1))
	case '[':
		return r.array(skipSpace(r.raw, i+1))
	case '"':
		return r.text(i)
	}
	return new(scanner).skipValue(r.raw, i, 0)
}

func (r *redactor) object(i int) int {
	for r.raw[i] != '}' {
		key, escaped, at := skipKey(r.raw, i)
		if escaped {
			key = plainKey(key)
			r.text(i) // a name may be JSON, too
		}
		if isTokenName(key) {
			i = r.token(at)
		} else {
			i = r.value(at)
		}
		if i = skipSpace(r.raw, i); r.raw[i] == ',' {
			i = skipSpace(r.raw, i+1)
		}
	}
	return i + 1
}

func (r *redactor) array(i int) int {
	for r.raw[i] != ']' {
		if i = skipSpace(r.raw, r.value(i)); r.raw[i] == ',' {
			i = skipSpace(r.raw, i+1)
		}
	}
	return i + 1
}

// token replaces the value at i, whatever it is; only null says nothing.
func (r *redactor) token(i int) int {
	const text = `"` + Redacted + `"`
	end := new(scanner).skipValue(r.raw, i, maxDepth)
	if value := r.raw[i:end]; !isNull(value) && string(value) != text {
		r.replace(i, end, []byte(text))
	}
	return end
}

// text replaces tokens in JSON that is itself the text of a string.
func (r *redactor) text(i int) int {
	end, escaped := skipString(r.raw, i+1)
	if !escaped {
		return end
	}
	var s scanner
	if s.passText(r.raw[i+1 : end-1]); !s.suspect {
		return end
	}
	var texts scratch
	text, _ := stringText(r.raw[i:end], &texts)
	if redacted, changed := redactText(text, &texts); changed {
		r.replace(i, end, appendQuoted(nil, redacted))
	}
	return end
}
