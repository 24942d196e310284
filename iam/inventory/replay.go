package inventory

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"roletrail/iam"
)

// Replay makes an inventory of what events show, for accounts that have no other: the
// roles that the changes made or changed and that were not deleted since.
//
// A role whose creation is among the changes is known in full from then on. Any other
// is known in part: it may have policies from before, and a boundary. What it may do is
// a lower bound then, and its privilege is left open. An event without parameters may
// have changed any role of its account, unless it made one, so all of them are known in part from then on.
//
// Of a role that was not created in the logs neither id nor path are in the changes:
// sightings tell them. One that was not seen either is taken to have no path.
func Replay(changes []Change, sightings []Sighting) *Inventory {
	r := NewReplayer()
	r.Take(changes)
	return r.Inventory(sightings)
}

// Replayer replays changes as [Replay] does, part by part.
type Replayer struct {
	accounts map[string]int // changes of each
	dating   map[string]int // those of them that can date grants
	roles    map[roleName]*replayedRole
	gone     map[roleName]time.Time // when the last role of the name was deleted
	policies map[string]*replayedPolicy
	problems []Problem
}

// NewReplayer is a Replayer to which nothing has happened yet.
func NewReplayer() *Replayer {
	return &Replayer{
		accounts: map[string]int{},
		dating:   map[string]int{},
		roles:    map[roleName]*replayedRole{},
		gone:     map[roleName]time.Time{},
		policies: map[string]*replayedPolicy{},
	}
}

// Take takes changes in any order, none of which is earlier than, or of the same moment
// as, one that was taken before.
func (r *Replayer) Take(changes []Change) {
	for _, c := range inOrder(changes) {
		if !iam.IsAccountID(c.AccountID) {
			r.problems = append(r.problems, Problem{Where: c.where(), Err: errors.New("its account has no id of 12 digits")})
			continue
		}
		r.accounts[c.AccountID]++
		if Dates(c.Name) {
			r.dating[c.AccountID]++
		}
		if err := r.apply(&c); err != nil {
			r.problems = append(r.problems, Problem{Where: c.where(), Err: err})
		}
	}
}

// roleName tells the roles that exist at one moment apart: IAM takes names for equal
// whatever their case and path.
type roleName struct{ account, name string }

func nameOfRole(account, name string) roleName { return roleName{account, strings.ToLower(name)} }

// What is said of changes whose parameters are not in the log. What made a role or
// policy that is not known changed no other.
var (
	errNotNamed     = errors.New("the log does not hold its parameters (as above 100 KB): what it made is not known")
	errNoParameters = errors.New("the log does not hold its parameters (as above 100 KB): what it changed is not known, " +
		"and the roles of its account are known in part from then on")
)

// apply takes a change. An error says what of it could not be read; the rest counts.
func (r *Replayer) apply(c *Change) error {
	in, out, err := c.parameters()
	switch c.Name {
	case "CreateRole", "CreateServiceLinkedRole":
		return errors.Join(err, r.createRole(c, in, out))
	case "DeleteRole", "DeleteServiceLinkedRole":
		return errors.Join(err, r.deleteRole(c, in))
	case "CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy":
		return errors.Join(err, r.changePolicy(c, in, out))
	}
	role := r.role(c, in)
	if role == nil {
		return errors.Join(err, errNoParameters)
	}
	return errors.Join(err, role.change(c, in))
}

// role is the role that a change is about: if the logs did not make it, it is there
// from now on. It is nil if the change does not name one.
func (r *Replayer) role(c *Change, in request) *replayedRole {
	if !isRoleName(in.RoleName) {
		r.doubt(c.AccountID)
		return nil
	}
	key := nameOfRole(c.AccountID, in.RoleName)
	role := r.roles[key]
	if role == nil {
		role = newReplayedRole(roleARN(c.AccountID, "/", in.RoleName))
		r.roles[key] = role
	}
	return role
}

// doubt notes that any role of an account may have changed.
func (r *Replayer) doubt(account string) {
	for key, role := range r.roles {
		role.complete = role.complete && key.account != account
	}
}

// createRole makes a role. One of its name that still seems to be there was deleted
// where the logs have a gap, or in the same second.
func (r *Replayer) createRole(c *Change, in request, out response) error {
	role, err := madeRole(c, in, out)
	if role == nil {
		return errors.Join(err, errNotNamed)
	}
	key := nameOfRole(c.AccountID, lastPart(role.arn))
	_, role.replaces = r.roles[key]
	r.roles[key] = role
	return err
}

func (r *Replayer) deleteRole(c *Change, in request) error {
	if !isRoleName(in.RoleName) {
		r.doubt(c.AccountID)
		return errNoParameters
	}
	key := nameOfRole(c.AccountID, in.RoleName)
	if role := r.roles[key]; role != nil && role.replaces && role.createdAt.Equal(c.Time) {
		return nil // the one before was meant
	}
	delete(r.roles, key)
	r.gone[key] = c.Time
	return nil
}

// Inventory is what is there after the last change. Nothing can be taken after it.
func (r *Replayer) Inventory(sightings []Sighting) *Inventory {
	inv := &Inventory{Origin: FromLogs, Accounts: sortedNames(r.accounts), Changes: r.accounts, Problems: r.problems, policies: map[string]Policy{}, dating: r.dating}
	seen := sightingsOf(sightings)
	for key, role := range r.roles {
		role.identify(seen[key], r.gone[key])
		built, err := role.build()
		if err != nil {
			inv.roleProblem(Role{ARN: role.arn}, err)
		}
		inv.Roles = append(inv.Roles, built)
	}
	for arn, p := range r.policies {
		if p.known() {
			inv.policies[arn] = p.Policy
		}
	}
	slices.SortFunc(inv.Roles, func(a, b Role) int { return strings.Compare(a.ARN, b.ARN) })
	slices.SortFunc(inv.Problems[len(r.problems):], func(a, b Problem) int { return strings.Compare(a.Where, b.Where) })
	inv.Read = len(inv.Roles)
	return inv
}

// sortedNames are the keys of a map in order.
func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
