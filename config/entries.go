package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"roletrail/config/didyoumean"
)

// lineError is what is wrong inside a value, at a line of its own.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return e.err.Error() }
func (e *lineError) Unwrap() error { return e.err }

// atLine puts an error at a line, unless it has one of its own already.
func atLine(line int, err error) error {
	if at := (*lineError)(nil); errors.As(err, &at) {
		line = at.line
	}
	return &lineError{line, err}
}

// entries checks a list of sections that have each of the given keys once; check
// says whether the value of a key is one. An error names the entry, counted from 1.
func entries(check map[string]func(*yaml.Node) error, keys ...string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if n.Kind != yaml.SequenceNode {
			return fmt.Errorf("must be a list of entries with %s, not %s", strings.Join(keys, ", "), written(n))
		}
		for i, entry := range n.Content {
			if err := checkEntry(entry, check, keys); err != nil {
				return atLine(entry.Line, &entryError{i + 1, err})
			}
		}
		return nil
	}
}

// entryError names the entry in front of what is wrong with it.
type entryError struct {
	number int
	err    error
}

func (e *entryError) Error() string { return fmt.Sprintf("entry %d: %v", e.number, e.err) }
func (e *entryError) Unwrap() error { return e.err }

func checkEntry(entry *yaml.Node, check map[string]func(*yaml.Node) error, keys []string) error {
	if entry.Kind != yaml.MappingNode {
		return fmt.Errorf("must have the keys %s, not be %s", strings.Join(keys, ", "), written(entry))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(entry.Content); i += 2 {
		key, value := entry.Content[i], entry.Content[i+1]
		switch {
		case !slices.Contains(keys, key.Value):
			return &lineError{key.Line, &valueError{message: fmt.Sprintf("unknown key %q", key.Value), hint: didyoumean.Hint(key.Value, keys)}}
		case seen[key.Value]:
			return &lineError{key.Line, fmt.Errorf("key %q stands twice", key.Value)}
		}
		seen[key.Value] = true
		if err := check[key.Value](value); err != nil {
			return atLine(value.Line, fmt.Errorf("%s %w", key.Value, err))
		}
	}
	for _, key := range keys {
		if !seen[key] {
			return fmt.Errorf("key %q is missing", key)
		}
	}
	return nil
}

var (
	expectedCallersEntry = map[string]func(*yaml.Node) error{"role": pattern, "callers": patterns}
	ownerEntry           = map[string]func(*yaml.Node) error{"role": pattern, "owner": pattern}
	automationEntry      = map[string]func(*yaml.Node) error{"name": pattern, "actors": patterns}
	watchedRoleEntry     = map[string]func(*yaml.Node) error{"role": pattern, "as": oneOf("influential", "break-glass")}
	exceptionEntry       = map[string]func(*yaml.Node) error{"role": pattern, "caller": pattern, "until": date, "reason": text}
)

// pattern wants a text that a role or caller can have. An account id in it needs
// quotes where it stands alone, because YAML takes it for a number.
func pattern(n *yaml.Node) error {
	if err := text(n); err != nil {
		return err
	}
	if strings.ContainsFunc(n.Value, unicode.IsControl) {
		return fmt.Errorf("must not hold control characters: %s", written(n))
	}
	return nil
}

func patterns(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return fmt.Errorf("must be a list of one text or more, not %s", written(n))
	}
	for _, one := range n.Content {
		if err := pattern(one); err != nil {
			return &lineError{one.Line, err}
		}
	}
	return nil
}

func date(n *yaml.Node) error {
	if _, err := time.Parse(time.DateOnly, n.Value); n.Kind != yaml.ScalarNode || err != nil {
		return fmt.Errorf("must be a date like 2026-12-31, not %s", written(n))
	}
	return nil
}
