package config

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	yamlLine    = regexp.MustCompile(`^yaml: line (\d+): `)
	yamlAnchor  = regexp.MustCompile(`^unknown anchor '(.+)' referenced$`)
	keyOfLine   = regexp.MustCompile(`^[ \t{-]*([A-Za-z_]+)[ \t]*:`)
	indentedTab = regexp.MustCompile(`^ *\t`)
)

// syntaxError is what the parser of YAML refused, at its line and near its key. The parser
// names no line for what stands in the first one, nor for aliases and bytes that are no text.
func syntaxError(path string, file []byte, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if found := yamlLine.FindStringSubmatch(err.Error()); found != nil {
		line, _ = strconv.Atoi(found[1]) // digits, by the pattern
		text = strings.TrimPrefix(err.Error(), found[0])
	} else if alias := yamlAnchor.FindStringSubmatch(text); alias != nil {
		line = lineOf(file, bytes.Index(file, []byte("*"+alias[1])))
	} else if at := noText(file); at >= 0 {
		line = lineOf(file, at)
	}
	e := &Error{Path: path, Line: line, Err: errors.New(text)}
	lines := strings.Split(string(file), "\n")
	if line > len(lines) {
		return e
	}
	switch {
	case indentedTab.MatchString(lines[line-1]):
		e.hint = "indent with spaces: YAML takes no tabs there"
	case strings.HasPrefix(lines[line-1], "%"):
		e.hint = "take the line out: a line that begins with % is a directive, and none is needed"
	}
	for at := line - 1; at >= 0; at-- {
		if key := keyOfLine.FindStringSubmatch(lines[at]); key != nil {
			e.Err = fmt.Errorf("near key %q: %s", key[1], text)
			break
		}
	}
	return e
}

// lineOf is the line, from 1, of a byte.
func lineOf(file []byte, at int) int { return 1 + bytes.Count(file[:max(at, 0)], []byte("\n")) }

// noText is where the first byte stands that YAML takes for no text, or -1.
func noText(file []byte) int {
	for at := 0; at < len(file); {
		r, size := utf8.DecodeRune(file[at:])
		isControl := r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85
		if isControl || r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}
