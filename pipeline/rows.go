package pipeline

import (
	"roletrail/cloudtrail"
	"roletrail/iam/action"
	"roletrail/parquet"
)

// The columns that a row stores as codes: first the record's flat texts, then what
// every row may have, in the order of row.codes. Behind them stand those of an
// assumption, which few rows have, in the order of assumption.
const (
	dictTLSDetails = iota + len(dictTexts)
	dictOther
	dictOutcome
	dictPassedRole
	dictSourceObject
	dictFamily
	dictIAMAction
	dictIAMActionsPossible
	rowDicts
)

const (
	dictAssumedRoleARN = iota + rowDicts
	dictAssumedRoleID
	dictAssumedSession
	dictAssumedAccessKey
	dictAssumedSourceIdentity
	dictAssumedSessionTags
	dictCaller
	dictCallerKind
	dictCallerProvider
	dictCallerAudience
	dictCallerNetwork
	dictExternalID
	assumptionDicts
)

// Then those of a role change, which fewer rows still have, in the order of
// change.codes.
const (
	dictChange = iota + assumptionDicts
	dictChangePolicy
	dictChangeSeverity
	dictChangeSummary
	numDicts
)

// Those of the flat texts that rules ask for again.
const (
	dictEventType = iota + 2
	dictEventSource
	dictEventName
	dictRegion
	dictRecipient
	dictAddress
	dictUserAgent
	dictErrorCode
)

var dictTexts = [...]cloudtrail.Text{
	cloudtrail.EventVersion, cloudtrail.EventCategory, dictEventType: cloudtrail.EventType, dictEventSource: cloudtrail.EventSource,
	dictEventName: cloudtrail.EventName, dictRegion: cloudtrail.AWSRegion, dictRecipient: cloudtrail.RecipientAccountID, dictAddress: cloudtrail.SourceIPAddress,
	dictUserAgent: cloudtrail.UserAgent, dictErrorCode: cloudtrail.ErrorCode, cloudtrail.ErrorMessage, cloudtrail.VPCEndpointID,
}

var dictColumns = [numDicts]int{
	parquet.ColEventVersion, parquet.ColEventCategory, parquet.ColEventType, parquet.ColEventSource,
	parquet.ColEventName, parquet.ColAWSRegion, parquet.ColRecipientAccountID, parquet.ColSourceIPAddress,
	parquet.ColUserAgent, parquet.ColErrorCode, parquet.ColErrorMessage, parquet.ColVPCEndpointID,
	parquet.ColTLSDetails, parquet.ColOther, parquet.ColOutcome, parquet.ColPassedRoleARN,
	parquet.ColSourceObject, parquet.ColFamily, parquet.ColIAMAction, parquet.ColIAMActionsPossible,
	parquet.ColAssumedRoleARN, parquet.ColAssumedRoleID, parquet.ColAssumedSessionName, parquet.ColAssumedAccessKeyID,
	parquet.ColAssumedSourceIdentity, parquet.ColAssumedSessionTags, parquet.ColCaller, parquet.ColCallerKind,
	parquet.ColCallerProvider, parquet.ColCallerAudience, parquet.ColCallerNetwork, parquet.ColExternalID,
	parquet.ColChange, parquet.ColChangePolicyARN, parquet.ColChangeSeverity, parquet.ColChangeSummary,
}

// The columns that a row stores as plain texts: first flat texts of many distinct
// values, then JSON.
var plainTexts = [...]cloudtrail.Text{cloudtrail.EventID, cloudtrail.RequestID, cloudtrail.SharedEventID}

var plainJSON = [...]cloudtrail.JSON{
	cloudtrail.RequestParameters, cloudtrail.ResponseElements, cloudtrail.AdditionalEventData,
	cloudtrail.ServiceEventDetails, cloudtrail.Resources, cloudtrail.Addendum,
}

const numPlain = len(plainTexts) + len(plainJSON)

var plainColumns = [numPlain]int{
	parquet.ColEventID, parquet.ColRequestID, parquet.ColSharedEventID, parquet.ColRequestParameters, parquet.ColResponseElements,
	parquet.ColAdditionalEventData, parquet.ColServiceEventDetails, parquet.ColResources, parquet.ColAddendum,
}

// The columns that come from userIdentity, stored once per distinct object.
const (
	idRest = iota + int(cloudtrail.NumIdentityTexts)
	idRoleARN
	idRoleID
	idSession
	numIDs
)

var idColumns = [numIDs]int{
	parquet.ColIdentityType, parquet.ColIdentityARN, parquet.ColIdentityPrincipalID, parquet.ColIdentityAccountID, parquet.ColIdentityUserName,
	parquet.ColIdentityAccessKeyID, parquet.ColInvokedBy, parquet.ColIdentityProvider, parquet.ColIssuerType, parquet.ColIssuerARN,
	parquet.ColIssuerPrincipalID, parquet.ColIssuerAccountID, parquet.ColIssuerUserName, parquet.ColSourceIdentity, parquet.ColOnBehalfOfUserID,
	parquet.ColUserIdentity, parquet.ColRoleARN, parquet.ColRoleID, parquet.ColRoleSessionName,
}

