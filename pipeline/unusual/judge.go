package unusual

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"roletrail/cloudtrail"
	"roletrail/iam/difference"
	"roletrail/parquet"
)

// Judge makes findings of what was observed.
type Judge struct {
	Memory Memory
	// Own says whether an account is one's own, beside those of which there are logs.
	Own difference.Own
	// Automation, if set, names the known automation that an actor is, empty for others: what
	// it does is one severity lower.
	Automation func(actors ...string) string
	// Remembered, if set, is what needs not be remembered again.
	Remembered *Remembered
}

// judging is the observations of one commit being judged.
type judging struct {
	*Judge
	o        *Observations
	findings []Finding
	plain    []parquet.Seen          // to be remembered
	entries  map[string]parquet.Seen // likewise, by kind and key, and asked for meanwhile
	older    map[ofKind]older        // by role
	counted  map[ofKind]older        // likewise, as remembered
	logged   map[string]time.Time    // by account: since when there are logs of it
}

// ofKind is something of a kind.
type ofKind struct{ kind, what string }

// Judge holds what was observed against what was seen before. What is to be remembered of it
// must become so in the commit that takes the events into the lake.
func (j *Judge) Judge(o *Observations) ([]Finding, parquet.Sightings, error) {
	x := &judging{Judge: j, o: o, entries: map[string]parquet.Seen{}, older: map[ofKind]older{}, counted: map[ofKind]older{}, logged: map[string]time.Time{}}
	x.remember()
	for _, step := range [...]func() error{x.callers, x.networks, x.bindings, x.sessions, x.bursts} {
		if err := step(); err != nil {
			return nil, parquet.Sightings{}, err
		}
	}
	x.findings = append(x.findings, o.alone...)
	for i := range x.findings {
		x.lower(&x.findings[i])
	}
	slices.SortStableFunc(x.findings, func(a, b Finding) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Key, b.Key))
	})
	seen := x.seen()
	return x.findings, parquet.Sightings{Seen: seen, Bounds: x.Remembered.bounds(o.Since, len(seen))}, nil
}

// lower takes one severity off what known automation does.
func (x *judging) lower(f *Finding) {
	if x.Automation == nil {
		return
	}
	if name := x.Automation(f.Actor, f.Role); name != "" && f.Kind != WatchedRole {
		f.Severity, f.Summary = f.Severity.Moved(-1), f.Summary+" (by "+name+")"
	}
}

// put remembers something.
func (x *judging) put(s parquet.Seen) {
	x.entries[s.Kind+string(s.Key)] = s
}

// seen are the entries to be remembered, in the order in which the ledger keeps them.
func (x *judging) seen() []parquet.Seen {
	seen := slices.AppendSeq(x.plain, maps.Values(x.entries))
	slices.SortFunc(seen, func(a, b parquet.Seen) int {
		if a.Kind != b.Kind {
			return strings.Compare(a.Kind, b.Kind)
		}
		return bytes.Compare(a.Key, b.Key)
	})
	return seen
}

func at(µs int64) time.Time { return time.UnixMicro(µs).UTC() }

// remember are the entries of what was seen.
func (x *judging) remember() {
	for account, s := range x.o.accounts {
		if entry := (parquet.Seen{Kind: OfAccount, Key: Key(account), First: at(s.first), Last: at(s.last)}); !x.Remembered.has(entry) {
			x.put(entry)
		}
	}
	put := func(s parquet.Seen) {
		if !x.Remembered.has(s) {
			x.plain = append(x.plain, s)
		}
	}
	for role, s := range x.o.roles {
		put(parquet.Seen{Kind: OfRole, Key: Key(role), First: at(s.first), Last: at(s.last)})
	}
	for kind, of := range map[string]map[ofRole]*sight{ofCaller: x.o.callers, ofNetwork: x.o.networks, ofBinding: x.o.bindings} {
		for key, s := range of {
			entry := parquet.Seen{Kind: kind, Key: s.key, First: at(s.first), Last: at(s.last)}
			if kind == ofNetwork {
				entry.Prefix, entry.Most = half, NetworksOfRole
			}
			put(entry)
			if at(s.first).Before(x.o.Since) {
				x.older[ofKind{kind, key.role}] = x.older[ofKind{kind, key.role}].and(at(s.first))
			}
		}
	}
}

