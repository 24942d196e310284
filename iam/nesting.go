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
		n.feed(c)
		deepest = max(deepest, n.depth)
	}
	return deepest
}

// Prune takes the next bytes of the text and returns them without what stands inside
// of objects and lists of a level beyond limit, of which the brackets stay: whoever
// reads on meets one level more than limit and no further one. It overwrites text.
func (n *Nesting) Prune(text []byte, limit int) []byte {
	before := *n
	if n.Feed(text) <= limit {
		return text
	}
	*n = before
	kept := text[:0]
	for _, c := range text {
		inside := n.depth > limit
		if n.feed(c); !inside || n.depth <= limit {
			kept = append(kept, c)
		}
	}
	return kept
}

func (n *Nesting) feed(c byte) {
	switch {
	case n.inString:
		n.feedString(c)
	case c == '"':
		n.inString = true
	case c == '{', c == '[':
		n.depth++
	case c == '}', c == ']':
		n.depth = max(n.depth-1, 0)
	}
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
