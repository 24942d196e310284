package inventory

import (
	"fmt"
	"io"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// Limits bound what one file may cost. A zero field means its default.
type Limits struct {
	// Bytes is the largest size of a file after inflation.
	Bytes int64
	// Roles is the largest number of entries in its RoleDetailLists together.
	Roles int
}

// DefaultLimits are generous for a whole organisation: IAM allows 5,000 roles in
// an account, and each takes some 10 kB here.
var DefaultLimits = Limits{Bytes: 1 << 30, Roles: 1_000_000}

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = DefaultLimits.Bytes
	}
	if l.Roles <= 0 {
		l.Roles = DefaultLimits.Roles
	}
	return l
}

// LimitError says that a file is over one of the Limits.
type LimitError struct {
	// Limit is the name of the field of Limits.
	Limit string
	// Max is its value.
	Max int64
}

func (e *LimitError) Error() string {
	what := map[string]string{
		"Bytes": "it has more than %d bytes, inflated",
		"Roles": "it has more than %d roles",
	}[e.Limit]
	return fmt.Sprintf(what+" (limit %s)", e.Max, e.Limit)
}

// maxDepth is how deep the JSON of a file is read; real inventories need 15. What is
// nested deeper is cut out: a policy stands at most seven levels deep itself, so that
// what is left of one that was cut is still over policy.MaxDepth. It is refused, and
// nothing else of the file is.
const maxDepth = 2 * policy.MaxDepth

// guard passes a stream on as long as it is within its size, and without what is nested
// over maxDepth, so that the decoder behind it never sees either.
type guard struct {
	r       io.Reader
	left    int64
	limits  Limits
	nesting iam.Nesting
	err     error // the first error, for good: the decoder asks again after one
}

func newGuard(r io.Reader, l Limits) *guard {
	return &guard{r: r, left: l.Bytes, limits: l}
}

func (g *guard) Read(b []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	var n int
	for n == 0 && g.err == nil && len(b) > 0 {
		n, g.err = g.r.Read(b)
		if g.left -= int64(n); g.left < 0 {
			n, g.err = 0, &LimitError{Limit: "Bytes", Max: g.limits.Bytes}
		}
		n = len(g.nesting.Prune(b[:n], maxDepth))
	}
	return n, g.err
}
