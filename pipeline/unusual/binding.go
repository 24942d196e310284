package unusual

import (
	"strings"

	"roletrail/iam"
	"roletrail/iam/difference"
)

// Who gives a role to a service lets whoever may run something there act as it, and the log of IAM has nothing of it:
// the call of the service is the only trace (A7). A service that had the role before is nothing new, nor is one that
// became it: what it runs there was made before the logs begin.

// Bound takes in that a role, or an instance profile, of this ARN was given to a service, by its host, between two
// times.
func (o *Observations) Bound(arn, service string, first, last int64, news News) {
	if key := bindingKey(arn); key != "" && service != "" {
		o.bind(ofRole{key, service}, sight{span: span{first, last}, role: arn}, news)
	}
}

func (o *Observations) bind(key ofRole, s sight, news News) {
	have := o.bindings[key]
	if have == nil {
		if !o.room(len(o.bindings), mostObserved) {
			return
		}
		s.key = Key(key.role, key.what)
		have = &s
		o.bindings[key] = have
	}
	have.see(s.first, s.last)
	have.add(news)
}

// bindingKey names what is given to a service: a role as [RoleKey] does, an instance profile by account and name,
// marked as one; empty if it is neither.
func bindingKey(arn string) string {
	if account, name, ok := profileOf(arn); ok {
		return account + "/" + profileMark + name
	}
	return RoleKey(arn)
}

// profileMark stands before the name of a profile; no role's name has a space.
const profileMark = "instance profile "

func profileOf(arn string) (account, name string, ok bool) {
	a, err := iam.ParseARN(arn)
	if err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "instance-profile/") {
		return "", "", false
	}
	return a.AccountID, shortRole(a.Resource), true
}

func (x *judging) bindings() error {
	keys, err := x.news(ofBinding, x.o.bindings, x.learnt)
	if err != nil {
		return err
	}
	for _, key := range keys {
		s := x.o.bindings[key]
		ran, err := x.ran(key, s)
		if err != nil {
			return err
		}
		if ran {
			continue
		}
		what, role := shortRole(s.role), s.role
		if _, name, isProfile := profileOf(s.role); isProfile {
			what, role = profileMark+name, "" // the record does not say which role it holds
		}
		x.found(NewBinding, difference.Medium, role, what+" was given to "+key.what+" for the first time", s.news)
	}
	return nil
}

// ran says whether a service became a role before it was given to it. An instance profile is taken for that of the
// role of its name, as the console makes them.
func (x *judging) ran(key ofRole, s *sight) (bool, error) {
	of := ofRole{strings.Replace(key.role, profileMark, "", 1), key.what}
	if now := x.o.callers[of]; now != nil && now.first < s.news.At.UnixMicro() {
		return true, nil
	}
	before, ok, err := x.Memory.Seen(ofCaller, Key(of.role, of.what))
	return ok && before.First.Before(s.news.At), err
}
