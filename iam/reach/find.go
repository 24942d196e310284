package reach

import (
	"slices"
	"strings"

	"roletrail/iam"
	"roletrail/iam/history"
)

// Memory is what is asked of facts, see [history.Memory].
type Memory interface {
	history.Memory
	// AroundGroup returns the last facts about the subjects of a group that are kept from
	// before a moment, in their order and so many at most.
	AroundGroup(group string, m history.Moment, most int) ([]history.Fact, error)
}

// Finder finds whom changes reach.
type Finder struct {
	Inventory *Inventory
	Memory    Memory
}

// Reach is whom a change reaches beside the roles that its record names.
type Reach struct {
	// Roles are ARNs by the inventory, in their order.
	Roles []string
	// Accounts are ids of those where it reaches all roles, or those of the permission set.
	Accounts []string
	// Units are ids of organisational units and roots of which nobody tells the accounts.
	Units []string
	// ByLogs says that accounts and units are those of which the logs tell.
	ByLogs bool
	// Unknown says what is not known; empty if nothing is missing.
	Unknown string
}

// mostFacts is how many accounts or targets are looked for.
const mostFacts = 10_000

// kinds are the kinds of changes that may reach others than they name.
var kinds = []string{
	"managed_policy_version_created", "managed_policy_default_changed", "managed_policy_deleted", "identity_provider_changed", "roles_anywhere_changed",
	"permission_set_changed", "account_assignment_changed", "org_policy_changed", "organization_changed",
}

// Reaches says whether changes of a kind may reach others than they name.
func Reaches(kind string) bool { return slices.Contains(kinds, kind) }

// Find says whom a change reaches; nil where it reaches nobody but the roles that it names. It asks
// the memory of what was before the change.
func (f *Finder) Find(c *Change) (*Reach, error) {
	request, response := read(c)
	switch c.Kind {
	case "managed_policy_version_created", "managed_policy_default_changed", "managed_policy_deleted":
		return f.policy(c), nil
	case "identity_provider_changed":
		return f.provider(c, provider(request, response)), nil
	case "roles_anywhere_changed":
		return f.certificates(c), nil
	}
	if !c.Succeeded {
		return nil, nil
	}
	switch c.Kind {
	case "permission_set_changed":
		return f.permissionSet(c, set(request, response), string(request.TargetID))
	case "account_assignment_changed":
		return f.assignment(c, set(request, response), string(request.TargetID))
	case "org_policy_changed":
		return f.control(c, request)
	case "organization_changed":
		return f.account(c, string(request.AccountID)), nil
	}
	return nil, nil
}

// policy: whoever has the policy may do what its new version says, and whoever is bounded by it.
func (f *Finder) policy(c *Change) *Reach {
	arn, err := iam.ParseARN(c.Policy)
	if err != nil {
		return nil
	}
	return f.via(c, c.Policy, arn.AccountID)
}

// via are the roles that are linked to something of an account. Only whom a change reached that
// succeeded is worth the word that it is unknown.
func (f *Finder) via(c *Change, via, account string) *Reach {
	r := &Reach{Roles: each(f.Inventory.via[via])}
	if len(r.Roles) == 0 && !f.Inventory.accounts[account] {
		r.Unknown = "there is no inventory of account " + account
	}
	if !c.Succeeded && len(r.Roles) == 0 {
		return nil
	}
	return r
}

func (f *Finder) provider(c *Change, provider string) *Reach {
	arn, err := iam.ParseARN(provider)
	isIAM := strings.Contains(c.Name, "SAMLProvider") || strings.Contains(c.Name, "OpenIDConnectProvider")
	switch {
	case isIAM && err == nil && iam.IsAccountID(arn.AccountID):
		return f.via(c, provider, arn.AccountID)
	case !c.Succeeded:
		return nil
	case isIAM:
		return &Reach{Unknown: "the record names no provider"}
	}
	return f.allSets() // a directory of Identity Center, which says who anybody is there
}

// allSets are the roles of all permission sets.
func (f *Finder) allSets() *Reach {
	r := &Reach{Roles: each(f.Inventory.ofAllSets())}
	if len(f.Inventory.accounts) == 0 {
		r.Unknown = "there is no inventory"
	}
	return r
}

