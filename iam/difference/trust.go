package difference

import (
	"cmp"
	"slices"
	"strings"

	"roletrail/iam/trust"
)

// Trust is the difference between two trust policies.
type Trust struct {
	Added   []Principal `json:"principals_added,omitempty"`
	Removed []Principal `json:"principals_removed,omitempty"`
	// Lost are conditions of principals that stay and of which nothing is left, Weakened
	// those that let more through, Tightened those that let less through or are new.
	Lost      []Condition `json:"conditions_lost,omitempty"`
	Weakened  []Condition `json:"conditions_weakened,omitempty"`
	Tightened []Condition `json:"conditions_tightened,omitempty"`
	// DenialsLost and DenialsGained are principals whom a statement refuses no longer,
	// or newly.
	DenialsLost   []Principal `json:"denials_lost,omitempty"`
	DenialsGained []Principal `json:"denials_gained,omitempty"`
}

// Principal is one that a trust policy names.
type Principal struct {
	// Principal is as written; of NotPrincipal behind "all but ".
	Principal string              `json:"principal"`
	Kind      trust.PrincipalKind `json:"kind"`
	// Account is the one that it lies in, Foreign says that it is another's.
	Account string `json:"account,omitempty"`
	Foreign bool   `json:"foreign,omitempty"`
	// Conditions are those under which it may come; none means whenever it wants.
	Conditions []string `json:"conditions,omitempty"`
}

// Condition is one that changed.
type Condition struct {
	Principal Principal `json:"principal"`
	Key       string    `json:"key"`
	Before    string    `json:"before,omitempty"`
	After     string    `json:"after,omitempty"`
}

// maxListed is how many of a kind a difference lists; the others are only weighed.
const maxListed = 50

// door is one principal of one statement.
type door struct {
	principal  Principal
	actions    []string
	conditions []trust.Condition
}

// doors are those of a policy that open, or that refuse, by what tells principals apart,
// whose order in the policy keys has.
func doors(p trust.Policy, effect string, own Own) (keys []string, all map[string][]door) {
	conditions, nobody := map[int][]trust.Condition{}, map[int]bool{}
	for _, c := range p.Conditions {
		nobody[c.Statement] = nobody[c.Statement] || never(c)
		if !always(c) {
			conditions[c.Statement] = append(conditions[c.Statement], c)
		}
	}
	all = map[string][]door{}
	for _, r := range p.Rows {
		if r.Effect != effect || len(r.Actions) == 0 || nobody[r.Statement] {
			continue
		}
		key := strings.Join([]string{string(r.PrincipalKind), cmp.Or(r.PrincipalKey, r.PrincipalType+" "+r.Principal)}, " ")
		if r.Negated {
			key = "not " + key
		}
		if all[key] == nil {
			keys = append(keys, key)
		}
		all[key] = append(all[key], door{principalOf(r, own), r.Actions, conditions[r.Statement]})
	}
	return keys, all
}

// listed appends the principal of a door with its conditions, up to a number of them.
func listed(to []Principal, d door) []Principal {
	if len(to) >= maxListed {
		return to
	}
	p := d.principal
	for _, c := range d.conditions[:min(len(d.conditions), maxListed)] {
		p.Conditions = append(p.Conditions, conditionText(c))
	}
	return append(to, p)
}

func principalOf(r trust.Row, own Own) Principal {
	p := Principal{Principal: cut(cmp.Or(r.Principal, "what cannot be read"), maxPart), Kind: r.PrincipalKind, Account: r.PrincipalAccount}
	switch r.PrincipalKind {
	case trust.PrincipalAccount, trust.PrincipalUser, trust.PrincipalRole, trust.PrincipalSession:
		p.Foreign = !own(p.Account)
	}
	if r.Negated {
		p.Principal, p.Kind, p.Account, p.Foreign = "all but "+p.Principal, trust.PrincipalAnyone, "", false
	}
	return p
}

// always says that a condition holds for everybody, never that it holds for nobody.
func always(c trust.Condition) bool {
	return len(c.Values) == 0 && c.Negated && c.Quantifier != "any"
}

func never(c trust.Condition) bool {
	return len(c.Values) == 0 && !c.Negated && !c.IfExists && c.Quantifier != "all"
}

// conditionText is a condition as people write it: StringEquals sts:externalid x.
func conditionText(c trust.Condition) string {
	operator := c.Operator
	if c.Quantifier != "" {
		operator = map[string]string{"any": "ForAnyValue:", "all": "ForAllValues:"}[c.Quantifier] + operator
	}
	if c.IfExists {
		operator += "IfExists"
	}
	return cut(operator+" "+c.Key+" "+strings.Join(c.Values, ", "), maxPart)
}

// compareTrust is the difference between two trust policies.
func compareTrust(before, after trust.Policy, own Own) *Trust {
	t := &Trust{}
	oldKeys, old := doors(before, trust.Allow, own)
	newKeys, now := doors(after, trust.Allow, own)
	for _, key := range newKeys {
		if old[key] == nil {
			t.Added = listed(t.Added, now[key][0])
			continue
		}
		for _, d := range now[key] {
			t.widen(old[key], d)
		}
		for _, d := range old[key] {
			t.tighten(d, now[key])
		}
	}
	for _, key := range oldKeys {
		if now[key] == nil {
			t.Removed = listed(t.Removed, old[key][0])
		}
	}
	t.DenialsLost = refusedOnlyBy(before, after, own)
	t.DenialsGained = refusedOnlyBy(after, before, own)
	return t
}

