package inventory

import "fmt"

// file is what was read of one file, before anything is settled between its
// pages or with other files.
type file struct {
	name       string
	roles      []Role            // in the order of the file, repeats included
	policies   map[string]Policy // managed ones by ARN
	problems   []Problem
	pages      int
	read, lost int
	// more says of each account whether its last page in this file announces
	// another one.
	more map[string]bool
	// last are the accounts of the page read last, and lastMore what it said.
	last     []string
	lastMore bool
}

func newFile(name string) *file {
	return &file{name: name, policies: map[string]Policy{}, more: map[string]bool{}}
}

// problem remembers what is wrong with a part of the page being read.
func (f *file) problem(what string, err error) {
	where := fmt.Sprintf("%q: page %d: %s", f.name, f.pages+1, what)
	f.problems = append(f.problems, Problem{Where: where, Err: err})
}
