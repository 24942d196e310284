package unusual

import (
	"maps"
	"slices"
	"strings"
	"time"

	"roletrail/cloudtrail"
)

// Bounds of what is observed between two commits. Beyond them nothing is observed but
// counted.
const (
	mostObserved = 20_000 // of a kind
	mostAlone    = 2_000  // events that are findings by themselves
	// NetworksOfRole and CallersOfRole are how many a role has that has habits: of one with
	// more nothing is new. More networks of it are not remembered.
	NetworksOfRole = 64
	CallersOfRole  = 1_000
)

// Observations are what the events of a commit show, without what repeats.
type Observations struct {
	// Since is since when events are news, of which findings are made.
	Since time.Time
	// Remembered, if set, is what needs not be observed again. It must not change meanwhile.
	Remembered *Remembered
	// Unobserved counts what was beyond the bounds.
	Unobserved int64

	lasting  int64 // µs since 1970, since when habits last
	accounts map[string]*span
	roles    map[string]*span
	callers  map[ofRole]*sight
	networks map[ofRole]*sight
	bindings map[ofRole]*sight
	sessions map[session]*sight
	bursts   map[burst]*count
	alone    []Finding
	known    map[string]int // callers and networks observed of a role
}

// ofRole is a caller or a network of a role.
type ofRole struct{ role, what string }

// session is a session of a watched role.
type session struct {
	role, name string
	began      int64 // s since 1970
	as         string
}

// burst is what is counted in an hour.
type burst struct {
	kind    string
	subject string // a session, a user, a network
	who     string // whose habit it may be
	hour    int64  // since 1970
}

// span is when something was seen, in µs since 1970.
type span struct{ first, last int64 }

func (s *span) see(first, last int64) { s.first, s.last = min(s.first, first), max(s.last, last) }

// sight is what was seen, and the first event of it that is news.
type sight struct {
	span
	kind string // of a caller
	role string // its ARN
	news *Evidence
	key  []byte
}

// count is how often something happened, with the newest event of it that is news.
type count struct {
	n       int64
	last    int64
	account string
	news    *Evidence
	names   []string // of some events
}

// maxNames is how many names of events a summary of many has.
const maxNames = 5

// NewObservations are none, of events of which those since a moment are news.
func NewObservations(since time.Time) *Observations {
	return &Observations{
		Since: since, lasting: since.Add(-Lasting).UnixMicro(), accounts: map[string]*span{}, roles: map[string]*span{}, callers: map[ofRole]*sight{}, networks: map[ofRole]*sight{}, bindings: map[ofRole]*sight{},
		sessions: map[session]*sight{}, bursts: map[burst]*count{}, known: map[string]int{},
	}
}

// room says whether something of a kind may still be observed, and counts it if not.
func (o *Observations) room(have, most int) bool {
	if have < most {
		return true
	}
	o.Unobserved++
	return false
}

// Account takes in that the log of an account holds events of these times, in µs since 1970.
func (o *Observations) Account(account string, first, last int64) {
	seen(o, o.accounts, account, first, last)
}

// FirstAccount is the first of the accounts whose logs were observed, by their ids; empty if there are none.
func (o *Observations) FirstAccount() string {
	if len(o.accounts) == 0 {
		return ""
	}
	return slices.Min(slices.Collect(maps.Keys(o.accounts)))
}

// Used takes in that a role, by its [RoleKey], acted, between two times.
func (o *Observations) Used(role string, first, last int64) {
	if role != "" {
		seen(o, o.roles, role, first, last)
	}
}

// LastUsed is when a role, by its [RoleKey], was observed to act last; the zero time if it was not.
func (o *Observations) LastUsed(role string) time.Time {
	s := o.roles[role]
	if s == nil {
		return time.Time{}
	}
	return at(s.last)
}

func seen(o *Observations, in map[string]*span, key string, first, last int64) {
	if s := in[key]; s != nil {
		s.see(first, last)
	} else if o.room(len(in), mostObserved) {
		in[key] = &span{first, last}
	}
}

// News is the first event of something since [Observations.Since]. The zero value is none.
type News struct {
	At       int64 // µs since 1970
	Evidence func() *Evidence
}

// Habit is a caller or a network of a role that was taken in, so that it needs not be looked up again.
type Habit struct {
	observed   *sight
	remembered span // without what was observed
}

// IsRemembered says whether it is remembered for certain, so that no event of it is news. That holds as long
// as [Observations.Remembered] does, but for nothing that happens after Until.
func (h Habit) IsRemembered() bool { return h.observed == nil }

// Until is until when it needs not be remembered again, in µs since 1970.
func (h Habit) Until() int64 { return h.remembered.last }

// Again takes in that it was so between two more times. It is false, and nothing is taken in, where that has
// to be looked up after all.
func (h Habit) Again(first, last int64, news News) bool {
	if h.observed == nil {
		return h.remembered.first <= first && last <= h.remembered.last
	}
	h.observed.see(first, last)
	h.observed.add(news)
	return true
}

// From takes in that a privileged role, of this ARN and [RoleKey], acted from an address, between two times.
func (o *Observations) From(arn, role string, address []byte, first, last int64, news News) Habit {
	network := string(cloudtrail.Network(address))
	if role == "" || network == "" {
		return Habit{}
	}
	return o.see(ofNetwork, ofRole{role, network}, sight{span: span{first, last}, role: arn}, news)
}

