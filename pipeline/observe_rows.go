package pipeline

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"maps"
	"time"

	"roletrail/cloudtrail"
	"roletrail/pipeline/unusual"
)

// observer looks through full stores, before they are written, for what may be unusual. Of
// an ordinary event it notes when its role acted.
type observer struct {
	*unusual.Observations
	since int64 // of news, in µs since 1970
	known observedRoles

	remembered *unusual.Remembered
	habits     map[habitOf]unusual.Habit // of these stores, and what is remembered for certain

	// Of the store at hand, by codes.
	names     []nameKind            // by event name
	outcomes  []cloudtrail.Outcome  // by code
	malformed []bool                // by error code: a policy is
	accounts  []sighted             // by recipient account
	roles     []*observedRole       // by role
	acted     []sighted             // by role, refused calls apart
	networks  map[[2]int32]*sighted // by privileged role and address
	callers   map[[2]int32]*sighted // by assumed role and caller
}

// habitOf is a hash of the kind of a habit, of a role and of what it is.
type habitOf [2]uint64

// hashHabit is by the texts as they are written.
func hashHabit(kind string, role, what []byte) habitOf {
	var h maphash.Hash
	h.SetSeed(internSeed)
	h.WriteString(kind)
	h.Write(role)
	first := h.Sum64()
	h.WriteByte(0)
	h.Write(what)
	return habitOf{first, h.Sum64()}
}

// nameKind is what the name of an event says of it.
type nameKind uint8

const (
	ordinaryName nameKind = iota
	assumeRootName
	federationName
	signInName
)

var nameKinds = map[string]nameKind{"AssumeRoot": assumeRootName, "GetFederationToken": federationName, "ConsoleLogin": signInName}

// sighted is when something was seen, and the first row of it that is news.
type sighted struct {
	first, last int64
	news        *row
}

func (s *sighted) see(e *row, since int64) {
	if s.last == 0 {
		s.first = e.time
	}
	s.first, s.last = min(s.first, e.time), max(s.last, e.time)
	if e.time >= since && (s.news == nil || e.time < s.news.time) {
		s.news = e
	}
}

func newObserver(since time.Time, u *Unusual) *observer {
	o := &observer{
		known:    observedRoles{watched: u.Watched, privileged: u.isPrivileged},
		networks: map[[2]int32]*sighted{}, callers: map[[2]int32]*sighted{}, habits: map[habitOf]unusual.Habit{}, remembered: &u.remembered,
	}
	o.begin(since)
	return o
}

// begin makes it ready for events of which those since a moment are news.
func (o *observer) begin(since time.Time) {
	o.since = since.UnixMicro()
	o.reset()
}

// reset forgets what was observed.
func (o *observer) reset() {
	o.Observations = unusual.NewObservations(time.UnixMicro(o.since).UTC())
	o.Observations.Remembered = o.remembered
	maps.DeleteFunc(o.habits, func(_ habitOf, h unusual.Habit) bool { return !h.IsRemembered() || h.Until() < o.since })
}

// look looks through a store.
func (o *observer) look(r *rows) {
	o.take(r)
	for n := range r.rows {
		e := &r.rows[n]
		if e.codes[dictRecipient] >= 0 {
			o.accounts[e.codes[dictRecipient]].see(e, o.since)
		}
		isDenied := o.outcomes[e.codes[dictOutcome]] == cloudtrail.Denied
		if e.apiCall && e.identity >= 0 {
			if role := r.identities[e.identity].codes[idRoleARN]; role >= 0 {
				o.call(r, e, role, isDenied)
			}
		}
		if isDenied || e.assumption >= 0 || o.isMalformed(e) || e.codes[dictEventName] >= 0 && o.names[e.codes[dictEventName]] != ordinaryName {
			o.special(r, e, isDenied)
		}
	}
	o.end(r)
}

// take looks at the distinct texts of a store.
func (o *observer) take(r *rows) {
	o.names, o.outcomes, o.malformed, o.roles = o.names[:0], o.outcomes[:0], o.malformed[:0], o.roles[:0]
	for _, name := range r.dicts[dictEventName].values {
		o.names = append(o.names, nameKinds[string(r.arena.bytes(name))])
	}
	for _, outcome := range r.dicts[dictOutcome].values {
		o.outcomes = append(o.outcomes, cloudtrail.Outcome(r.arena.bytes(outcome)))
	}
	for _, code := range r.dicts[dictErrorCode].values {
		o.malformed = append(o.malformed, bytes.HasPrefix(r.arena.bytes(code), malformedPolicy))
	}
	for _, arn := range r.ids[idRoleARN].values {
		o.roles = append(o.roles, o.known.of(r.arena.bytes(arn)))
	}
	o.acted = append(o.acted[:0], make([]sighted, len(o.roles))...)
	o.accounts = append(o.accounts[:0], make([]sighted, len(r.dicts[dictRecipient].values))...)
	clear(o.networks)
	clear(o.callers)
}