// widen notes what a door asks no longer of whom it lets in.
func (t *Trust) widen(old []door, now door) {
	var closest []trust.Condition
	wider := []string(nil)
	for i, d := range old {
		missing := now.unasked(d)
		actions := slices.DeleteFunc(slices.Clone(now.actions), func(a string) bool { return slices.Contains(d.actions, a) })
		if len(missing) == 0 && len(actions) == 0 {
			return // as it was, or narrower
		}
		if i == 0 || len(missing)+len(actions) < len(closest)+len(wider) {
			closest, wider = missing, actions
		}
	}
	for _, c := range closest {
		change := Condition{Principal: now.principal, Key: c.Key, Before: conditionText(c)}
		if i := slices.IndexFunc(now.conditions, func(n trust.Condition) bool { return n.Key == c.Key }); i >= 0 {
			change.After = conditionText(now.conditions[i])
			t.Weakened = append(t.Weakened, change)
		} else {
			t.Lost = append(t.Lost, change)
		}
	}
	for _, action := range wider {
		t.Weakened = append(t.Weakened, Condition{Principal: now.principal, Key: "action", After: action})
	}
}

// tighten notes what a door asks now and did not, if none is left that lets in whom it did.
func (t *Trust) tighten(old door, now []door) {
	var closest []trust.Condition
	for i, d := range now {
		added := old.unasked(d)
		if len(added) == 0 {
			return
		}
		if i == 0 || len(added) < len(closest) {
			closest = added
		}
	}
	for _, c := range closest {
		t.Tightened = append(t.Tightened, Condition{Principal: old.principal, Key: c.Key, After: conditionText(c)})
	}
}

// unasked are the conditions of another door that somebody may fail to meet who passes
// this one.
func (d door) unasked(other door) (missing []trust.Condition) {
	for _, c := range other.conditions {
		if !slices.ContainsFunc(d.conditions, func(mine trust.Condition) bool { return implies(mine, c) }) {
			missing = append(missing, c)
		}
	}
	return missing
}

// refusedOnlyBy are the principals that a statement of one policy refuses and none of the
// other.
func refusedOnlyBy(one, other trust.Policy, own Own) (out []Principal) {
	keys, refused := doors(one, trust.Deny, own)
	_, there := doors(other, trust.Deny, own)
	for _, key := range keys {
		for _, d := range refused[key] {
			same := func(o door) bool {
				return len(d.unasked(o)) == 0 && len(o.unasked(d)) == 0 && slices.Equal(d.actions, o.actions)
			}
			if !slices.ContainsFunc(there[key], same) {
				out = listed(out, d)
			}
		}
	}
	return out
}

// severity is how grave it is. opened are the reasons by which the new policy is open to
// others and the old one was not.
func (t *Trust) severity(opened []string) Severity {
	critical := len(opened) > 0
	for _, c := range t.Lost {
		critical = critical || c.Principal.isOutside()
	}
	switch {
	case critical:
		return Critical
	case len(t.Added)+len(t.Lost)+len(t.Weakened)+len(t.DenialsLost) > 0:
		return High
	case len(t.Removed)+len(t.Tightened)+len(t.DenialsGained) > 0:
		return Low
	}
	return Info
}

// isOutside says whether a principal is not one's own: then conditions are all that
// holds it back.
func (p Principal) isOutside() bool {
	switch p.Kind {
	case trust.PrincipalAnyone, trust.PrincipalOIDC, trust.PrincipalSAML, trust.PrincipalUnknown:
		return true
	}
	return p.Foreign
}

// String is how reasons name a principal.
func (p Principal) String() string {
	switch {
	case p.Kind == trust.PrincipalAnyone && !strings.HasPrefix(p.Principal, "all but "):
		return "anybody"
	case p.Kind == trust.PrincipalAccount:
		return "account " + p.Account
	}
	return p.Principal
}

// reasons says in words what is different.
func (t *Trust) reasons() (out []string) {
	for _, p := range t.Added {
		text := "lets in " + p.String()
		if len(p.Conditions) > 0 {
			text += " (" + strings.Join(p.Conditions, "; ") + ")"
		}
		out = append(out, text)
	}
	for _, c := range t.Lost {
		out = append(out, "no longer asks "+c.Principal.String()+" for "+c.Before)
	}
	for _, c := range t.Weakened {
		if c.Before == "" {
			out = append(out, "lets in "+c.Principal.String()+" by "+c.After)
			continue
		}
		out = append(out, "asks "+c.Principal.String()+" for less: "+c.After+" where it was "+c.Before)
	}
	for _, p := range t.DenialsLost {
		out = append(out, "no longer refuses "+p.String())
	}
	for _, p := range t.Removed {
		out = append(out, "no longer lets in "+p.String())
	}
	for _, c := range t.Tightened {
		out = append(out, "asks "+c.Principal.String()+" for "+c.After)
	}
	for _, p := range t.DenialsGained {
		out = append(out, "refuses "+p.String())
	}
	return out
}

// bound cuts the lists of conditions, so that a difference has a size. It comes after
// everything was weighed.
func (t *Trust) bound() {
	for _, list := range []*[]Condition{&t.Lost, &t.Weakened, &t.Tightened} {
		*list = (*list)[:min(len(*list), maxListed)]
	}
}
