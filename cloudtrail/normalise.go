package cloudtrail

import (
	"bytes"
	"slices"
)

// normalise rewrites valid JSON so that the scanner can read it: object keys lose
// needless escapes, and of members with the same key only the last one stays,
// which is the one that encoding/json would use. Values stay byte for byte.
func normalise(raw []byte) []byte {
	n := normaliser{raw: raw, out: make([]byte, 0, len(raw))}
	n.value(skipSpace(raw, 0))
	return n.out
}

type normaliser struct {
	raw, out []byte
	members  []outMember // of all objects that are being written, the innermost last
}

// outMember is a member in normaliser.out, its key from from to colon, its value
// behind that up to to.
type outMember struct{ from, colon, to int }

// value writes the value at i and returns the index behind it.
func (n *normaliser) value(i int) int {
	switch n.raw[i] {
	case '{':
		return n.object(skipSpace(n.raw, i+1))
	case '[':
		return n.array(skipSpace(n.raw, i+1))
	}
	end := new(scanner).skipValue(n.raw, i, 0)
	n.out = append(n.out, n.raw[i:end]...)
	return end
}

func (n *normaliser) array(i int) int {
	n.out = append(n.out, '[')
	for n.raw[i] != ']' {
		i = skipSpace(n.raw, n.value(i))
		if n.raw[i] == ',' {
			n.out = append(n.out, ',')
			i = skipSpace(n.raw, i+1)
		}
	}
	n.out = append(n.out, ']')
	return i + 1
}

func (n *normaliser) object(i int) int {
	n.out = append(n.out, '{')
	start, mine := len(n.out), len(n.members)
	for n.raw[i] != '}' {
		key, escaped, at := skipKey(n.raw, i)
		if escaped {
			key = plainKey(key)
		}
		m := outMember{from: len(n.out)}
		n.out = appendQuoted(n.out, key)
		m.colon = len(n.out)
		n.out = append(n.out, ':')
		i = skipSpace(n.raw, n.value(at))
		m.to = len(n.out)
		n.members = append(n.members, m)
		if n.raw[i] == ',' {
			n.out = append(n.out, ',')
			i = skipSpace(n.raw, i+1)
		}
	}
	n.dropRepeated(start, n.members[mine:])
	n.members = n.members[:mine]
	n.out = append(n.out, '}')
	return i + 1
}

// dropRepeated takes those members out of the object whose key comes again behind
// them. members is reordered.
func (n *normaliser) dropRepeated(start int, members []outMember) {
	key := func(m outMember) []byte { return n.out[m.from:m.colon] }
	slices.SortFunc(members, func(a, b outMember) int {
		if c := bytes.Compare(key(a), key(b)); c != 0 {
			return c
		}
		return a.from - b.from
	})
	last := members[:0]
	for i, m := range members {
		if i+1 == len(members) || !bytes.Equal(key(m), key(members[i+1])) {
			last = append(last, m)
		}
	}
	if len(last) == len(members) {
		return
	}
	slices.SortFunc(last, func(a, b outMember) int { return a.from - b.from })
	out := n.out[:start]
	for i, m := range last {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, n.out[m.from:m.to]...)
	}
	n.out = out
}