// call takes in a call that a role made.
func (o *observer) call(r *rows, e *row, role int32, isDenied bool) {
	if !isDenied {
		o.acted[role].see(e, o.since)
	}
	of := o.roles[role]
	if of.isPrivileged && e.codes[dictAddress] >= 0 {
		seeIn(o.networks, [2]int32{role, e.codes[dictAddress]}, e, o.since)
	}
	if of.as != "" && e.time >= o.since {
		o.Watched(of.arn, of.as, r.idText(e, idSession), time.UnixMicro(r.identities[e.identity].createdAt), r.evidence(e))
	}
}

func seeIn(in map[[2]int32]*sighted, key [2]int32, e *row, since int64) {
	s := in[key]
	if s == nil {
		s = &sighted{}
		in[key] = s
	}
	s.see(e, since)
}

// special takes in what is more than a role's call.
func (o *observer) special(r *rows, e *row, isDenied bool) {
	switch {
	case e.assumption >= 0 && isDenied:
		o.refuse(r, e, unusual.DeniedAssumptions)
		o.watchedAssumption(r, e, noSession)
	case e.assumption >= 0:
		o.became(r, e)
	case isDenied && e.apiCall:
		o.refuse(r, e, unusual.DeniedCalls)
	case o.isMalformed(e):
		o.refuse(r, e, unusual.GuessedPrincipals)
	}
	if e.codes[dictEventName] < 0 || o.names[e.codes[dictEventName]] == ordinaryName {
		return
	}
	kind, source := o.names[e.codes[dictEventName]], r.dictText(e, dictEventSource)
	switch {
	case kind == signInName && source == "signin.amazonaws.com":
		o.signIn(r, e)
	case source != "sts.amazonaws.com" || e.time < o.since:
	case kind == assumeRootName:
		o.Alone(unusual.OfRoot(r.json(e, cloudtrail.RequestParameters), r.evidence(e)))
	case kind == federationName:
		o.Alone(unusual.OfFederation(r.json(e, cloudtrail.RequestParameters), r.evidence(e)))
	}
}

// malformedPolicy is what error codes begin with where a policy is malformed or names a principal that is not
// there: MalformedPolicyDocument of IAM, MalformedPolicy of S3, with Exception behind it elsewhere.
var malformedPolicy = []byte("MalformedPolicy")

// isMalformed says whether a call failed for its policy.
func (o *observer) isMalformed(e *row) bool {
	return e.codes[dictErrorCode] >= 0 && o.malformed[e.codes[dictErrorCode]] && e.apiCall
}

// refuse counts a refusal of a session or user.
func (o *observer) refuse(r *rows, e *row, kind string) {
	if e.identity < 0 || r.idText(e, int(cloudtrail.IdentityType)) == "AWSService" {
		return // a service has no session
	}
	who := ""
	if role := r.identities[e.identity].codes[idRoleARN]; role >= 0 {
		who = o.roles[role].arn
	} else {
		who = cmp.Or(r.idText(e, int(cloudtrail.IdentityARN)), r.idText(e, int(cloudtrail.IdentityPrincipalID)))
	}
	subject := who
	if name := r.idText(e, idSession); name != "" {
		subject += "/" + name
	}
	if subject != "" {
		o.Denied(kind, subject, who, r.dictText(e, dictRecipient), r.dictText(e, dictEventName), e.time, o.evidenceOf(r, e))
	}
}

// evidenceOf is asked for the evidence of a row; nil if it is no news.
func (o *observer) evidenceOf(r *rows, e *row) func() *unusual.Evidence {
	if e.time < o.since {
		return nil
	}
	return func() *unusual.Evidence { return r.evidence(e) }
}

// signIn counts a sign-in to the console that failed.
func (o *observer) signIn(r *rows, e *row) {
	if string(cloudtrail.Member(r.json(e, cloudtrail.ResponseElements), "ConsoleLogin")) != `"Failure"` {
		return
	}
	if network := string(cloudtrail.Network([]byte(r.dictText(e, dictAddress)))); network != "" {
		o.Denied(unusual.FailedSignIns, network, network, r.dictText(e, dictRecipient), "ConsoleLogin", e.time, o.evidenceOf(r, e))
	}
}

// became takes in that a caller became a role.
func (o *observer) became(r *rows, e *row) {
	if o.outcomes[e.codes[dictOutcome]] != cloudtrail.Success {
		return
	}
	a := &r.assumptions[e.assumption]
	key := [2]int32{a[dictAssumedRoleARN-rowDicts], a[dictCaller-rowDicts]}
	if key[0] < 0 || key[1] < 0 {
		return
	}
	seeIn(o.callers, key, e, o.since)
	o.watchedAssumption(r, e, dictAssumedSession)
}

// noSession is no column: what was refused has no session.
const noSession = -1

