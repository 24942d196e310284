package cloudtrail

import (
	"bytes"
	"encoding/json"
)

// Assumption is one caller obtaining, or trying to obtain, one session of one
// role. Fields are nil where the record does not say.
type Assumption struct {
	RoleARN     []byte
	RoleID      []byte // AROA…; only of a successful one
	SessionName []byte
	AccessKeyID []byte // of the new session: later calls bear it (P6)
	// SourceIdentity and SessionTags are what the caller, or the provider who vouched
	// for it, gave the new session. The tags are a JSON list of objects with key and
	// value, which is empty where there are none, and nil where the record does not
	// show the parameters.
	SourceIdentity []byte
	SessionTags    []byte
	ExternalID     []byte
	// Caller is the direct principal and CallerKind what it is, see
	// [AssumptionParser]. Who stands at the start of a chain of roles is found by
	// joining sessions.
	Caller     []byte
	CallerKind CallerKind
	// Provider is who vouched for a federated caller: the issuer's host and path of
	// a web identity, the name of the SAML provider (design 9.18).
	Provider []byte
	// Network is where the caller was: an IPv4 /24 or IPv6 /48, nil for the hosts of
	// services.
	Network []byte
	// Audience is for whom the provider's token or assertion was made.
	Audience []byte
}

// AssumptionParser reads assumptions. Its results are valid until its next call.
type AssumptionParser struct{ texts scratch }

// Parse fills a from a record that is an assumption and reports whether it is
// one: the three calls of STS, whose answer is a role session, and the console's
// SwitchRole (P32, design 9.4). id is the record's identity.
func (p *AssumptionParser) Parse(rec *Record, id *Identity, a *Assumption) bool {
	*a = Assumption{}
	if !IsAssumption(rec) {
		return false
	}
	p.texts.reset()
	mark := len(p.texts.buf)
	p.texts.buf = appendNetwork(p.texts.buf, rec.Text[SourceIPAddress])
	a.Network = nonEmpty(p.texts.since(mark))
	if string(rec.Text[EventName]) == "SwitchRole" {
		p.switchRole(rec, id, a)
		return true
	}
	p.assumeRole(rec, a)
	p.caller(rec, id, a)
	return true
}

// IsAssumption reports whether a record is one.
func IsAssumption(rec *Record) bool {
	switch string(rec.Text[EventSource]) {
	case "sts.amazonaws.com":
		switch string(rec.Text[EventName]) {
		case "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity":
			return true
		}
	case "signin.amazonaws.com":
		return string(rec.Text[EventName]) == "SwitchRole"
	}
	return false
}

func (p *AssumptionParser) assumeRole(rec *Record, a *Assumption) {
	request := rec.JSON[RequestParameters]
	response := rec.JSON[ResponseElements]
	user := member(response, "assumedRoleUser")
	id, session, _ := bytes.Cut(p.text(member(user, "assumedRoleId")), []byte(":"))
	a.RoleID = nonEmpty(id)
	a.SessionName = firstOf(p.text(member(request, "roleSessionName")), nonEmpty(session))
	a.AccessKeyID = p.text(member(member(response, "credentials"), "accessKeyId"))
	a.ExternalID = p.text(member(request, "externalId"))
	// A provider's token or assertion brings it, and then only the answer may show it.
	a.SourceIdentity = firstOf(p.text(member(request, "sourceIdentity")), p.text(member(response, "sourceIdentity")))
	a.SessionTags = sessionTags(rec)
	a.Audience = p.text(member(response, "audience"))
	a.RoleARN = p.target(rec, p.text(member(user, "arn")))
}

// maxTags is how many tags a session may have (STS).
const maxTags = 50

// sessionTags finds the tags that a session was given. AssumeRole has them as a list
// in its request. The other calls have them in the provider's token or assertion, and
// the record shows them as an object, principalTags. (Of AssumeRole that holds the tags
// of the caller, which are no part of the request.)
func sessionTags(rec *Record) []byte {
	request := rec.JSON[RequestParameters]
	if len(request) == 0 || request[0] != '{' {
		return nil
	}
	if string(rec.Text[EventName]) != "AssumeRole" {
		return tagList(member(request, "principalTags"))
	}
	if tags := member(request, "tags"); len(tags) > 0 && tags[0] == '[' {
		return tags
	}
	return tagList(nil)
}

