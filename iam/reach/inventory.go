package reach

import (
	"slices"
	"strings"

	"roletrail/iam"
)

// Link says by what a role is reached, or an account as a whole.
type Link struct {
	AccountID string
	// RoleARN is empty where all of the account is reached.
	RoleARN, RoleID string
	// Via is the ARN of a policy that the role has or is bounded by, or that bears upon the
	// account; a principal of its trust policy; or empty, for a role or account that is there.
	Via string
}

// Inventory is what inventories tell of roles, as far as changes can reach them.
type Inventory struct {
	accounts map[string]bool
	via      map[string][]string // roles, by that and, where it is a service, the account
	sets     map[string][]string // roles by the name of their permission set, in lower case
	capped   map[string][]string // accounts by the id of a policy of the organisation
	ids      map[string]string   // of roles
}

// NewInventory is one without a role.
func NewInventory() *Inventory {
	return &Inventory{accounts: map[string]bool{}, via: map[string][]string{}, sets: map[string][]string{}, capped: map[string][]string{}, ids: map[string]string{}}
}

// RolesAnywhere is the principal of roles that outside certificates may become.
const RolesAnywhere = "rolesanywhere.amazonaws.com"

// IsWayIn says whether a principal of a trust policy is one that a change can be about: a provider
// of identities, or [RolesAnywhere].
func IsWayIn(principal string) bool {
	return principal == RolesAnywhere || strings.Contains(principal, ":saml-provider/") || strings.Contains(principal, ":oidc-provider/")
}

// Add takes in a link.
func (i *Inventory) Add(l Link) {
	if l.RoleARN == "" {
		i.addAccount(l)
		return
	}
	if l.RoleID != "" {
		i.ids[l.RoleARN] = l.RoleID
	}
	i.accounts[l.AccountID] = true
	if l.Via == RolesAnywhere {
		l.Via = anywhere(l.AccountID)
	}
	if l.Via != "" {
		i.via[l.Via] = append(i.via[l.Via], l.RoleARN)
		return
	}
	arn, err := iam.ParseARN(l.RoleARN)
	if err != nil {
		return
	}
	if set, ok := arn.PermissionSet(); ok {
		key := strings.ToLower(set)
		i.sets[key] = append(i.sets[key], l.RoleARN)
	}
}

func (i *Inventory) addAccount(l Link) {
	if l.Via == "" {
		i.accounts[l.AccountID] = true
		return
	}
	id := l.Via[strings.LastIndexByte(l.Via, '/')+1:]
	i.capped[id] = append(i.capped[id], l.AccountID)
}

// anywhere is the key of roles that certificates of an account may become: a trust anchor is of
// one account.
func anywhere(account string) string { return RolesAnywhere + " " + account }

// IDOf is the unique id of a role; empty if no inventory tells.
func (i *Inventory) IDOf(roleARN string) string { return i.ids[roleARN] }

// ofAllSets are the roles of all permission sets.
func (i *Inventory) ofAllSets() (roles []string) {
	for _, of := range i.sets {
		roles = append(roles, of...)
	}
	return roles
}

// each are texts in their order, each once.
func each(texts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(texts)))
}
