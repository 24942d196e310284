package bucket

import "errors"

// What servers do that would make a list end before its end, or never.
var (
	errNoWayOn   = errors.New("the server says that there are more objects, and not how to ask for them; only a server that lists all can be read")
	errInCircles = errors.New("the server gives pages that it gave before, so that its list would never end; only a server that lists each object once can be read")
	errOnlyEmpty = errors.New("the server says again and again that there are more objects, and gives none; only a server that lists all can be read")
)

// mostEmpty is how many pages in a row may have nothing on them: there are servers that leave out what was
// removed only when a page is made.
const mostEmpty = 1000

// pages follows the pages of one list, and notices if they come again. It remembers one of them at a time, each
// for as long as all before it together: so a circle of any length is found, in the same little memory however
// long the list is, before its pages have come three times more (R. P. Brent, An improved Monte Carlo
// factorization algorithm, 1980, section 2).
type pages struct {
	count, until int    // pages so far, and the next one to be remembered
	token, first string // of the one that is remembered
	empty        int    // pages in a row
}

// next goes on to the page after one: token is how that is asked for, and first what the one begins with, "" if
// there is nothing on it. It fails if the list does not come to its end so.
func (p *pages) next(token, first string) error {
	switch {
	case token == "":
		return errNoWayOn
	case p.count > 0 && (token == p.token || first != "" && first == p.first):
		return errInCircles
	case first != "":
		p.empty = 0
	default:
		if p.empty++; p.empty > mostEmpty {
			return errOnlyEmpty
		}
	}
	if p.count++; p.count > p.until {
		p.token, p.first, p.until = token, first, 2*p.count
	}
	return nil
}
