package inventory

import (
	"fmt"
	"time"

	"roletrail/iam/trust"
)

// Inventory is what one file, or several merged, say about roles.
type Inventory struct {
	// Origin says what it means that something is not here.
	Origin Origin
	// Roles are the roles, each once, ordered by ARN. Two entries with the same
	// ARN are one role.
	Roles []Role
	// Accounts are the ids of all accounts that the files speak of, by a role,
	// user, group or policy; ordered.
	Accounts []string
	// Incomplete are the ids of the accounts of which only the first pages are
	// here; ordered. What is missing from these must not be called deleted.
	Incomplete []string
	// Problems are the parts that could not be read, in the order of the files.
	Problems []Problem
	// Pages is the number of pages (JSON documents) read.
	Pages int
	// Read counts the entries of all RoleDetailLists;
	// Read = len(Roles) + Duplicates + Lost. Of an inventory from the logs it is the
	// number of its roles.
	Read, Duplicates, Lost int
	// Changes counts by account the changes that it was made of, or that its grants
	// were dated by: [Replay], [Inventory.DateGrants].
	Changes map[string]int

	files    []*file           // as they were read; all of the above follows from them
	policies map[string]Policy // managed ones by ARN
	dating   map[string]int    // those of Changes that can date grants, of a replay
}

// Role is one role of the inventory: a row of iam/roles. Empty text, zero
// numbers and zero times mean unknown or none.
type Role struct {
	// ARN is valid, and the only source of AccountID (12 digits), Path ("/" or
	// "/a/b/") and Name: these agree with it always.
	ARN, AccountID, Path, Name string
	// RoleID is the unique id AROA…, or empty when the inventory holds none that
	// has the form of one.
	RoleID    string
	CreatedAt time.Time // UTC
	// Kind is never empty (design 9.7).
	Kind trust.Kind
	// MaxSession is the longest session in seconds, 900 to 43200. It is 0 unless
	// the role came with MaxSessionDuration, which
	// get-account-authorization-details leaves out.
	MaxSession int32
	// Boundary is the ARN of the permissions boundary.
	Boundary string
	// Tags is a JSON object {"key":"value",…} ordered by key; "{}" for none,
	// empty when the inventory does not speak of tags.
	Tags string
	// TrustPolicy is compact JSON text; empty when there is none, or TrustUnread says that
	// it could not be read.
	TrustPolicy string
	TrustUnread bool
	// LastUsed is the last use that IAM knows of (it tracks 400 days and counts
	// denied attempts), LastUsedRegion where. UTC.
	LastUsed       time.Time
	LastUsedRegion string

	perms permissions
}

// Problem is a part of an inventory that could not be read.
type Problem struct {
	// Where names file, page and entry, or the role alone when files contradict
	// each other. Text from the files stands quoted in it and in Err, so both are
	// safe to print.
	Where string
	// Err says what is wrong.
	Err error
	// RoleLost is true when a role is missing from the result because of it.
	RoleLost bool
}

// String returns the problem as one line.
func (p Problem) String() string {
	return fmt.Sprintf("%s: %v", p.Where, p.Err)
}
