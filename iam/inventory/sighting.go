package inventory

import (
	"cmp"
	"strings"
	"time"

	"roletrail/iam"
)

// Sighting is a role as events name it that it acted in, or that gave it to somebody.
type Sighting struct {
	// ARN may lack the path (P31), RoleID may be empty.
	ARN, RoleID string
	// Last is the last day of it.
	Last time.Time
}

// sightingsOf sorts sightings by the names of the roles; what names none is dropped.
func sightingsOf(sightings []Sighting) map[roleName][]Sighting {
	out := map[roleName][]Sighting{}
	for _, s := range sightings {
		arn, err := iam.ParseARN(s.ARN)
		_, name, ok := arn.Role()
		if err != nil || !ok {
			continue
		}
		key := nameOfRole(arn.AccountID, name)
		out[key] = append(out[key], s)
	}
	return out
}

// identify gives a role the id by which it was last seen, and a role that the logs did
// not make the ARN that says most. What was seen before a role of the name was deleted,
// or before this one was made, is of another.
func (r *replayedRole) identify(seen []Sighting, gone time.Time) {
	var last Sighting
	var own []Sighting
	for _, s := range seen {
		if !s.Last.After(gone) || s.Last.Before(r.createdAt.Truncate(24*time.Hour)) {
			continue
		}
		own = append(own, s)
		if iam.IsRoleID(s.RoleID) && (last.RoleID == "" || s.newer(last)) {
			last = s
		}
	}
	if r.id == "" {
		r.id = last.RoleID
	}
	if !r.createdAt.IsZero() {
		return // its ARN is known
	}
	for _, s := range own {
		if (s.RoleID == "" || s.RoleID == r.id) && says(s.ARN, r.arn) {
			r.arn = s.ARN
		}
	}
}

func (s Sighting) newer(than Sighting) bool {
	return cmp.Or(s.Last.Compare(than.Last), strings.Compare(s.RoleID, than.RoleID)) > 0
}

// says tells whether one of two ARNs of a role says more than the other, by its path.
// The order of equal ones, which differ in case, is arbitrary but always the same.
func says(arn, than string) bool {
	return cmp.Or(len(arn)-len(than), strings.Compare(arn, than)) > 0
}
