package pipeline

import "time"

// RoleChange is what tells kinds of role changes apart. All but the account are of closed
// sets, see package rolechange.
type RoleChange struct{ Account, Change, Severity, Outcome string }

// RoleChanges counts the role changes that were new to the lake.
type RoleChanges struct {
	// Recent counts those since [Options.RecentSince], by kind. Kinds beyond a number
	// are of account "".
	Recent map[RoleChange]int64
	// Old counts the others: what is new of old logs is no news.
	Old int64
	// Untold are those that were to be told, and are so many that they are not.
	Untold int64
	// Last are the times of the newest of the recent ones, by severity.
	Last map[string]time.Time
}

// maxChangeKinds is how many kinds of changes one run counts apart: accounts come out of
// log files. Those of account "" come on top, of which there are some hundred.
const maxChangeKinds = 100_000

func newRoleChanges() RoleChanges {
	return RoleChanges{Recent: map[RoleChange]int64{}, Last: map[string]time.Time{}}
}

// see counts a change, which is news if it was made at recentSince or later.
func (c *RoleChanges) see(kind RoleChange, at, recentSince time.Time) (isNews bool) {
	if at.Before(recentSince) {
		c.Old++
		return false
	}
	c.count(kind, 1)
	c.made(kind.Severity, at)
	return true
}

// add adds what was counted elsewhere.
func (c *RoleChanges) add(other *RoleChanges) {
	c.Old += other.Old
	c.Untold += other.Untold
	for kind, n := range other.Recent {
		c.count(kind, n)
	}
	for severity, at := range other.Last {
		c.made(severity, at)
	}
}

func (c *RoleChanges) count(kind RoleChange, n int64) {
	if len(c.Recent) >= maxChangeKinds {
		if _, ok := c.Recent[kind]; !ok {
			kind.Account = ""
		}
	}
	c.Recent[kind] += n
}

func (c *RoleChanges) made(severity string, at time.Time) {
	if at.After(c.Last[severity]) {
		c.Last[severity] = at
	}
}
