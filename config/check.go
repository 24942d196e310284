package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"roletrail/config/didyoumean"
)

// check holds the text against the table of keys. The first thing wrong is the error.
func check(path string, b []byte) error {
	for _, mistake := range checkAll(path, b) {
		return mistake
	}
	return nil
}

// checkAll is everything that is wrong with the text, in the order of its lines: of a list of
// entries the first thing, for those that follow may be wrong because of it.
func checkAll(path string, b []byte) []error {
	decoder := yaml.NewDecoder(bytes.NewReader(b))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil // an empty file sets nothing
		}
		return []error{syntaxError(path, b, err)}
	}
	var further yaml.Node
	switch err := decoder.Decode(&further); {
	case err == nil:
		return []error{&Error{Path: path, Line: further.Line, Err: errors.New("a second document begins; only one is read")}}
	case !errors.Is(err, io.EOF):
		return []error{syntaxError(path, b, err)}
	}
	root := document.Content[0]
	if root.Tag == "!!null" {
		return nil // nothing but comments
	}
	return checkMapping(path, "", root)
}

// checkMapping checks the keys of one section; prefix is "" at the top and
// "limits." inside limits.
func checkMapping(path, prefix string, n *yaml.Node) (mistakes []error) {
	if n.Kind != yaml.MappingNode {
		return []error{&Error{Path: path, Line: n.Line, Err: fmt.Errorf("%smust be keys with values, not %s", label(prefix), written(n))}}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			mistakes = append(mistakes, &Error{Path: path, Line: key.Line, Err: fmt.Errorf("%smust be keys with values, and a key is %s", label(prefix), written(key))})
			continue
		}
		name := prefix + key.Value
		if seen[name] {
			mistakes = append(mistakes, &Error{Path: path, Line: key.Line, Err: fmt.Errorf("key %q stands twice", name)})
			continue
		}
		seen[name] = true
		mistakes = append(mistakes, checkKey(path, name, key, value)...)
	}
	return mistakes
}

func checkKey(path, name string, key, value *yaml.Node) []error {
	if sections[name] {
		return checkMapping(path, name+".", value)
	}
	checkValue, known := keys[name]
	if !known {
		return []error{&Error{
			Path: path, Line: key.Line, Err: fmt.Errorf("unknown key %q", name),
			hint: didyoumean.Hint(name, allNames()),
		}}
	}
	if err := checkValue(value); err != nil {
		line := value.Line
		if at := (*lineError)(nil); errors.As(err, &at) {
			line = at.line
		}
		return []error{&Error{Path: path, Line: line, Err: fmt.Errorf("%s %w", name, err), hint: hintOf(err)}}
	}
	return nil
}

// allNames are the keys and sections, sorted.
func allNames() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(keys)), maps.Keys(sections))
	slices.Sort(names)
	return names
}

func label(prefix string) string {
	if prefix == "" {
		return ""
	}
	return strings.TrimSuffix(prefix, ".") + " "
}
