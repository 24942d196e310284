package organisation

import "time"

// journal is the memory of the world: what happened and was recorded. The
// expected answers come from here.
type journal struct {
	uses        []use
	assumptions []assumption
	changes     []change
	sessions    []*session
}

// outcome of a call (P11).
type outcome string

const (
	success outcome = "success"
	denied  outcome = "denied"
	failed  outcome = "failed"
)

// use is one recorded call in which a role acted, denied ones included.
type use struct {
	role    *role
	session *session
	at      time.Time
	action  string // the IAM action: "ec2:DescribeInstances"
	region  string
	id      string // eventID
	outcome outcome
}

// assumption is one caller obtaining one session, or being denied it. Both
// copies of a cross-account one are one assumption.
type assumption struct {
	role       *role
	session    *session // nil when denied
	direct     caller   // who called STS
	origin     caller   // who stands at the start of the chain
	via        *role    // the role that made the last step, nil if direct
	at         time.Time
	region     string
	ids        []string // event ids of the recorded copies, caller's copy first
	outcome    outcome
	externalID string
	longTerm   bool // signed with an AKIA key
}

// change is one recorded attempt to change what roles may do.
type change struct {
	at        time.Time
	id        string
	account   *account
	region    string
	change    string // design 9.7
	severity  string
	outcome   outcome
	roles     []*role
	policyARN string
	actor     caller
	via       *role
	ip        string
	action    string
}

// world is the organisation in time.
type world struct {
	*cast
	journal
	out outbox
}

// recorded tells whether the trail of an account would record an event at t
// that is within the organisation's life.
func (w *world) recorded(a *account, t time.Time) bool {
	return !a.trailDown(t) && !t.Before(firstDay) && t.Before(lastDay)
}

// emit puts a record into the log of its account, unless the trail was down.
func (w *world) emit(a *account, r *record) bool {
	r.account = a.id
	if r.version == "" {
		r.version = versionOf(r.source)
	}
	if !w.recorded(a, r.at) {
		return false
	}
	w.out.put(a, r)
	return true
}