// since is since when something is known: by what was seen before, and by what is observed.
func (x *judging) since(kind string, key []byte) (time.Time, error) {
	before, ok, err := x.Memory.Seen(kind, key)
	now, isNow := x.entries[kind+string(key)]
	switch {
	case err != nil:
		return time.Time{}, err
	case ok && (!isNow || before.First.Before(now.First)):
		return before.First, nil
	case isNow:
		return now.First, nil
	}
	return at(maxTime), nil
}

// maxTime is later than any event, in µs since 1970.
const maxTime = 253402300799e6

// news are the sights that are news and were never seen before these events. May, if set, says whether
// one with this evidence may be a finding: what may not is not looked up.
func (x *judging) news(kind string, of map[ofRole]*sight, may func(*Evidence) (bool, error)) (keys []ofRole, err error) {
	var asked [][]byte
	for key, s := range of {
		if s.news == nil || at(s.first).Before(x.o.Since) || x.isRemembered(kind, s.key) {
			continue
		}
		ok := true
		if may != nil {
			if ok, err = may(s.news); err != nil {
				return nil, err
			}
		}
		if ok {
			keys, asked = append(keys, key), append(asked, s.key)
		}
	}
	known, err := x.Memory.SeenAmong(kind, asked)
	if err != nil {
		return nil, err
	}
	keys = slices.DeleteFunc(keys, func(key ofRole) bool {
		_, ok := known[string(of[key].key)]
		return ok
	})
	slices.SortFunc(keys, compareKeys)
	return keys, nil
}

// isRemembered says whether it is certain that something was seen before.
func (x *judging) isRemembered(kind string, key []byte) bool {
	_, ok := x.Remembered.span(kind, key, x.o.Since)
	return ok
}

// known is how many callers or networks of a role are known, at least, and since when.
func (x *judging) known(kind, role string, most int) (n int, since time.Time, err error) {
	of := ofKind{kind, role}
	counted, ok := x.counted[of]
	if !ok {
		if counted.n, counted.first, err = x.Memory.CountSeen(kind, Key(role), most); err != nil {
			return 0, time.Time{}, err
		}
		x.counted[of] = counted
	}
	older, ok := x.older[of]
	if ok && (counted.n == 0 || older.first.Before(counted.first)) {
		counted.first = older.first
	}
	return max(counted.n, older.n), counted.first, nil
}

// older are those that are observed and no news, or that are remembered.
type older struct {
	n     int
	first time.Time
}

func (o older) and(first time.Time) older {
	if o.n == 0 || first.Before(o.first) {
		o.first = first
	}
	o.n++
	return o
}

func compareKeys(a, b ofRole) int {
	return cmp.Or(strings.Compare(a.role, b.role), strings.Compare(a.what, b.what))
}

// learnt says whether enough was learnt of the account of an event to call it new.
func (x *judging) learnt(e *Evidence) (isLearnt bool, err error) {
	since, ok := x.logged[e.Account]
	if !ok {
		if since, err = x.since(OfAccount, Key(e.Account)); err != nil {
			return false, err
		}
		x.logged[e.Account] = since
	}
	return e.At.Sub(since) >= Learning, nil
}

func (x *judging) callers() error {
	keys, err := x.news(ofCaller, x.o.callers, x.learnt)
	if err != nil {
		return err
	}
	for _, key := range keys {
		s := x.o.callers[key]
		n, _, err := x.known(ofCaller, key.role, CallersOfRole)
		if err != nil {
			return err
		}
		if n >= CallersOfRole {
			continue
		}
		told, err := x.told(Key("call", cmp.Or(s.news.SharedID, s.news.EventID)), s.news.At)
		if err != nil {
			return err
		}
		if told {
			continue
		}
		severity, why, err := x.callerSeverity(key, s, n)
		if err != nil {
			return err
		}
		x.found(NewCaller, severity, s.role, fmt.Sprintf("%s became %s for the first time%s", key.what, shortRole(s.role), why), s.news)
	}
	return nil
}

