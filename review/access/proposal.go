package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"roletrail/iam/policy"
	"roletrail/review/proposal"
)

// Proposal is a policy in place of those that a role has: it keeps what was used and what
// nobody can say was not, under the resources and conditions of today.
type Proposal struct {
	// Policies are documents, as JSON. None, without a WhyNot, means that the role needs no
	// policy.
	Policies []string `json:"policies"`
	Kept     int64    `json:"kept"` // permissions
	Dropped  int64    `json:"dropped"`
	// Unproven are kept though no call proves that they are needed, and Unsure are dropped
	// though the logs do not prove that they are not (probably_unused).
	Unproven int64 `json:"unproven"`
	Unsure   int64 `json:"unsure"`
	// Denials are statements that deny today, and do so in the proposal.
	Denials int `json:"denials"`
	// WhyNot says why there is no proposal; null if there is one.
	WhyNot Text `json:"why_not"`

	drafts []policy.Draft
}

// readPolicies gathers what the inventory has of the roles' policies. Documents that
// several roles have are held once.
func (r *reader) readPolicies() error {
	r.held = map[*Role]*proposal.Held{}
	documents := map[string]string{}
	return r.each("role_policies", func(x row) {
		role := r.find(x)
		if role == nil {
			return
		}
		if r.held[role] == nil {
			r.held[role] = &proposal.Held{}
		}
		r.held[role].Add(func(name string) any {
			cell := x.cell(name)
			if text, ok := cell.(string); ok && name == "document" {
				if _, held := documents[text]; !held {
					documents[text] = text
				}
				return documents[text]
			}
			return cell
		})
	})
}

// mostKept is the length, in characters, of the actions of ten managed policies that hold
// nothing else: more than that is no policy that a role can have.
const mostKept = policy.MaxManaged * policy.MaxAttached

// propose proposes a policy for a role that holds what it does not need. kept are the
// permissions that it needs; unproved says why the logs prove nothing of them, if so.
func (r *reader) propose(role *Role, kept []policy.Kept, unproved error) {
	g := role.Grants
	if !role.InReview || g.Away() == 0 {
		return
	}
	p := &Proposal{Policies: []string{}, Dropped: g.Away(), Kept: g.Granted - g.Away(), Unproven: g.PossiblyUsed + g.Unobservable + g.TooNew, Unsure: g.ProbablyUnused}
	role.Proposal = p
	length := 0
	for _, k := range kept {
		length += len(k.Action) + len(`"",`)
	}
	var proposed *policy.Proposal
	err := errTooMuch
	switch held := r.held[role]; {
	case slices.Contains(r.review.Meta.Coverage.Thin, string(role.AccountID)):
		err = errThin
	case unproved != nil:
		err = unproved
	case held == nil:
		err = errNoPolicies
	case length <= mostKept:
		proposed, err = held.Propose(kept)
		if err == nil && len(proposed.Drafts) > policy.MaxAttached {
			err = errTooMuch
		}
	}
	if err != nil {
		p.WhyNot = line(whyNot(err))
		return
	}
	p.Denials, p.drafts = proposed.Denials, proposed.Drafts
	for _, d := range proposed.Drafts {
		p.Policies = append(p.Policies, strings.TrimSuffix(d.JSON(), "\n"))
	}
}

// Why there is no proposal.
var (
	errThin       = errors.New("coverage of its account is thin: what was used on the missing days would be taken away")
	errNoPolicies = errors.New("the inventory does not have its policies")
	errTooMuch    = fmt.Errorf("what it keeps takes more than the %d managed policies that a role may have: its policies grant by patterns what no log can show; report unused --policy --strict keeps less", policy.MaxAttached)
)

// whyNot is an error as a sentence, with the next step if it has one.
func whyNot(err error) string {
	text := err.Error()
	if reason := (*proposal.Reason)(nil); errors.As(err, &reason) {
		text += "; " + reason.Next
	}
	return sentence(text) + "."
}