// tagList writes an object of tags as the list that AssumeRole has.
func tagList(object []byte) []byte {
	list := []byte{'['}
	n := 0
	eachMember(object, func(key, value []byte) bool {
		if value[0] != '"' {
			return true
		}
		if n++; n > 1 {
			list = append(list, ',')
		}
		name, _ := json.Marshal(string(key)) // of a string it does not fail
		list = append(append(list, `{"key":`...), name...)
		list = append(append(append(list, `,"value":`...), value...), '}')
		return n < maxTags
	})
	return append(list, ']')
}

// target finds the assumed role: the resources name it with its path in some
// copies, the parameters in others, the response without its path (P31), and a
// denied call only in its message (P12).
func (p *AssumptionParser) target(rec *Record, userARN []byte) []byte {
	if arn := p.roleResource(rec.JSON[Resources]); arn != nil {
		return arn
	}
	if arn := p.text(member(rec.JSON[RequestParameters], "roleArn")); arn != nil {
		return arn
	}
	if arn := p.roleOfSession(userARN); arn != nil {
		return arn
	}
	if _, resource := DeniedResource(rec.Text[ErrorMessage]); isRoleARN(resource) {
		return resource
	}
	return nil
}

func (p *AssumptionParser) roleResource(resources []byte) []byte {
	var found []byte
	eachElement(resources, func(value []byte) bool {
		arn := p.text(member(value, "ARN"))
		if arn == nil {
			arn = p.text(member(value, "arn"))
		}
		if isRoleARN(arn) {
			found = arn
		}
		return found == nil
	})
	return found
}

// roleOfSession turns arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION into the ARN
// of a role without a path, which is the best that can be said.
func (p *AssumptionParser) roleOfSession(arn []byte) []byte {
	before, rest, ok := bytes.Cut(arn, []byte(":sts::"))
	if !ok {
		return nil
	}
	account, rest, ok := bytes.Cut(rest, []byte(":assumed-role/"))
	if !ok {
		return nil
	}
	name, _, _ := bytes.Cut(rest, []byte("/"))
	mark := len(p.texts.buf)
	for _, part := range [][]byte{before, []byte(":iam::"), account, []byte(":role/"), name} {
		p.texts.buf = append(p.texts.buf, part...)
	}
	return p.texts.since(mark)
}

// switchRole reads a console sign-in into a role, which is an assumption and no
// use (design 9.4). The record of the account left names the role in SwitchTo;
// that of the account entered has the role as its identity and names the caller
// in SwitchFrom. Which accounts get which was not confirmed: both are read.
func (p *AssumptionParser) switchRole(rec *Record, id *Identity, a *Assumption) {
	data := rec.JSON[AdditionalEventData]
	from, to := p.text(member(data, "SwitchFrom")), p.text(member(data, "SwitchTo"))
	if !isRoleARN(to) {
		_, to = DeniedResource(rec.Text[ErrorMessage])
	}
	role := id.ActingRole()
	isEntered := from != nil && role.ID != nil && (!isRoleARN(to) || bytes.Equal(to, role.ARN))
	if isEntered {
		a.RoleARN, a.RoleID, a.SessionName = role.ARN, role.ID, role.SessionName
		a.Caller, a.CallerKind = p.callerOfARN(from)
		return
	}
	if isRoleARN(to) {
		a.RoleARN = to
	}
	p.caller(rec, id, a)
}

func (p *AssumptionParser) text(raw []byte) []byte {
	if !isString(raw) {
		return nil
	}
	text, _ := stringText(raw, &p.texts)
	return nonEmpty(text)
}

func firstOf(a, b []byte) []byte {
	if a != nil {
		return a
	}
	return b
}
