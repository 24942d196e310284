package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"roletrail/iam/policy"
)

// MaxBytes is the largest trust policy that is read, in bytes of compact JSON:
// several times the 8,192 characters that IAM accepts. It bounds what a document
// can make of the lake, since every principal of a statement is a row that bears
// the statement's conditions.
const MaxBytes = 32 << 10

// Policy is a trust policy as the rows of two lake tables. What the role is
// called and when it was seen is for their writer to add.
type Policy struct {
	// Rows are those of iam/role_trust, one per statement and principal, in the
	// document's order.
	Rows []Row
	// Conditions are those of iam/role_trust_conditions, one per statement,
	// operator and key, in the document's order.
	Conditions []Condition
}

// Row is one principal of one statement.
type Row struct {
	Statement     int    // position in the document, from 0
	Sid           string // empty when there is none
	Effect        string // allow or deny
	PrincipalType string // AWS, Service, Federated, CanonicalUser, or as written
	Principal     string // as written
	// Negated: the statement is about all but its principals (NotPrincipal).
	Negated       bool
	PrincipalKind PrincipalKind
	// PrincipalAccount is the account that the principal lies in, empty where it
	// does not tell.
	PrincipalAccount string
	// PrincipalKey is what a direct caller is compared with (see the package
	// comment); empty for anyone and unknown.
	PrincipalKey string
	// Actions are those of the three that begin a session which the statement
	// covers, in the order of Actions(). A statement that covers none of them
	// admits nobody and refuses nobody.
	Actions []string
	// Conditions is the Condition block as JSON, empty when there is none.
	Conditions string
}

// The values of Row.Effect.
const (
	Allow = "allow"
	Deny  = "deny"
)

// Parse reads a trust policy from its text: plain JSON, as CloudTrail's
// requestParameters have it (assumeRolePolicyDocument, policyDocument), or
// URL-encoded, as responseElements and the IAM API have it.
//
// An absent document is policy.ErrAbsent, one without statements
// policy.ErrNoStatement; neither admits anybody. Any other error names the
// statement that could not be read. Such a statement may be about anybody, and it
// is kept as a row of kind unknown, without a principal, so that nobody is called
// not trusted because of it.
func Parse(text string) (Policy, error) {
	raw, err := json.Marshal(text)
	if err != nil {
		return Policy{}, fmt.Errorf("reading trust policy: %w", err)
	}
	compact, err := policy.Decode(raw)
	if err == nil && len(compact) > MaxBytes {
		err = fmt.Errorf("%d bytes are over the limit of %d for a trust policy", len(compact), MaxBytes)
	}
	var doc policy.Document
	if err == nil {
		doc, err = policy.Parse(compact)
	}
	var p Policy
	for _, s := range doc.Statements {
		p.add(s, doc.HasVariables())
	}
	if err == nil {
		return p, nil
	}
	next := 0
	if n := len(doc.Statements); n > 0 {
		next = doc.Statements[n-1].Number + 1
	}
	p.addUnread(err, next)
	return p, fmt.Errorf("reading trust policy: %w", err)
}

// Unread is a policy of which nothing can be read: it may admit anybody, and refuse anybody.
func Unread() (p Policy) {
	p.addUnread(errors.New("reading trust policy: it is no JSON document"), 0)
	return p
}

func (p *Policy) add(s policy.Statement, hasVariables bool) {
	row := Row{Statement: s.Number, Sid: s.Sid, Effect: Deny, Actions: covered(s), Conditions: s.ConditionJSON}
	if s.Allow {
		row.Effect = Allow
	}
	p.addPrincipals(row, s.Principals)
	if row.Negated = s.HasNotPrincipal; row.Negated {
		p.addPrincipals(row, s.NotPrincipals)
		if len(s.NotPrincipals) == 0 {
			row.PrincipalKind = PrincipalUnknown
			p.Rows = append(p.Rows, row)
		}
	}
	for _, c := range s.Conditions {
		p.Conditions = append(p.Conditions, readCondition(s.Number, c, hasVariables))
	}
}

// addPrincipals adds a row for each principal; one that is listed twice is one.
func (p *Policy) addPrincipals(row Row, principals []policy.Principal) {
	seen := map[policy.Principal]bool{}
	for _, pr := range principals {
		if seen[pr] {
			continue
		}
		seen[pr] = true
		named := readPrincipal(pr)
		row.PrincipalType, row.Principal = pr.Type, pr.Value
		row.PrincipalKind, row.PrincipalAccount, row.PrincipalKey = named.kind, named.account, named.key
		p.Rows = append(p.Rows, row)
	}
}

// addUnread adds rows for what cannot be read: each statement that err names, or
// all from the one at position next on.
func (p *Policy) addUnread(err error, next int) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			p.addUnread(e, next)
		}
		p.sort()
		return
	}
	if errors.Is(err, policy.ErrAbsent) || errors.Is(err, policy.ErrNoStatement) {
		return
	}
	row := Row{Statement: next, Effect: Allow, PrincipalKind: PrincipalUnknown, Actions: Actions()}
	if s := (*policy.StatementError)(nil); errors.As(err, &s) {
		row.Statement, row.Sid = s.Number, s.Sid
	}
	p.Rows = append(p.Rows, row)
	if policy.MayHideDeny(err) {
		row.Effect = Deny
		p.Rows = append(p.Rows, row)
	}
}

func (p *Policy) sort() {
	slices.SortStableFunc(p.Rows, func(a, b Row) int { return a.Statement - b.Statement })
}
