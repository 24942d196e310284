package pipeline

import (
	"time"

	"roletrail/cloudtrail"
)

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
	// Last are the times of the newest of the recent ones, by severity.
	Last map[string]time.Time
}

// maxChangeKinds is how many kinds of changes one run counts apart: accounts come out of
// log files. Those of account "" come on top, of which there are some hundred.
const maxChangeKinds = 100_000

// seenChange is a role change of an object.
type seenChange struct {
	kind RoleChange
	at   int64 // µs since 1970
}

// seenChange is what the event that was stored last changes of roles.
func (r *rows) seenChange(rec *cloudtrail.Record, e *row) (seenChange, bool) {
	if e.change < 0 {
		return seenChange{}, false
	}
	c := &r.changes.all[e.change]
	kind := RoleChange{Account: string(rec.Account()), Change: c.event.Change, Severity: c.severity.String(), Outcome: string(c.outcome)}
	return seenChange{kind, rec.Time}, true
}

func newRoleChanges() RoleChanges {
	return RoleChanges{Recent: map[RoleChange]int64{}, Last: map[string]time.Time{}}
}

func (c *RoleChanges) see(seen []seenChange, recentSince time.Time) {
	for _, one := range seen {
		at := time.UnixMicro(one.at).UTC()
		if at.Before(recentSince) {
			c.Old++
			continue
		}
		if c.Recent[one.kind] == 0 && len(c.Recent) >= maxChangeKinds {
			one.kind.Account = ""
		}
		c.Recent[one.kind]++
		if at.After(c.Last[one.kind.Severity]) {
			c.Last[one.kind.Severity] = at
		}
	}
}
