package action

import (
	"fmt"
	"strings"
)

// readFacts reads one of the reviewed text files: a fact a line, its columns
// separated by one tab each, comments behind a # at the beginning of a line. The
// first keys columns together name the fact, so no two lines may agree in them.
func readFacts(file, text string, keys, columns int) ([][]string, error) {
	var facts [][]string
	seen := map[string]int{}
	for i, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fact := strings.Split(line, "\t")
		if err := checkFact(fact, columns); err != nil {
			return nil, fmt.Errorf("reading %s: line %d: %w", file, i+1, err)
		}
		key := strings.ToLower(strings.Join(fact[:keys], " "))
		if before, ok := seen[key]; ok {
			return nil, fmt.Errorf("reading %s: line %d: %q stands in line %d already", file, i+1, key, before)
		}
		seen[key] = i + 1
		facts = append(facts, fact)
	}
	return facts, nil
}

// checkFact holds a line to its columns and to the characters that its names, and
// lists of names, are made of.
func checkFact(fact []string, columns int) error {
	if len(fact) != columns {
		return fmt.Errorf("%d columns instead of %d", len(fact), columns)
	}
	for i, value := range fact {
		if value == "" {
			return fmt.Errorf("column %d is empty", i+1)
		}
		for _, c := range []byte(value) {
			if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && strings.IndexByte("-.,:", c) < 0 {
				return fmt.Errorf("column %d holds %q", i+1, c)
			}
		}
	}
	return nil
}

// actionList reads a column of actions of a service. Those of another service bear
// its prefix; "-" is none.
func actionList(service, column string) []string {
	if column == "-" {
		return nil
	}
	list := strings.Split(column, ",")
	for i, name := range list {
		if !strings.Contains(name, ":") {
			list[i] = service + ":" + name
		}
	}
	return list
}
