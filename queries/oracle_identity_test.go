package queries

import (
	"math/rand/v2"
	"strings"
	"time"
)

// sighting is an event that names a role by an id and an ARN.
type sighting struct {
	id, arn *string
	at      time.Time
}

func sightingsOf(events []event) []sighting {
	var out []sighting
	for _, e := range events {
		out = append(out, sighting{e.RoleID, e.RoleARN, e.EventTime}, sighting{e.AssumedID, e.AssumedARN, e.EventTime})
	}
	return out
}

// identified gives the roles that the inventory leaves without an id the one that
// the events know them by: for each id under the account and name it asks whether
// all its events are of the time after the role was made.
func identified(roles []inventoryRole, seen []sighting) []inventoryRole {
	byName := map[string][]sighting{}
	for _, s := range seen {
		if s.id != nil && s.arn != nil {
			byName[accountAndName(*s.arn)] = append(byName[accountAndName(*s.arn)], s)
		}
	}
	out := append([]inventoryRole{}, roles...)
	for i := range out {
		if out[i].RoleID != "" {
			continue
		}
		fits := map[string]bool{}
		for _, s := range byName[accountAndName(out[i].ARN)] {
			early := out[i].CreatedAt != nil && s.at.Before(*out[i].CreatedAt)
			if was, noted := fits[*s.id]; !noted || was {
				fits[*s.id] = !early
			}
		}
		var left []string
		for id, fit := range fits {
			if fit {
				left = append(left, id)
			}
		}
		if len(left) == 1 {
			out[i].RoleID = left[0]
		}
		out[i].namesakes = len(left) > 1
	}
	return out
}

// key is what the role's events are filed under.
func (r *inventoryRole) key() string {
	if r.RoleID == "" {
		return r.ARN
	}
	return r.RoleID
}

// forget leaves the ids of some roles out of the inventory, and says of some when
// they were made. A name is given once in an account: roles of a snapshot that share
// theirs keep their ids.
func (b batch) forget(w *world) {
	r := rand.New(rand.NewPCG(b.seed, 13))
	named := map[string]int{}
	for _, role := range w.roles {
		named[role.SnapshotDate+accountAndName(role.ARN)]++
	}
	for i := range w.roles {
		role := &w.roles[i]
		if named[role.SnapshotDate+accountAndName(role.ARN)] > 1 || r.IntN(100) >= 30 {
			continue
		}
		role.RoleID = ""
		if r.IntN(3) == 0 {
			role.CreatedAt = ptr(b.since.AddDate(0, 0, r.IntN(14)-4))
		}
		for j := range w.grants {
			if g := &w.grants[j]; g.RoleARN == role.ARN && g.SnapshotDate == role.SnapshotDate {
				g.RoleID = ""
			}
		}
	}
}

// identities counts what became of the roles without an id in the worlds of a test.
type identities struct{ found, used, namesakes, older int }

// note looks at the roles of the inventory that an answer names, by ARN and
// snapshot, and at what the answer says of each.
func (n *identities) note(given, found []inventoryRole, seen []sighting, used func(*inventoryRole) bool) {
	names := map[string]bool{}
	for _, s := range seen {
		if s.id != nil && s.arn != nil {
			names[accountAndName(*s.arn)] = true
		}
	}
	for i, r := range given {
		switch {
		case r.RoleID != "":
		case found[i].namesakes:
			n.namesakes++
		case found[i].RoleID == "" && names[accountAndName(r.ARN)]:
			n.older++ // what is known of the name is older than the role
		case found[i].RoleID != "":
			n.found++
			if used(&found[i]) {
				n.used++
			}
		}
	}
}

func (n *identities) missing() string {
	var out []string
	for name, count := range map[string]int{"found by its name": n.found, "found used": n.used, "with namesakes": n.namesakes, "younger than all of its name": n.older} {
		if count < 10 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}