// row is one event in a row store. There are tens of thousands, so it holds no more
// than it needs.
type row struct {
	time       int64 // µs since 1970, UTC
	identity   int32 // index into rows.identities, noCode if there is none
	assumption int32 // index into rows.assumptions, noCode if it is none
	change     int32 // index into rows.changes, noCode if it is none
	index      int32 // of the record in its object
	readOnly   cloudtrail.Bool
	manage     cloudtrail.Bool
	apiCall    bool // so the identity's role acted
	present    uint16
	codes      [rowDicts]int32
	texts      uint32           // where the plain texts begin in the arena, one after another
	sizes      [numPlain]uint32 // of them; a text is there where the bit of present is set
}

// assumption is the codes of the columns that only an assumption has.
type assumption [assumptionDicts - rowDicts]int32

// isAssumption reports whether the columns of an assumption are filled.
func (e *row) isAssumption() bool { return e.assumption >= 0 }

// standing is what decides on a row's place in its day before its role does: questions about
// who became which role, and about what changed, are about few rows, which so lie together.
type standing uint8

const (
	standsAsAssumption standing = iota
	standsAsChange
	standsAsOther
)

func (e *row) standing() standing {
	switch {
	case e.isAssumption():
		return standsAsAssumption
	case e.change >= 0:
		return standsAsChange
	}
	return standsAsOther
}

// acting is the identity whose role acted, noCode if there is none: it is only that of API
// calls (P32).
func (e *row) acting() int32 {
	if !e.apiCall {
		return noCode
	}
	return e.identity
}

// plain is where a row's plain text i lies; ok is false where it has none.
func (e *row) plain(i int) (text span, ok bool) {
	if e.present&(1<<i) == 0 {
		return span{}, false
	}
	at := e.texts
	for _, size := range e.sizes[:i] {
		at += size
	}
	return span{at, e.sizes[i]}, true
}

// identity is one distinct userIdentity of a row store.
type identity struct {
	codes     [numIDs]int32
	createdAt int64
	created   bool
	mfa       cloudtrail.Bool
}

// rows is a worker's store of events that are not yet written. Texts are copied
// into it, so that what they came from can be reused.
type rows struct {
	bounds      *bounds
	arena       arena
	rows        []row
	dicts       [numDicts]intern
	ids         [numIDs]intern
	raws        intern // userIdentity objects
	identities  []identity
	assumptions []assumption
	changes     changes
	objects     []string // names of objects, by their codes

	parse   parsers
	actions actions
	gather  gatherer
	scratch cloudtrail.Identity
}

// parsers derive what a record does not say in a field of its own.
type parsers struct {
	identity   cloudtrail.IdentityParser
	assumption cloudtrail.AssumptionParser
	passedRole cloudtrail.PassedRoleParser
}

// spareBytes is room for the texts of the record that fills a store. CloudTrail's own
// limit is 256 KiB; for a larger one the arena grows.
const spareBytes = 256 << 10

func newRows(b *bounds, m *action.Mapper) *rows {
	r := &rows{bounds: b}
	r.arena.buf = make([]byte, 0, b.groupBytes+spareBytes)
	r.rows = make([]row, 0, b.groupRows)
	for i := range r.dicts {
		r.dicts[i] = newIntern(&r.arena)
	}
	for i := range r.ids {
		r.ids[i] = newIntern(&r.arena)
	}
	r.raws = newIntern(&r.arena)
	r.actions = newActions(m, &r.arena)
	r.changes.roles = newIntern(&r.arena)
	return r
}

func (r *rows) reset() {
	r.arena.buf = r.arena.buf[:0]
	r.rows, r.identities, r.assumptions = r.rows[:0], r.identities[:0], r.assumptions[:0]
	r.objects = r.objects[:0]
	for i := range r.dicts {
		r.dicts[i].reset()
	}
	for i := range r.ids {
		r.ids[i].reset()
	}
	r.raws.reset()
	r.actions.reset()
	r.changes.reset()
}

func (r *rows) full() bool {
	return len(r.rows) >= r.bounds.groupRows || len(r.arena.buf) >= r.bounds.groupBytes
}

// add stores an event, and returns what it changes of roles, nil if nothing.
func (r *rows) add(rec *cloudtrail.Record, object string) *change {
	r.rows = append(r.rows, row{})
	e := &r.rows[len(r.rows)-1]
	e.time, e.index = rec.Time, int32(rec.Index)
	e.readOnly, e.manage = rec.ReadOnly, rec.ManagementEvent
	for i, t := range dictTexts {
		e.codes[i] = r.dicts[i].code(rec.Text[t])
	}
	e.texts = uint32(len(r.arena.buf))
	for i, t := range plainTexts {
		r.setPlain(e, i, rec.Text[t])
	}
	for i, j := range plainJSON {
		r.setPlain(e, len(plainTexts)+i, rec.JSON[j])
	}
	e.codes[dictTLSDetails] = r.dicts[dictTLSDetails].code(rec.JSON[cloudtrail.TLSDetails])
	e.codes[dictOther] = r.dicts[dictOther].code(rec.Other)
	e.codes[dictSourceObject] = r.objectOf(object)
	e.codes[dictFamily] = r.dicts[dictFamily].code(familyText[rec.Family])
	e.identity = r.identityOf(rec)
	e.apiCall = cloudtrail.IsAPICall(rec.Text[cloudtrail.EventType])
	r.derive(rec, e)
	if e.change < 0 {
		return nil
	}
	return &r.changes.all[e.change]
}

