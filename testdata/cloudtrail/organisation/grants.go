package organisation

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// texts is a list that a policy may write as one text.
type texts []string

// UnmarshalJSON reads either form.
func (t *texts) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		*t = []string{""}
		return json.Unmarshal(text, &(*t)[0])
	}
	return json.Unmarshal(text, (*[]string)(t))
}

// statement is what the policies here say; all of them allow.
type statement struct {
	Action, NotAction, Resource texts
}

// statements reads a policy of the generator's own.
func (document raw) statements() []statement {
	var parsed struct{ Statement []statement }
	if err := json.Unmarshal([]byte(document), &parsed); err != nil {
		panic("reading a policy written here: " + err.Error())
	}
	return parsed.Statement
}

// grants tells whether the statement is about an action.
func (s statement) grants(action string) bool {
	fits := func(pattern string) bool {
		ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(action))
		return ok && err == nil
	}
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, fits)
	}
	return slices.ContainsFunc(s.Action, fits)
}

func (document raw) grants(action string) bool {
	return slices.ContainsFunc(document.statements(), func(s statement) bool { return s.grants(action) })
}

// held is one policy as a role has it.
type held struct {
	name     string // ARN, or inline:NAME
	document raw
	since    func(action string) time.Time
}

// policiesOf are the policies of a role: attached ones, then its own.
func (w *world) policiesOf(r *role) []held {
	var all []held
	for _, arn := range r.attached {
		p := w.policyOf(arn)
		times := w.defaults(p)
		attached := w.lastChange(r.created, func(c *change) bool {
			return c.change == "policy_attached" && c.policyARN == arn && slices.Contains(c.roles, r)
		})
		all = append(all, held{arn, times[len(times)-1].document, func(action string) time.Time { return latest(attached, unbroken(times, action)) }})
	}
	for _, p := range r.inline {
		put := w.lastChange(r.created, func(c *change) bool {
			return c.change == "inline_policy_put" && slices.Contains(c.roles, r)
		})
		all = append(all, held{"inline:" + p.name, p.document, func(string) time.Time { return put }})
	}
	return all
}

// lastChange is the time of the newest change that succeeded, otherwise the given
// time.
func (w *world) lastChange(otherwise time.Time, is func(*change) bool) time.Time {
	for i := range w.changes {
		if c := &w.changes[i]; c.outcome == success && c.at.Before(until) && is(c) {
			otherwise = latest(otherwise, c.at)
		}
	}
	return otherwise
}

// defaults are the versions of a policy in the order in which they became the
// default one, with the time of that. A version is made the default one when it is
// created; an older one was chosen again by the change that the quarter saw.
func (w *world) defaults(p *managedPolicy) []policyVersion {
	times := slices.Clone(p.versions)
	slices.Reverse(times)
	if times[len(times)-1].isDefault {
		return times
	}
	for _, v := range p.versions {
		if v.isDefault {
			v.created = w.lastChange(v.created, func(c *change) bool {
				return c.change == "managed_policy_default_changed" && c.policyARN == p.arn()
			})
			times = append(times, v)
		}
	}
	return times
}

// unbroken is since when all default versions have granted an action: writing it
// again does not make a grant younger (design 9.21).
func unbroken(times []policyVersion, action string) (since time.Time) {
	for _, v := range slices.Backward(times) {
		if !v.document.grants(action) {
			break
		}
		since = v.created
	}
	return since
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// grant is what a role's policies say of one action.
type grant struct {
	via, resources []string
	since          time.Time
}

// grantOf is what lets a role do an action, nil if nothing does.
func (w *world) grantOf(r *role, action string) *grant {
	if r.boundary != "" && !w.policyOf(r.boundary).versions[0].document.grants(action) {
		return nil
	}
	var g *grant
	for _, p := range w.policiesOf(r) {
		for i, s := range p.document.statements() {
			if !s.grants(action) {
				continue
			}
			since := p.since(action)
			if g == nil {
				g = &grant{since: since}
			}
			if since.Before(g.since) {
				g.since = since
			}
			g.via = append(g.via, p.name+"#"+strconv.Itoa(i+1))
			g.resources = append(g.resources, s.Resource...)
		}
	}
	if g != nil {
		slices.Sort(g.resources)
		g.resources = slices.Compact(g.resources)
	}
	return g
}

// namedActions are the actions that a role's policies grant by their names, and
// whether there is nothing else: no pattern and no NotAction.
func (w *world) namedActions(r *role) (actions []string, all bool) {
	all = true
	for _, p := range w.policiesOf(r) {
		for _, s := range p.document.statements() {
			all = all && len(s.NotAction) == 0
			for _, a := range s.Action {
				if strings.ContainsAny(a, "*?") {
					all = false
					continue
				}
				actions = append(actions, a)
			}
		}
	}
	return actions, all
}