// watchedAssumption takes in that somebody became a watched role, or tried to; session is the column that
// names its session.
func (o *observer) watchedAssumption(r *rows, e *row, session int) {
	if o.known.watched == nil || e.time < o.since {
		return
	}
	of := o.known.of(r.dicts[dictAssumedRoleARN].text(r.assumptions[e.assumption][dictAssumedRoleARN-rowDicts]))
	if of.as == "" {
		return
	}
	name := ""
	if session != noSession {
		name = r.assumptionText(e, session)
	}
	o.Watched(of.arn, of.as, name, time.UnixMicro(e.time), r.evidence(e))
}

// end keeps what the store showed.
func (o *observer) end(r *rows) {
	o.bindings(r)
	for code, s := range o.accounts {
		if s.last != 0 {
			o.Account(string(r.arena.bytes(r.dicts[dictRecipient].values[code])), s.first, s.last)
		}
	}
	for role, s := range o.acted {
		if s.last != 0 {
			o.Used(o.roles[role].key, s.first, s.last)
		}
	}
	for key, s := range o.networks {
		address := r.arena.bytes(r.dicts[dictAddress].values[key[1]])
		o.habit(r, "from", r.ids[idRoleARN].text(key[0]), address, s, func(news unusual.News) unusual.Habit {
			return o.From(o.roles[key[0]].arn, o.roles[key[0]].key, address, s.first, s.last, news)
		})
	}
	for key, s := range o.callers {
		role, caller := r.dicts[dictAssumedRoleARN].text(key[0]), r.dicts[dictCaller].text(key[1])
		o.habit(r, "became", role, caller, s, func(news unusual.News) unusual.Habit {
			of, kind := o.known.of(role), ""
			if s.news != nil {
				kind = r.assumptionText(s.news, dictCallerKind)
			}
			return o.Became(of.arn, of.key, string(caller), kind, s.first, s.last, news)
		})
	}
}

// habit takes in what a role has of a kind, by its texts: of most that is known already.
func (o *observer) habit(r *rows, kind string, role, what []byte, s *sighted, see func(unusual.News) unusual.Habit) {
	key := hashHabit(kind, role, what)
	h, ok := o.habits[key]
	if ok && h.IsRemembered() && h.Again(s.first, s.last, unusual.News{}) {
		return
	}
	news := newsOf(r, s.news)
	if ok && h.Again(s.first, s.last, news) {
		return
	}
	if h := see(news); len(o.habits) < mostAsked && h != (unusual.Habit{}) {
		o.habits[key] = h
	}
}

// newsOf is a row that is news, nil for none.
func newsOf(r *rows, e *row) unusual.News {
	if e == nil {
		return unusual.News{}
	}
	return unusual.News{At: e.time, Evidence: func() *unusual.Evidence { return r.evidence(e) }}
}

// dictText is a row's text in one of dictColumns that every row may have.
func (r *rows) dictText(e *row, dict int) string {
	if e.codes[dict] < 0 {
		return ""
	}
	return string(r.arena.bytes(r.dicts[dict].values[e.codes[dict]]))
}

// assumptionText is a text of a row's assumption.
func (r *rows) assumptionText(e *row, dict int) string {
	code := r.assumptions[e.assumption][dict-rowDicts]
	if code < 0 {
		return ""
	}
	return string(r.arena.bytes(r.dicts[dict].values[code]))
}

// idText is a text of a row's identity.
func (r *rows) idText(e *row, id int) string {
	code := r.identities[e.identity].codes[id]
	if code < 0 {
		return ""
	}
	return string(r.arena.bytes(r.ids[id].values[code]))
}

// json is a row's JSON column.
func (r *rows) json(e *row, column cloudtrail.JSON) []byte {
	for i, c := range plainJSON {
		if c == column {
			text, _ := e.plain(len(plainTexts) + i)
			return r.arena.bytes(text)
		}
	}
	return nil
}

// evidence is what is told of a row.
func (r *rows) evidence(e *row) *unusual.Evidence {
	id, _ := e.plain(0)
	shared, _ := e.plain(2)
	v := &unusual.Evidence{
		EventID: string(r.arena.bytes(id)), EventName: r.dictText(e, dictEventName), Region: r.dictText(e, dictRegion), Account: r.dictText(e, dictRecipient),
		At: time.UnixMicro(e.time).UTC(), Outcome: r.dictText(e, dictOutcome), Address: r.dictText(e, dictAddress), UserAgent: r.dictText(e, dictUserAgent), SharedID: string(r.arena.bytes(shared)),
	}
	if e.identity < 0 {
		return v
	}
	for _, id := range [...]cloudtrail.IdentityText{cloudtrail.IdentityARN, cloudtrail.InvokedBy, cloudtrail.IdentityPrincipalID, cloudtrail.IdentityUserName, cloudtrail.IdentityType} {
		if v.Actor = r.idText(e, int(id)); v.Actor != "" {
			break
		}
	}
	return v
}
