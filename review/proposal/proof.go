package proposal

import "errors"

// Proof gathers what the logs prove of the permissions of a role. Its zero value has
// seen none.
type Proof struct {
	proved  bool
	reasons map[string]int // of those that are probably unused
}

// Add takes in the verdict on a permission, with its reason.
func (p *Proof) Add(verdict, reason string) {
	switch verdict {
	case "used", "possibly_used", "denied_only", "unused":
		p.proved = true
	case "probably_unused":
		if p.reasons == nil {
			p.reasons = map[string]int{}
		}
		p.reasons[reason]++
	}
}

// Missing is an error if a proposal would drop permissions, and the logs prove of none of
// the role's that it was used, asked for, or that its use would have been seen: such a
// role may have done all of it where no log of the lake says so.
func (p *Proof) Missing() error {
	if p.proved || len(p.reasons) == 0 {
		return nil
	}
	most := ""
	for reason, n := range p.reasons {
		if m := p.reasons[most]; n > m || n == m && reason < most {
			most = reason
		}
	}
	return &Reason{errors.New("nothing that it may do is proved used or unused: " + most),
		"ingest the logs that this is missing from, and ask again; report unused --role lists each action with its reason"}
}
