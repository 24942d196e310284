package iam

// Nesting measures how deep JSON text is nested while it streams by, so that a
// limit can be enforced before any decoder recurses into it. The zero value
// stands outside of any document. It does not judge whether the text is JSON.
type Nesting struct {
	depth    int
	inString bool
	escaped  bool
}

// Feed takes the next bytes of the text and returns the deepest level reached
// in them: 1 is inside the outermost object or list.
func (n *Nesting) Feed(text []byte) int {
	deepest := n.depth
	for _, c := range text {
		if n.inString {
			n.feedString(c)
			continue
		}
		switch c {
		case '"':
			n.inString = true
		case '{', '[':
			n.depth++
			deepest = max(deepest, n.depth)
		case '}', ']':
			n.depth = max(n.depth-1, 0)
		}
	}
	return deepest
}

// feedString takes one byte inside a string, where brackets do not count.
func (n *Nesting) feedString(c byte) {
	switch {
	case n.escaped:
		n.escaped = false
	case c == '\\':
		n.escaped = true
	case c == '"':
		n.inString = false
	}
}
