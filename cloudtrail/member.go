package cloudtrail

import "strings"

// Member returns the raw value of an object's member, whose name is written in any case
// (P26: sAMLProviderArn): the one of the exact name, or else one of another spelling; of
// several the last. It is nil if raw is no object, has no such member, or null there.
// raw must be, or come from, a JSON field of a [Record]: that was scanned before.
func Member(raw []byte, name string) []byte {
	var m matching
	eachScannedMember(raw, func(key, value []byte) { m.see(key, value, name) })
	return m.value()
}

// Object is the members of a JSON object, taken apart once to be asked for several of them.
// The zero value has none.
type Object struct{ members []objectMember }

type objectMember struct{ key, value []byte }

// Read takes an object apart, of which the same holds as for [Member]. The members are valid
// until raw changes.
func (o *Object) Read(raw []byte) {
	o.members = o.members[:0]
	eachScannedMember(raw, func(key, value []byte) { o.members = append(o.members, objectMember{key, value}) })
}

// Member is what [Member] finds in the object.
func (o *Object) Member(name string) []byte {
	var m matching
	for _, of := range o.members {
		m.see(of.key, of.value, name)
	}
	return m.value()
}

// matching is the values of the members that have a name, exactly or but for its case.
type matching struct{ exact, other []byte }

func (m *matching) see(key, value []byte, name string) {
	switch {
	case string(key) == name:
		m.exact = value
	case len(key) == len(name) && strings.EqualFold(string(key), name):
		m.other = value
	}
}

func (m *matching) value() []byte {
	value := m.exact
	if value == nil {
		value = m.other
	}
	if isNull(value) {
		return nil
	}
	return value
}

// eachScannedMember calls fn for the members of an object, as eachMember does, of a text that
// was scanned before: that it is JSON is not looked at again.
func eachScannedMember(raw []byte, fn func(key, value []byte)) {
	i := skipSpace(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return
	}
	for {
		if i = skipSpace(raw, i+1); i >= len(raw) || raw[i] == '}' {
			return
		}
		key, escaped, at := skipKey(raw, i)
		if at < 0 {
			return
		}
		if escaped {
			key = plainKey(key)
		}
		end := skipScanned(raw, at)
		if end < 0 {
			return
		}
		fn(key, raw[at:end:end])
		if i = skipSpace(raw, end); i >= len(raw) || raw[i] != ',' {
			return
		}
	}
}

// skipScanned reads one value that starts at i, of a text that was scanned before: a string
// ends with its quote, what is nested with the bracket that closes it, all else where none of
// its bytes can be.
func skipScanned(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			if i, _ = skipString(b, i+1); i < 0 {
				return i
			}
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\n', '\r', '\t':
			i++
			continue
		default:
			end := skipScalar(b, i)
			if end == i {
				return scanEnd // what no scan lets through
			}
			i = end
		}
		if depth == 0 {
			return i
		}
	}
	return scanEnd
}

// skipScalar reads a number or a word.
func skipScalar(b []byte, i int) int {
	for i < len(b) && b[i] > ' ' && b[i] != ',' && b[i] != '}' && b[i] != ']' {
		i++
	}
	return i
}