// objectOf is the code of the object that events come from, one after another.
func (r *rows) objectOf(name string) int32 {
	if last := len(r.objects) - 1; last >= 0 && r.objects[last] == name {
		return int32(last)
	}
	code, isNew := r.dicts[dictSourceObject].find([]byte(name))
	if isNew {
		r.objects = append(r.objects, name)
	}
	return code
}

func (r *rows) setPlain(e *row, i int, text []byte) {
	if text != nil {
		e.sizes[i] = r.arena.add(text).size
		e.present |= 1 << i
	}
}

// identityOf stores the record's userIdentity, parsing it only if it is new: a
// session repeats its own on every call.
func (r *rows) identityOf(rec *cloudtrail.Record) int32 {
	if rec.UserIdentity == nil {
		return noCode
	}
	index, isNew := r.raws.find(rec.UserIdentity)
	if !isNew {
		return index
	}
	id := &r.scratch
	r.parse.identity.Parse(rec.UserIdentity, id)
	entry := identity{createdAt: id.CreatedAt, created: id.HasCreatedAt, mfa: id.MFA}
	for i, text := range id.Text {
		entry.codes[i] = r.ids[i].code(text)
	}
	role := id.ActingRole()
	entry.codes[idRest] = r.ids[idRest].code(id.Rest)
	entry.codes[idRoleARN] = r.ids[idRoleARN].code(role.ARN)
	entry.codes[idRoleID] = r.ids[idRoleID].code(role.ID)
	entry.codes[idSession] = r.ids[idSession].code(role.SessionName)
	r.identities = append(r.identities, entry)
	return index
}

// recall makes a stored identity again, an empty one of noCode. Its texts lie in the arena.
func (r *rows) recall(index int32, id *cloudtrail.Identity) {
	*id = cloudtrail.Identity{}
	if index < 0 {
		return
	}
	entry := &r.identities[index]
	id.CreatedAt, id.HasCreatedAt, id.MFA = entry.createdAt, entry.created, entry.mfa
	for i := range id.Text {
		id.Text[i] = r.ids[i].text(entry.codes[i])
	}
	id.Rest = r.ids[idRest].text(entry.codes[idRest])
}

// derive fills the columns that rules make.
func (r *rows) derive(rec *cloudtrail.Record, e *row) {
	outcome := cloudtrail.OutcomeOf(rec.Text[cloudtrail.ErrorCode], rec.Text[cloudtrail.ErrorMessage])
	e.codes[dictOutcome] = r.dicts[dictOutcome].code([]byte(outcome))
	passed := r.parse.passedRole.Parse(rec)
	e.codes[dictPassedRole] = r.dicts[dictPassedRole].code(passed)
	e.change = r.changeOf(rec, e, outcome, passed)
	r.setActions(rec, e, outcome)
	e.assumption = noCode
	if !cloudtrail.IsAssumption(rec) {
		return
	}
	var a cloudtrail.Assumption
	r.recall(e.identity, &r.scratch)
	r.parse.assumption.Parse(rec, &r.scratch, &a)
	e.assumption = int32(len(r.assumptions))
	r.assumptions = append(r.assumptions, assumption{})
	codes := &r.assumptions[e.assumption]
	for dict, text := range [...][]byte{
		dictAssumedRoleARN - rowDicts:        a.RoleARN,
		dictAssumedRoleID - rowDicts:         a.RoleID,
		dictAssumedSession - rowDicts:        a.SessionName,
		dictAssumedAccessKey - rowDicts:      a.AccessKeyID,
		dictAssumedSourceIdentity - rowDicts: a.SourceIdentity,
		dictAssumedSessionTags - rowDicts:    a.SessionTags,
		dictCaller - rowDicts:                a.Caller,
		dictCallerKind - rowDicts:            []byte(a.CallerKind),
		dictCallerProvider - rowDicts:        a.Provider,
		dictCallerAudience - rowDicts:        a.Audience,
		dictCallerNetwork - rowDicts:         a.Network,
		dictExternalID - rowDicts:            a.ExternalID,
	} {
		codes[dict] = r.dicts[rowDicts+dict].code(text)
	}
}

var familyText = func() (texts [cloudtrail.NumFamilies][]byte) {
	for f := range texts {
		texts[f] = []byte(cloudtrail.Family(f).String())
	}
	return texts
}()
