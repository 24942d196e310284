package cloudtrail

import "bytes"

// IdentityText names a flat text column that comes from userIdentity. The order
// is that of the lake's columns.
type IdentityText uint8

const (
	IdentityType IdentityText = iota
	IdentityARN
	IdentityPrincipalID
	IdentityAccountID
	IdentityUserName
	IdentityAccessKeyID
	InvokedBy
	IdentityProvider
	IssuerType
	IssuerARN
	IssuerPrincipalID
	IssuerAccountID
	IssuerUserName
	SourceIdentity
	OnBehalfOfUserID
	NumIdentityTexts
)

// Identity is what a record's userIdentity says. Slices are nil where the field
// is absent.
type Identity struct {
	Text [NumIdentityTexts][]byte
	// CreatedAt is sessionContext.attributes.creationDate in microseconds since
	// 1970; HasCreatedAt says whether it is there.
	CreatedAt    int64
	HasCreatedAt bool
	MFA          Bool
	// Rest is a JSON object of everything the fields above do not hold as AWS
	// wrote it; nil if there is nothing. Its members win when the record is rebuilt.
	Rest []byte
}

// IdentityParser turns userIdentity objects into Identities, reusing its buffers.
type IdentityParser struct {
	texts scratch
	id    *Identity
	again bool // a member may stand there twice
}

// Parse reads a record's userIdentity object, which is valid JSON. The result
// points into raw and into the parser, and is valid until the parser's next call.
func (p *IdentityParser) Parse(raw []byte, id *Identity) {
	if p.parse(raw, id); p.again {
		p.parse(normalise(raw), id)
	}
}

func (p *IdentityParser) parse(raw []byte, id *Identity) {
	p.texts.reset()
	p.id, p.again = id, false
	*id = Identity{}
	id.Rest = p.object(raw, p.identityMember)
}

// object reads an object by handing its members to set, and returns an object of
// those that set did not take; nil if it took all and there were some.
func (p *IdentityParser) object(raw []byte, set func(key, value []byte) (rest []byte, taken bool)) []byte {
	var rest []byte
	var names [32][]byte // far more than AWS writes
	n := 0
	eachMember(raw, func(key, value []byte) bool {
		for _, name := range names[:n] {
			p.again = p.again || bytes.Equal(name, key)
		}
		if n == len(names) {
			p.again = true // perhaps
		} else {
			names[n] = key
			n++
		}
		left, taken := set(key, value)
		if taken {
			return true
		}
		rest = appendRest(rest, key, left)
		return true
	})
	if rest == nil && n > 0 {
		return nil
	}
	if rest == nil {
		return []byte("{}")
	}
	return append(rest, '}')
}

func appendRest(rest, key, value []byte) []byte {
	if rest == nil {
		rest = append(rest, '{')
	} else {
		rest = append(rest, ',')
	}
	rest = append(appendQuoted(rest, key), ':')
	return append(rest, value...)
}

func (p *IdentityParser) identityMember(key, value []byte) ([]byte, bool) {
	switch string(key) {
	case "type":
		return p.text(IdentityType, value)
	case "arn":
		return p.text(IdentityARN, value)
	case "principalId":
		return p.text(IdentityPrincipalID, value)
	case "accountId":
		return p.text(IdentityAccountID, value)
	case "userName":
		return p.text(IdentityUserName, value)
	case "accessKeyId":
		return p.text(IdentityAccessKeyID, value)
	case "invokedBy":
		return p.text(InvokedBy, value)
	case "identityProvider":
		return p.text(IdentityProvider, value)
	case "sessionContext":
		return p.nested(value, p.sessionMember)
	case "onBehalfOf":
		return p.nested(value, p.onBehalfOfMember)
	}
	return value, false
}

func (p *IdentityParser) sessionMember(key, value []byte) ([]byte, bool) {
	switch string(key) {
	case "sessionIssuer":
		return p.nested(value, p.issuerMember)
	case "attributes":
		return p.nested(value, p.attributeMember)
	case "sourceIdentity":
		return p.text(SourceIdentity, value)
	}
	return value, false
}

func (p *IdentityParser) issuerMember(key, value []byte) ([]byte, bool) {
	switch string(key) {
	case "type":
		return p.text(IssuerType, value)
	case "arn":
		return p.text(IssuerARN, value)
	case "principalId":
		return p.text(IssuerPrincipalID, value)
	case "accountId":
		return p.text(IssuerAccountID, value)
	case "userName":
		return p.text(IssuerUserName, value)
	}
	return value, false
}

func (p *IdentityParser) attributeMember(key, value []byte) ([]byte, bool) {
	switch string(key) {
	case "creationDate":
		return p.createdAt(value)
	case "mfaAuthenticated":
		return p.mfa(value)
	}
	return value, false
}

func (p *IdentityParser) onBehalfOfMember(key, value []byte) ([]byte, bool) {
	if string(key) == "userId" {
		return p.text(OnBehalfOfUserID, value)
	}
	return value, false
}

// nested reads an inner object. It is taken if none of it is left.
func (p *IdentityParser) nested(value []byte, set func(key, value []byte) ([]byte, bool)) ([]byte, bool) {
	if !isObject(value) {
		return value, false
	}
	rest := p.object(value, set)
	return rest, rest == nil
}

func (p *IdentityParser) text(field IdentityText, value []byte) ([]byte, bool) {
	if !isString(value) {
		return value, false
	}
	text, exact := stringText(value, &p.texts)
	p.id.Text[field] = text
	return value, exact
}

// createdAt keeps other forms than CloudTrail's own, like those of the console,
// in the rest as they are.
func (p *IdentityParser) createdAt(value []byte) ([]byte, bool) {
	if !isString(value) {
		return value, false
	}
	text, _ := stringText(value, &p.texts)
	if t, ok := parseCanonicalTime(text); ok {
		p.id.CreatedAt, p.id.HasCreatedAt = t, true
		return value, bytes.IndexByte(value, '\\') < 0
	}
	if t := parseTime(text); t != timeInvalid {
		p.id.CreatedAt, p.id.HasCreatedAt = t, true
	}
	return value, false
}

// mfa takes "true" and "false", the strings that CloudTrail writes.
func (p *IdentityParser) mfa(value []byte) ([]byte, bool) {
	switch string(value) {
	case `"true"`:
		p.id.MFA = True
		return value, true
	case `"false"`:
		p.id.MFA = False
		return value, true
	case "true":
		p.id.MFA = True
	case "false":
		p.id.MFA = False
	default:
		p.id.MFA = parseBool(value)
	}
	return value, false
}