// Became takes in that a caller, of some kind, obtained sessions of a role.
func (o *Observations) Became(arn, role, caller, kind string, first, last int64, news News) Habit {
	if role == "" || caller == "" {
		return Habit{}
	}
	return o.see(ofCaller, ofRole{role, Habitual(caller)}, sight{span: span{first, last}, role: arn, kind: kind}, news)
}

func (o *Observations) see(kind string, key ofRole, s sight, news News) Habit {
	if s.last < o.lasting {
		return Habit{} // it would be forgotten at once
	}
	in, of, most := o.callers, key.role, CallersOfRole
	if kind == ofNetwork {
		in, of, most = o.networks, " "+key.role, NetworksOfRole // no role's key
	}
	have := in[key]
	if have == nil {
		s.key = Key(key.role, key.what)
		if at, ok := o.Remembered.span(kind, s.key, o.Since); ok && at.first <= s.first && s.last <= at.last {
			return Habit{remembered: at}
		}
		if o.known[of] >= most || !o.room(len(in), mostObserved) {
			return Habit{}
		}
		o.known[of]++
		have = &s
		in[key] = have
	}
	have.see(s.first, s.last)
	have.add(news)
	return Habit{observed: have}
}

// add takes the evidence if it is the earliest.
func (s *sight) add(news News) {
	if news.Evidence != nil && (s.news == nil || news.At < s.news.At.UnixMicro()) {
		s.news = news.Evidence()
	}
}

// Watched takes in an event that is news of a session of a watched role, which the
// configuration calls something; or of an attempt to get one.
func (o *Observations) Watched(arn, as, name string, began time.Time, e *Evidence) {
	key := session{RoleKey(arn), name, began.Unix(), as}
	if e.Outcome == string(cloudtrail.Denied) && name == "" {
		o.Alone(Finding{Kind: WatchedRole, Severity: watchedSeverity(as).Moved(-1), Role: arn, Evidence: *e, Key: keyOf(WatchedRole, e), Summary: "refused to become " + shortRole(arn) + ", which is " + as})
		return
	}
	s := o.sessions[key]
	if s == nil {
		if !o.room(len(o.sessions), mostObserved) {
			return
		}
		s = &sight{role: arn}
		o.sessions[key] = s
	}
	s.add(News{e.At.UnixMicro(), func() *Evidence { return e }})
}

// Denied takes in that a subject, who is or acts for somebody, was refused something, or
// failed to sign in. evidence is asked for the event if it is news, nil if it is none.
func (o *Observations) Denied(kind, subject, who, account, name string, at int64, evidence func() *Evidence) {
	key := burst{kind, subject, who, at / hour}
	c := o.bursts[key]
	if c == nil {
		if !o.room(len(o.bursts), mostObserved) {
			return
		}
		c = &count{account: account}
		o.bursts[key] = c
	}
	c.n++
	c.called(name)
	c.last = max(c.last, at)
	if evidence != nil && (c.news == nil || at > c.news.At.UnixMicro()) {
		c.news = evidence()
	}
}

func (c *count) called(name string) {
	if len(c.names) <= maxNames && !slices.Contains(c.names, name) {
		c.names = append(c.names, strings.Clone(name))
	}
}

// Alone takes in what is a finding by itself.
func (o *Observations) Alone(f Finding) {
	if o.room(len(o.alone), mostAlone) {
		o.alone = append(o.alone, f)
	}
}

// Add adds what was observed elsewhere.
func (o *Observations) Add(other *Observations) {
	o.Unobserved += other.Unobserved
	for account, s := range other.accounts {
		seen(o, o.accounts, account, s.first, s.last)
	}
	for role, s := range other.roles {
		seen(o, o.roles, role, s.first, s.last)
	}
	for key, s := range other.callers {
		o.see(ofCaller, key, *s, s.earliest())
	}
	for key, s := range other.networks {
		o.see(ofNetwork, key, *s, s.earliest())
	}
	for key, s := range other.bindings {
		o.bind(key, *s, s.earliest())
	}
	for key, s := range other.sessions {
		if have := o.sessions[key]; have != nil {
			have.add(s.earliest())
		} else if o.room(len(o.sessions), mostObserved) {
			o.sessions[key] = s
		}
	}
	for key, c := range other.bursts {
		o.addBurst(key, c)
	}
	for _, f := range other.alone {
		o.Alone(f)
	}
}

func (s *sight) earliest() News {
	if s.news == nil {
		return News{}
	}
	return News{s.news.At.UnixMicro(), func() *Evidence { return s.news }}
}

func (o *Observations) addBurst(key burst, c *count) {
	have := o.bursts[key]
	if have == nil {
		if o.room(len(o.bursts), mostObserved) {
			o.bursts[key] = c
		}
		return
	}
	have.n, have.last = have.n+c.n, max(have.last, c.last)
	for _, name := range c.names {
		have.called(name)
	}
	if c.news != nil && (have.news == nil || c.news.At.After(have.news.At)) {
		have.news = c.news
	}
}

const hour = int64(time.Hour / time.Microsecond)

// HasNews says whether something was observed that may be a finding.
func (o *Observations) HasNews() bool {
	for _, of := range [...]map[ofRole]*sight{o.callers, o.networks, o.bindings} {
		for _, s := range of {
			if s.news != nil {
				return true
			}
		}
	}
	for _, c := range o.bursts {
		if c.news != nil {
			return true
		}
	}
	return len(o.sessions)+len(o.alone) > 0
}