// certificates: a profile names its roles, a trust anchor lets in certificates for all roles of
// the account that trust them.
func (f *Finder) certificates(c *Change) *Reach {
	switch c.Name {
	case "CreateProfile", "UpdateProfile", "EnableProfile", "DisableProfile", "DeleteProfile", "PutAttributeMapping", "DeleteAttributeMapping":
		if c.NamesRoles || !c.Succeeded {
			return nil
		}
		return &Reach{Unknown: "the record does not name the roles of the profile"}
	}
	return f.via(c, anywhere(c.AccountID), c.AccountID)
}

// permissionSet: its roles, in the account in which it is provisioned if it is in one alone.
func (f *Finder) permissionSet(c *Change, set, target string) (*Reach, error) {
	switch {
	case c.Name == "CreatePermissionSet":
		return nil, nil // nobody has it yet
	case set == "":
		return f.allSets(), nil // settings of all
	case iam.IsAccountID(target):
		return f.assignment(c, set, target)
	}
	facts, err := f.Memory.AroundGroup(ofAccounts(set), moment(c, 0), mostFacts)
	if err != nil {
		return nil, err
	}
	r := &Reach{ByLogs: len(facts) > 0}
	for _, fact := range facts {
		r.Accounts = append(r.Accounts, fact.Text)
	}
	err = f.addRoles(r, c, set, "")
	return r, err
}

// assignment: somebody may become the role of the permission set in an account.
func (f *Finder) assignment(c *Change, set, target string) (*Reach, error) {
	if !iam.IsAccountID(target) || set == "" {
		return nil, nil // that of an application
	}
	r := &Reach{Accounts: []string{target}}
	err := f.addRoles(r, c, set, target)
	return r, err
}

// addRoles adds the roles of a permission set, which have its name, in one account or in all, and
// their accounts.
func (f *Finder) addRoles(r *Reach, c *Change, set, account string) error {
	name, _, err := f.Memory.Around(ofSetName(set), moment(c, 0))
	if err != nil {
		return err
	}
	if name == nil || name.Standing != history.Here {
		r.Unknown = "the logs do not tell the name of the permission set"
		return nil
	}
	for _, role := range f.Inventory.sets[strings.ToLower(name.Text)] {
		arn, _ := iam.ParseARN(role)
		if account == "" || account == arn.AccountID {
			r.Roles, r.Accounts = append(r.Roles, role), append(r.Accounts, arn.AccountID)
		}
	}
	r.Roles, r.Accounts = each(r.Roles), each(r.Accounts)
	if len(r.Roles) == 0 && !f.Inventory.accounts[account] {
		r.Unknown = "no inventory has a role of permission set " + name.Text
	}
	return nil
}

// control: a policy of the organisation bears upon its targets.
func (f *Finder) control(c *Change, request named) (*Reach, error) {
	r := &Reach{}
	switch c.Name {
	case "AttachPolicy", "DetachPolicy":
		r.add(string(request.TargetID))
	case "EnablePolicyType", "DisablePolicyType":
		r.add(string(request.RootID))
	case "UpdatePolicy":
		facts, err := f.Memory.AroundGroup(ofTargets(string(request.PolicyID)), moment(c, 0), mostFacts)
		if err != nil {
			return nil, err
		}
		for _, fact := range facts {
			if fact.Standing == history.Here {
				r.add(fact.Text)
				r.ByLogs = true
			}
		}
		r.Accounts = each(append(r.Accounts, f.Inventory.capped[string(request.PolicyID)]...))
	default:
		return nil, nil // nothing that bears upon anybody
	}
	if len(r.Accounts)+len(r.Units) == 0 {
		r.Unknown = "the logs do not tell what the policy is attached to"
	}
	return r, nil
}

// add takes in a target of a policy of the organisation.
func (r *Reach) add(target string) {
	switch {
	case iam.IsAccountID(target):
		r.Accounts = append(r.Accounts, target)
	case target != "":
		r.Units = append(r.Units, target)
	}
}

// account: other policies of the organisation bear upon an account that moves or leaves.
func (f *Finder) account(c *Change, account string) *Reach {
	switch c.Name {
	case "LeaveOrganization":
		account = c.AccountID
	case "MoveAccount", "RemoveAccountFromOrganization":
	default:
		return nil
	}
	if !iam.IsAccountID(account) {
		return &Reach{Unknown: "the record names no account"}
	}
	return &Reach{Accounts: []string{account}}
}
