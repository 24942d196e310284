package proposal

import (
	"errors"
	"fmt"
	"strings"

	"roletrail/iam/policy"
)

// Held is what the inventory has of a role's policies: the rows of the question
// role_policies about one role.
type Held struct {
	Policies []policy.Source
	// hasNamesakes: what the role used may be another's; isRemade: another role has the
	// name by now.
	hasNamesakes, isRemade bool
	unknown                error
}

// Add takes in a row, of which cell gives the column of a name.
func (h *Held) Add(cell func(name string) any) {
	h.hasNamesakes = h.hasNamesakes || cell("has_namesakes") == true
	h.isRemade = h.isRemade || cell("is_remade") == true
	s := policy.Source{}
	s.Name, _ = cell("policy").(string)
	s.Document, _ = cell("document").(string)
	const again = "what it allows and denies is not known; make the inventory without --filter, all pages, and ingest it again"
	const repair = "what it allows and denies is not known; ingest iam says what is wrong with it: put that right, in IAM or in the file, and ingest it again"
	switch {
	case h.unknown != nil:
	case cell("policy") == nil:
		h.unknown = &Reason{errors.New("the inventory does not list all of its policies"), again}
	case s.Document == "" && strings.HasPrefix(s.Name, "inline:"): // it comes with the role, whatever was left out
		h.unknown = &Reason{fmt.Errorf("the document of policy %q cannot be read", s.Name), repair}
	case s.Document == "":
		h.unknown = &Reason{fmt.Errorf("the inventory has no document of policy %q that can be read", s.Name), again}
	case cell("has_more_patterns") == true:
		h.unknown = &Reason{errors.New("its policies have more patterns that fit no action of the catalogue than are looked at"),
			"bring the catalogue up to date with ingest catalogue --refresh and ingest the inventory again, or take such patterns out of its policies"}
	}
	h.Policies = append(h.Policies, s)
}

// Unknown is an error if a policy is not known: nobody knows what else it allows, and what
// it denies.
func (h *Held) Unknown() error { return h.unknown }

// Unlike is an error if what the role may do and what it did may be of two roles.
func (h *Held) Unlike() error {
	switch {
	case h.hasNamesakes:
		return &Reason{errors.New("the inventory does not have its id, and the logs know several roles of its name: which of them used what cannot be told"),
			"make the inventory with aws iam get-account-authorization-details, which has all ids, and ingest it again"}
	case h.isRemade:
		return &Reason{errors.New("the logs know a younger role of its name than the inventory does: its policy would be that one's"),
			"ingest iam with an inventory of today, and ask again"}
	}
	return nil
}

// Propose cuts the policies down to the actions that are kept.
func (h *Held) Propose(kept []policy.Kept) (*policy.Proposal, error) {
	if err := h.Unlike(); err != nil {
		return nil, err
	}
	if err := h.Unknown(); err != nil {
		return nil, err
	}
	return policy.Propose(h.Policies, kept)
}

// Reason says why nothing is proposed, and what would change that.
type Reason struct {
	Err  error
	Next string
}

func (r *Reason) Error() string { return r.Err.Error() }
func (r *Reason) Unwrap() error { return r.Err }

// Hint is the next step.
func (r *Reason) Hint() string { return r.Next }
