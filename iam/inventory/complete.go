package inventory

import (
	"errors"
	"fmt"
	"strings"
)

// CheckComplete is an error if pages of an account are missing.
func (inv *Inventory) CheckComplete() error {
	if len(inv.Incomplete) == 0 {
		return nil
	}
	return fmt.Errorf("taking the inventory of %s: pages are missing (the last one says IsTruncated), and roles on them would pass for deleted; give all pages in one command",
		strings.Join(inv.Incomplete, ", "))
}

// endPage takes note of a page. One that names no account (the last one may be
// empty) belongs to the accounts of the page before it.
func (f *file) endPage(pg page) {
	if len(pg.accounts) > 0 {
		f.last = sortedKeys(pg.accounts)
	}
	f.lastMore = pg.truncated
	for _, account := range f.last {
		f.more[account] = pg.truncated
	}
}

// noteUnknownAccount makes it a problem that a file announces more pages but
// names no account that could be called incomplete.
func (f *file) noteUnknownAccount() {
	if f.lastMore && len(f.more) == 0 {
		f.problems = append(f.problems, Problem{
			Where: name(f.name),
			Err:   errors.New("the file says that more pages follow, and names no account"),
		})
	}
}

// accountsOf returns all accounts of the files, and those of them that are
// incomplete. Within a file the last page of an account decides. Over several
// files, whose order says little (page-10 sorts before page-2), an account is
// complete as soon as one file holds its last page. A file without any account
// speaks of the accounts at the end of the file before.
func accountsOf(files []*file) (all, incomplete []string) {
	seen, done := map[string]bool{}, map[string]bool{}
	var last []string
	for _, f := range files {
		for account, more := range f.more {
			seen[account] = true
			done[account] = done[account] || !more
		}
		if len(f.more) > 0 {
			last = f.last
		} else if !f.lastMore {
			for _, account := range last {
				done[account] = true
			}
		}
	}
	all = sortedKeys(seen)
	for _, account := range all {
		if !done[account] {
			incomplete = append(incomplete, account)
		}
	}
	return all, incomplete
}
