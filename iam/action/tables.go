package action

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

var (
	//go:embed dataplane.txt
	dataPlaneText string
	//go:embed permissiononly.txt
	permissionText string
	//go:embed documented.txt
	documentedText string
)

// tables are the reviewed tables in memory.
type tables struct {
	services  map[string]serviceView
	dataTypes []string // the first is empty
}

// rule names actions of one service.
type rule struct {
	pattern  string // in AWS's spelling, * stands for any text
	dataType uint16 // index into tables.dataTypes
}

// of is what the tables say of the service with this prefix.
func (t *tables) of(prefix string) serviceView { return t.services[prefix] }

// reviewed are the tables that are built in.
func reviewed() *tables { return readTables() }

var readTables = sync.OnceValue(func() *tables {
	t, err := parseTables(dataPlaneText, permissionText, documentedText)
	if err != nil {
		panic(err.Error()) // a test reads them
	}
	return t
})

func parseTables(dataPlane, permission, documented string) (*tables, error) {
	t := &tables{services: map[string]serviceView{}, dataTypes: []string{""}}
	err := eachLine("dataplane.txt", dataPlane, 4, func(fields []string) {
		view := t.services[fields[0]]
		view.dataPlane = append(view.dataPlane, rules(fields[3:], t.dataType(fields[1]))...)
		t.services[fields[0]] = view
	})
	if err == nil {
		err = eachLine("permissiononly.txt", permission, 3, func(fields []string) {
			view := t.services[fields[0]]
			view.permission = append(view.permission, rules(fields[2:], 0)...)
			t.services[fields[0]] = view
		})
	}
	if err == nil {
		err = eachLine("documented.txt", documented, 2, func(fields []string) {
			view := t.services[fields[0]]
			view.documented = true
			t.services[fields[0]] = view
		})
	}
	return t, err
}

// eachLine hands over the fields of every line that is no comment.
func eachLine(file, text string, least int, fn func(fields []string)) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < least {
			return fmt.Errorf("reading %s: line %d has %d fields, not %d or more", file, n, len(fields), least)
		}
		fn(fields)
	}
	return nil
}

// dataType is the number of a type of data events; "-" is none.
func (t *tables) dataType(name string) uint16 {
	if name == "-" {
		return 0
	}
	for i, known := range t.dataTypes {
		if known == name {
			return uint16(i)
		}
	}
	t.dataTypes = append(t.dataTypes, name)
	return uint16(len(t.dataTypes) - 1)
}

func rules(patterns []string, dataType uint16) []rule {
	var out []rule
	for _, p := range patterns {
		out = append(out, rule{p, dataType})
	}
	return out
}

// matches says whether the rule names an action.
func (r rule) matches(name string) bool {
	first, rest, wild := strings.Cut(r.pattern, "*")
	if !wild {
		return name == r.pattern
	}
	if name, wild = strings.CutPrefix(name, first); !wild {
		return false
	}
	for {
		part, more, again := strings.Cut(rest, "*")
		if !again {
			return strings.HasSuffix(name, part)
		}
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(part):], more
	}
}