// callerSeverity says how grave it is that somebody became a role, of which n callers are known.
func (x *judging) callerSeverity(key ofRole, s *sight, n int) (difference.Severity, string, error) {
	roleAccount, _, _ := strings.Cut(key.role, "/")
	account := accountOf(key.what)
	isForeign := account != "" && account != roleAccount && !(x.Own != nil && x.Own(account))
	if isForeign {
		_, hasLogs, err := x.Memory.Seen(OfAccount, Key(account))
		_, isNow := x.o.accounts[account]
		if err != nil {
			return 0, "", err
		}
		isForeign = !hasLogs && !isNow
	}
	switch {
	case isForeign:
		return difference.High, ", from an account that is not one's own", nil
	case n == 0:
		return difference.Low, ", as the first of all", nil
	case s.kind == string(cloudtrail.CallerService), s.kind == string(cloudtrail.CallerIdentityCenter):
		return difference.Low, "", nil // whom a permission set lets in, and what a service runs, is changed elsewhere
	}
	return difference.Medium, "", nil
}

func (x *judging) networks() error {
	keys, err := x.news(ofNetwork, x.o.networks, nil)
	if err != nil {
		return err
	}
	for _, key := range keys {
		s := x.o.networks[key]
		n, since, err := x.known(ofNetwork, key.role, NetworksOfRole)
		if err != nil {
			return err
		}
		if n == 0 || n >= NetworksOfRole || s.news.At.Sub(since) < Learning {
			continue
		}
		x.found(NewNetwork, difference.Medium, s.role, fmt.Sprintf("%s, a privileged role, acted from %s for the first time; known networks: %d", shortRole(s.role), key.what, n), s.news)
	}
	return nil
}

// told says whether there is a finding about something already, and remembers that there is.
func (x *judging) told(key []byte, when time.Time) (bool, error) {
	if _, ok := x.entries[ofTold+string(key)]; ok {
		return true, nil
	}
	_, ok, err := x.Memory.Seen(ofTold, key)
	if err == nil {
		x.put(parquet.Seen{Kind: ofTold, Key: key, First: when, Last: when})
	}
	return ok, err
}

func watchedSeverity(as string) difference.Severity {
	if as == BreakGlass {
		return difference.High
	}
	return difference.Medium
}

// What the configuration calls a role that it watches: of influence over others, or for
// emergencies alone.
const (
	Influential = "influential"
	BreakGlass  = "break-glass"
)

func (x *judging) sessions() error {
	compare := func(a, b session) int {
		return cmp.Or(cmp.Compare(a.began, b.began), strings.Compare(a.role, b.role), strings.Compare(a.name, b.name), strings.Compare(a.as, b.as))
	}
	for _, key := range slices.SortedFunc(maps.Keys(x.o.sessions), compare) {
		s := x.o.sessions[key]
		told, err := x.told(Key("session", key.role, key.name, fmt.Sprint(key.began)), s.news.At)
		if err != nil {
			return err
		}
		if !told {
			x.found(WatchedRole, watchedSeverity(key.as), s.role, fmt.Sprintf("%s, which is %s, is in use as %s", shortRole(s.role), key.as, key.name), s.news)
		}
	}
	return nil
}

func (x *judging) found(kind string, severity difference.Severity, role, summary string, e *Evidence) {
	x.findings = append(x.findings, Finding{
		Kind: kind, Severity: severity, Role: role, Summary: summary, Evidence: *e,
		Key: keyOf(kind, e),
	})
}

// keyOf tells findings of a kind apart by the event that shows them: of a call across accounts by what
// both records have.
func keyOf(kind string, e *Evidence) string {
	if kind == NewCaller && e.SharedID != "" {
		return hex.EncodeToString(Key(kind, e.SharedID))
	}
	return hex.EncodeToString(Key(kind, e.Account, e.EventID))
}
