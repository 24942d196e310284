package pipeline

import (
	"roletrail/iam"
	"roletrail/pipeline/unusual"
)

// observedRole is what is asked of a role when its calls are looked at.
type observedRole struct {
	arn, key     string // see [unusual.RoleKey]
	as           string // what the configuration calls it, if it watches it
	isPrivileged bool
}

// observedRoles asks once for each role, as long as there are few. It is not for concurrent
// use.
type observedRoles struct {
	watched    func(name, arn string) string // nil where none is watched
	privileged func(key string) bool
	known      map[string]*observedRole
}

// mostAsked is of how many roles the answers are kept.
const mostAsked = 50_000

func (o *observedRoles) of(arn []byte) *observedRole {
	if r, ok := o.known[string(arn)]; ok {
		return r
	}
	r := &observedRole{arn: string(arn), key: unusual.RoleKey(string(arn))}
	r.isPrivileged = o.privileged(r.key)
	if a, err := iam.ParseARN(r.arn); err == nil && o.watched != nil {
		if _, name, ok := a.Role(); ok {
			r.as = o.watched(name, r.arn)
		}
	}
	if o.known == nil || len(o.known) >= mostAsked {
		o.known = map[string]*observedRole{}
	}
	o.known[r.arn] = r
	return r
}
