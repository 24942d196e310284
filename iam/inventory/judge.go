package inventory

import (
	"errors"
	"slices"

	"roletrail/iam"
	"roletrail/iam/action"
	"roletrail/iam/policy"
	"roletrail/iam/trust"
)

// Judge says what the roles of an inventory may do. It keeps what it has compiled,
// since many roles have the same policies, and serves one goroutine.
type Judge struct {
	inv        *Inventory
	universe   *policy.Universe
	grader     *policy.Grader
	scps, rcps [][]policy.Named
	control    []UsedPolicy
	managed    map[string]*managed // by ARN
	incomplete map[string]bool     // accounts
}

// managed is a managed policy that was compiled.
type managed struct {
	compiled *policy.Compiled // nil if the inventory has no document of it
	history  history
}

// NewJudge makes a judge by the actions of a catalogue. levels are the control
// policies of the organisation that bear on every role of the inventory, one element
// per level (root, organisational units, account); none means none that are known.
func NewJudge(inv *Inventory, c *action.Catalogue, levels [][]ControlPolicy) *Judge {
	universe := policy.NewUniverse(c.Names())
	accessLevels := make([]string, c.Len())
	for i := range accessLevels {
		accessLevels[i] = string(c.At(i).Level)
	}
	j := &Judge{
		inv:        inv,
		universe:   universe,
		grader:     policy.NewGrader(universe, accessLevels),
		managed:    map[string]*managed{},
		incomplete: map[string]bool{},
	}
	for _, account := range inv.Incomplete {
		j.incomplete[account] = true
	}
	for _, level := range levels {
		j.addLevel(level)
	}
	return j
}

// addLevel adds the control policies of a level. One that has no service control
// policy allows everything: it was given for its resource control policies.
func (j *Judge) addLevel(level []ControlPolicy) {
	var scps, rcps []policy.Named
	for _, p := range level {
		named := policy.Named{Name: controlName(p), Policy: j.compile(p.Document)}
		kind := SCP
		if p.Resource {
			kind = RCP
			rcps = append(rcps, named)
		} else {
			scps = append(scps, named)
		}
		j.control = append(j.control, UsedPolicy{Policy: p.Policy, Kind: kind})
	}
	if scps != nil {
		j.scps = append(j.scps, scps)
	}
	if rcps != nil {
		j.rcps = append(j.rcps, rcps)
	}
}

func controlName(p ControlPolicy) string {
	switch {
	case p.ARN != "":
		return p.ARN
	case p.Resource:
		return "rcp:" + p.Name
	}
	return "scp:" + p.Name
}

// compile makes a document ready; nil if there is none.
func (j *Judge) compile(document string) *policy.Compiled {
	if document == "" {
		return nil
	}
	return j.universe.Compile(policy.Parse(document))
}

// Judgement is what the policies of one role make of it.
type Judgement struct {
	// Privilege is the most that the role may do, Path what makes an Admin one.
	Privilege policy.Privilege
	Path      string
	// Unread names the policies that are not known in full. What the others grant
	// counts.
	Unread []policy.Unread

	judge  *Judge
	role   *Role
	result *policy.Result
	inline map[string]*history // of the inline policies of which events tell
}

// Role judges one role of the inventory.
func (j *Judge) Role(r *Role) *Judgement {
	set := policy.Set{Role: r.ARN}
	for _, arn := range r.perms.attached {
		set.Identity = append(set.Identity, policy.Named{Name: arn, Policy: j.of(arn).compiled})
	}
	for _, in := range r.perms.inline {
		set.Identity = append(set.Identity, policy.Named{Name: inlinePrefix + in.Name, Policy: j.compile(in.Document)})
	}
	switch {
	case r.perms.boundaryUnread:
		set.Boundary = &policy.Named{Name: "permissions boundary"}
	case r.Boundary != "":
		set.Boundary = &policy.Named{Name: r.Boundary, Policy: j.of(r.Boundary).compiled}
	}
	if r.Kind != trust.ServiceLinked { // control policies do not bear on AWS's own roles
		set.SCPs, set.RCPs = j.scps, j.rcps
	}
	result := policy.Evaluate(j.universe, set)
	out := &Judgement{Unread: result.Unread, judge: j, role: r, result: result, inline: historiesOf(r)}
	out.Privilege, out.Path = j.grader.Grade(result, r.ARN)
	switch {
	case out.Privilege == policy.Admin:
	case !r.perms.listed || j.incomplete[r.AccountID]:
		out.Privilege = policy.Ungraded // there may be policies that are not here
	case len(set.Identity) == 0:
		out.Privilege = policy.None // whatever a boundary says that cannot be read
	}
	return out
}

// UnreadPolicies are the names of the policies that are not known in full, each once;
// "…" stands for those that the inventory does not even name.
func (g *Judgement) UnreadPolicies() []string {
	names := []string{}
	for _, u := range g.Unread {
		if !slices.Contains(names, u.Policy) {
			names = append(names, u.Policy)
		}
	}
	if !g.role.perms.listed && !slices.Contains(names, "…") {
		names = append(names, "…")
	}
	return names
}

// inlinePrefix tells the name of an inline policy from an ARN.
const inlinePrefix = "inline:"

// everything is AWS's AdministratorAccess, which inventories may leave out.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// of returns a managed policy by its ARN.
func (j *Judge) of(arn string) *managed {
	if m := j.managed[arn]; m != nil {
		return m
	}
	kept, known := j.inv.policies[arn]
	if a, err := iam.ParseARN(arn); !known && err == nil && a.IsAWSManagedPolicy("AdministratorAccess") {
		kept.Document = everything
	}
	m := &managed{compiled: j.compile(kept.Document), history: history{policy: kept}}
	j.managed[arn] = m
	return m
}

// Problems are control policies that leave the roles nothing, and the managed policies
// that roles have and of which the inventory holds no document, by ARN. They are all
// named when all roles were judged.
func (j *Judge) Problems() []Problem {
	missing := map[string]bool{}
	for arn, m := range j.managed {
		if _, known := j.inv.policies[arn]; !known && m.compiled == nil {
			missing[arn] = true
		}
	}
	reason := errors.New("roles have it, but the inventory does not: what it grants is not known; make the inventory without --filter")
	if j.inv.Origin == FromLogs {
		reason = errors.New("roles have it, but no event in the lake holds it: what it grants is not known; ingest iam FILE tells it")
	}
	problems := j.controlProblems()
	for _, arn := range sortedKeys(missing) {
		problems = append(problems, Problem{Where: "policy " + name(arn), Err: reason})
	}
	return problems
}
