package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"roletrail/queries"
)

// completion finds how the word that ends at pos, in characters, can go on: the line before it,
// the words that may stand in its place, and the line after it.
type completion func(line string, pos int) (head string, words []string, tail string)

// viewNames are what there is to complete in a statement: the columns of each view, in their order.
type viewNames map[string][]string

// completer completes what is typed at the prompt. It asks for the names of the views when the
// first word is to be completed, because that takes a moment.
type completer struct {
	read func() (viewNames, error)
	held viewNames
	err  error // of the last attempt to read the names, until it was taken
}

func (r *report) newCompleter(ctx context.Context, engine queries.Engine) *completer {
	return &completer{read: func() (viewNames, error) {
		g, err := r.catalogue(ctx, engine)
		if err != nil {
			return nil, fmt.Errorf("completing a name: %w", err)
		}
		held := viewNames{}
		for _, row := range g.rows {
			view := fmt.Sprint(row[0])
			held[view] = append(held[view], fmt.Sprint(row[1]))
		}
		return held, nil
	}}
}

// views are the names to complete with. A line cannot be interrupted to say what went wrong, so
// that is kept.
func (c *completer) views() viewNames {
	if c.held == nil {
		c.held, c.err = c.read()
	}
	return c.held
}

// takeErr is what went wrong since it was last asked.
func (c *completer) takeErr() error {
	err := c.err
	c.err = nil
	return err
}

// after completes lines that come after what was typed of a statement so far.
func (c *completer) after(typed string) completion {
	return func(line string, pos int) (head string, words []string, tail string) {
		runes := []rune(line)
		pos = min(pos, len(runes))
		start := pos
		for start > 0 && isNameRune(runes[start-1]) {
			start--
		}
		head, word, tail := string(runes[:start]), string(runes[start:pos]), string(runes[pos:])
		switch {
		case typed == "" && strings.HasPrefix(strings.TrimSpace(line), "."):
			return c.command(head, word, tail)
		case inQuotes(typed + head):
			return line, nil, ""
		}
		return c.inStatement(typed, head, word, tail)
	}
}

// command completes a line that is for the prompt: the command, or the view or example that it
// is about.
func (c *completer) command(head, word, tail string) (string, []string, string) {
	if name, isPart := strings.CutPrefix(word, "."); isPart && strings.TrimSpace(head) == "" {
		return head, beginning("."+name, dotCommands), tail
	}
	switch commandName(head) {
	case ".schema", ".tables":
		return head, beginning(word, slices.Sorted(maps.Keys(c.views()))), tail
	case ".examples":
		examples, err := queries.Examples()
		if err != nil {
			c.err = err
		}
		var all []string
		for _, e := range examples {
			all = append(all, e.Name)
		}
		return head, beginning(word, all), tail
	}
	return head, nil, tail
}

// keywords are those that a question needs.
var keywords = []string{
	"and", "as", "asc", "between", "by", "case", "cast", "coalesce", "count", "date", "desc", "distinct", "else", "end", "filter", "from", "group", "having",
	"in", "inner", "is", "join", "left", "like", "limit", "max", "min", "not", "null", "on", "or", "order", "over", "partition", "select", "sum", "then",
	"timestamp", "union", "using", "when", "where", "with",
}

// inStatement completes a name of a statement: after FROM and JOIN a view, after a view or its
// alias and a dot one of its columns, elsewhere a column of the views that the statement names,
// or of any if it names none yet.
func (c *completer) inStatement(typed, head, word, tail string) (string, []string, string) {
	before := nameTokens(typed + head)
	views := c.views()
	named := namedViews(views, append(before, nameTokens(tail)...))
	if of, column, isColumn := cutLast(word, "."); isColumn {
		view, known := named[strings.ToLower(of)]
		if !known {
			view = strings.ToLower(of)
		}
		return head + of + ".", beginning(column, views[view]), tail
	}
	if n := len(before); n > 0 && slices.Contains([]string{"from", "join"}, before[n-1]) {
		return head, beginning(word, slices.Sorted(maps.Keys(views))), tail
	}
	all := slices.Concat(keywords, slices.Collect(maps.Keys(views)), slices.Collect(maps.Keys(named)))
	if len(named) == 0 {
		all = append(all, slices.Concat(slices.Collect(maps.Values(views))...)...)
	}
	for _, view := range named {
		all = append(all, views[view]...)
	}
	slices.Sort(all)
	return head, beginning(word, slices.Compact(all)), tail
}

// namedViews are the views among the names of a statement, by what they are called there:
// themselves, or an alias.
func namedViews(views viewNames, tokens []string) map[string]string {
	named := map[string]string{}
	for i, token := range tokens {
		view := token[strings.LastIndex(token, ".")+1:]
		if views[view] == nil || i == 0 || tokens[i-1] != "from" && tokens[i-1] != "join" {
			continue
		}
		named[view] = view
		next := tokens[i+1:]
		if len(next) > 0 && next[0] == "as" {
			next = next[1:]
		}
		if len(next) > 0 && !slices.Contains(keywords, next[0]) {
			named[next[0]] = view
		}
	}
	return named
}

// nameTokens are the names and keywords of a text in lower case, without those in quotes and
// comments.
func nameTokens(text string) (tokens []string) {
	token := ""
	flush := func() {
		if token != "" {
			tokens = append(tokens, strings.ToLower(token))
		}
		token = ""
	}
	for text != "" {
		n := tokenLength(text)
		if n == 1 && isNameRune(rune(text[0])) {
			token += text[:1]
		} else {
			flush()
		}
		text = text[n:]
	}
	flush()
	return tokens
}

// isNameRune says whether a character can be part of a name, with the view before it.
func isNameRune(r rune) bool {
	return r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// inQuotes says whether a text ends within a quoted text or name, or a comment.
func inQuotes(text string) bool {
	for text != "" {
		n := tokenLength(text)
		if n == len(text) && !isClosed(text) {
			return true
		}
		text = text[n:]
	}
	return false
}

// isClosed says whether a token that takes all of a text has its end.
func isClosed(token string) bool {
	for begin, end := range map[string]string{"'": "'", `"`: `"`, "--": "\n", "/*": "*/", "$$": "$$"} {
		if strings.HasPrefix(token, begin) {
			return len(token) >= len(begin)+len(end) && strings.HasSuffix(token, end)
		}
	}
	return true
}

// beginning are the words that begin with a part, whatever its letters, in their order.
func beginning(part string, words []string) (found []string) {
	for _, word := range words {
		if len(word) >= len(part) && strings.EqualFold(word[:len(part)], part) {
			found = append(found, word)
		}
	}
	return found
}

// cutLast cuts a text at the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}
