package queries

import (
	"cmp"
	"math/rand/v2"
	"slices"
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
// the events first had it after the role was made, and before the next of the name
// was.
func identified(roles []inventoryRole, seen []sighting) []inventoryRole {
	first := map[string]map[string]time.Time{} // by account and name, by id
	for _, s := range seen {
		if s.id == nil || s.arn == nil {
			continue
		}
		name := accountAndName(*s.arn)
		if first[name] == nil {
			first[name] = map[string]time.Time{}
		}
		if at, known := first[name][*s.id]; !known || s.at.Before(at) {
			first[name][*s.id] = s.at
		}
	}
	made := map[string][]time.Time{}
	for _, r := range roles {
		if r.CreatedAt != nil {
			made[accountAndName(r.ARN)] = append(made[accountAndName(r.ARN)], *r.CreatedAt)
		}
	}
	out := append([]inventoryRole{}, roles...)
	for i := range out {
		if out[i].RoleID != "" {
			continue
		}
		out[i].noteSuccessor(made[accountAndName(out[i].ARN)])
		var left []string
		for id, at := range first[accountAndName(out[i].ARN)] {
			if (out[i].CreatedAt == nil || !at.Before(*out[i].CreatedAt)) && (out[i].remade == nil || at.Before(*out[i].remade)) {
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

// noteSuccessor notes when the next role of the name was made: after this one, or
// after the day of its inventory.
func (r *inventoryRole) noteSuccessor(made []time.Time) {
	for _, at := range made {
		younger := r.SnapshotDate < at.Format(time.DateOnly)
		if r.CreatedAt != nil {
			younger = at.After(*r.CreatedAt)
		}
		if younger && (r.remade == nil || at.Before(*r.remade)) {
			r.remade = &at
		}
	}
}

// key is what the role's events are filed under.
func (r *inventoryRole) key() string {
	switch {
	case r.RoleID != "":
		return r.RoleID
	case r.remade != nil:
		return r.ARN + " until " + r.remade.String()
	}
	return r.ARN
}

// nameBook says which role an ARN alone stood for at a time. It goes through the
// roles that any inventory has under the ARN, the latest first.
type nameBook struct {
	roles []inventoryRole // identified
	seen  []sighting

	bearers map[string][]bearer // by ARN, once it was asked for
	byName  map[string][]inventoryRole
	byARN   map[string][]sighting
}

type bearer struct {
	key, id string
	from    time.Time
	day     string // of the first inventory that has it
	isDated bool
}

func newNameBook(roles []inventoryRole, seen []sighting) *nameBook {
	b := &nameBook{roles: roles, seen: seen, bearers: map[string][]bearer{}, byName: map[string][]inventoryRole{}, byARN: map[string][]sighting{}}
	for _, r := range roles {
		b.byName[accountAndName(r.ARN)] = append(b.byName[accountAndName(r.ARN)], r)
	}
	for _, s := range seen {
		if s.id != nil && s.arn != nil {
			b.byARN[*s.arn] = append(b.byARN[*s.arn], s)
		}
	}
	return b
}

// of lists who bore the ARN, the first one first.
func (b *nameBook) of(arn string) []bearer {
	if list, known := b.bearers[arn]; known {
		return list
	}
	pathless := strings.Count(arn, "/") == 1
	var list []bearer
	for _, r := range b.byName[accountAndName(arn)] {
		if r.ARN != arn && !pathless {
			continue
		}
		at := slices.IndexFunc(list, func(o bearer) bool { return o.key == r.key()+" of "+r.ARN })
		if at < 0 {
			at = len(list)
			list = append(list, bearer{key: r.key() + " of " + r.ARN, id: r.RoleID, day: r.SnapshotDate})
		}
		list[at].day = min(list[at].day, r.SnapshotDate)
		if r.CreatedAt != nil && (!list[at].isDated || r.CreatedAt.Before(list[at].from)) {
			list[at].from, list[at].isDated = *r.CreatedAt, true
		}
	}
	for i := range list {
		list[i].key, _, _ = strings.Cut(list[i].key, " of ")
		if !list[i].isDated {
			list[i].from, _ = time.Parse(time.DateOnly, list[i].day)
		}
	}
	slices.SortFunc(list, func(x, y bearer) int {
		return cmp.Or(x.from.Compare(y.from), strings.Compare(x.day, y.day), strings.Compare(x.key, y.key))
	})
	if len(list) > 0 && !list[0].isDated {
		list[0].from = time.Time{}
	}
	b.bearers[arn] = list
	return list
}

// at is the role of an ARN at a time: its key, and its id where that is known.
func (b *nameBook) at(arn string, t time.Time) (key, id string) {
	list := b.of(arn)
	for i := len(list) - 1; i >= 0; i-- {
		if !t.Before(list[i].from) {
			return list[i].key, list[i].id
		}
	}
	ids := map[string]bool{}
	for _, s := range b.byARN[arn] {
		if len(list) == 0 || s.at.Before(list[0].from) {
			ids[*s.id] = true
		}
	}
	for id := range ids {
		if len(ids) == 1 {
			return id, id
		}
	}
	if len(list) > 0 {
		return arn + " before " + list[0].from.String(), ""
	}
	return arn, ""
}

// role is the key and the id of the role that a record names; an id decides alone.
func (b *nameBook) role(id, arn *string, at time.Time) (key string, known *string) {
	if id != nil {
		return *id, id
	}
	if arn == nil {
		return "", nil
	}
	key, found := b.at(*arn, at)
	return key, nonEmptyPtr(found)
}

// forget leaves the ids of some roles out of the inventory, and says of some roles
// when they were made: those of two snapshots may be two. A name is given once in an account: roles of a snapshot that share
// theirs keep their ids.
func (b batch) forget(w *world) {
	r := rand.New(rand.NewPCG(b.seed, 13))
	named := map[string]int{}
	for _, role := range w.roles {
		named[role.SnapshotDate+accountAndName(role.ARN)]++
	}
	for i := range w.roles {
		role := &w.roles[i]
		if role.CreatedAt == nil && r.IntN(100) < 30 {
			role.CreatedAt = ptr(b.since.AddDate(0, 0, r.IntN(14)-4))
		}
		if named[role.SnapshotDate+accountAndName(role.ARN)] > 1 || r.IntN(100) >= 30 {
			continue
		}
		role.RoleID = ""
		if r.IntN(4) == 0 {
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

// spans counts what became of names without an id that several roles had.
type spans struct{ earlier, unknown, followed int }

// note looks at the names of records, and at the roles of the inventories.
func (n *spans) note(b *nameBook) {
	for _, s := range b.seen {
		if s.id != nil || s.arn == nil {
			continue
		}
		key, id := b.at(*s.arn, s.at)
		last, _ := b.at(*s.arn, s.at.AddDate(10, 0, 0))
		switch list := b.of(*s.arn); {
		case len(list) == 0 || key == last:
		case slices.ContainsFunc(list, func(o bearer) bool { return o.key == key }):
			n.earlier++
		case id == "":
			n.unknown++
		}
	}
	for _, r := range b.roles {
		if r.RoleID == "" && r.remade != nil {
			n.followed++
		}
	}
}

func (n *spans) missing() string {
	var out []string
	for name, count := range map[string]int{"of an earlier role of the inventories": n.earlier, "of an unknown earlier role": n.unknown, "followed by another": n.followed} {
		if count < 10 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}
