package cloudtrail

import "bytes"

// CallerKind is what kind of principal a caller is (design 9.6).
type CallerKind string

const (
	CallerUser           CallerKind = "user"
	CallerRole           CallerKind = "role"
	CallerService        CallerKind = "service"
	CallerWebIdentity    CallerKind = "web_identity"
	CallerSAML           CallerKind = "saml"
	CallerIdentityCenter CallerKind = "identity_center"
	CallerRoot           CallerKind = "root"
	CallerAccount        CallerKind = "account"
	CallerUnknown        CallerKind = "unknown"
)

// caller writes who made the call as one text (design 9.6, 9.18): an ARN of a
// user, role or root; a service's host; oidc:PROVIDER/SUBJECT;
// saml:PROVIDER/SUBJECT; sso:USER; ACCOUNT:PRINCIPAL_ID where no more is known.
func (p *AssumptionParser) caller(rec *Record, id *Identity, a *Assumption) {
	a.Caller, a.CallerKind = p.callerOf(rec, id, a)
	if a.Caller == nil {
		a.Caller, a.CallerKind = p.callerByAccount(id)
	}
}

func (p *AssumptionParser) callerOf(rec *Record, id *Identity, a *Assumption) ([]byte, CallerKind) {
	switch string(id.Text[IdentityType]) {
	case "IAMUser":
		return nonEmpty(id.Text[IdentityARN]), CallerUser
	case "Root":
		return nonEmpty(id.Text[IdentityARN]), CallerRoot
	case "AssumedRole", "Role":
		return id.ActingRole().ARN, CallerRole
	case "FederatedUser": // its issuer is a user or root, never a role (P2)
		if string(id.Text[IssuerType]) == "Root" {
			return nonEmpty(id.Text[IssuerARN]), CallerRoot
		}
		return nonEmpty(id.Text[IssuerARN]), CallerUser
	case "AWSService": // has no ARN (P4)
		if host := nonEmpty(id.Text[InvokedBy]); host != nil {
			return host, CallerService
		}
		return nonEmpty(rec.Text[SourceIPAddress]), CallerService
	case "WebIdentityUser":
		return p.webIdentity(id, a), CallerWebIdentity
	case "SAMLUser":
		return p.samlUser(rec, id, a)
	case "IdentityCenterUser":
		return p.identityCenterUser(firstOf(nonEmpty(id.Text[OnBehalfOfUserID]), nonEmpty(id.Text[IdentityUserName])))
	}
	return nil, CallerUnknown
}

// callerByAccount names a principal of which only account and id are known, as in
// the copy of a cross-account assumption that the role's owner gets (P3).
func (p *AssumptionParser) callerByAccount(id *Identity) ([]byte, CallerKind) {
	account := id.Text[IdentityAccountID]
	principal, _, _ := bytes.Cut(id.Text[IdentityPrincipalID], []byte(":"))
	switch {
	case len(account) > 0 && len(principal) > 0:
		return p.join(account, []byte(":"), principal), CallerAccount
	case len(account) > 0:
		return account, CallerAccount
	}
	return nonEmpty(principal), CallerUnknown
}

// webIdentity writes oidc:PROVIDER/SUBJECT. The provider is the issuer's host and
// path, which the record gives alone or as the ARN of the provider; the subject is
// the user name (P5).
func (p *AssumptionParser) webIdentity(id *Identity, a *Assumption) []byte {
	provider := id.Text[IdentityProvider]
	if _, rest, ok := bytes.Cut(provider, []byte(":oidc-provider/")); ok {
		provider = rest
	}
	provider = bytes.TrimPrefix(provider, []byte("https://"))
	a.Provider = nonEmpty(provider)
	subject := id.Text[IdentityUserName]
	if len(subject) == 0 {
		subject = webSubject(id.Text[IdentityPrincipalID], provider)
	}
	if len(provider) == 0 || len(subject) == 0 {
		return nil
	}
	return p.join([]byte("oidc:"), provider, []byte("/"), subject)
}

// webSubject takes the subject out of a principal id PROVIDER:AUDIENCE:SUBJECT.
// The audience of Cognito is a pool, REGION:GUID.
func webSubject(principal, provider []byte) []byte {
	_, rest, ok := bytes.Cut(principal, append(bytes.Clone(provider), ':'))
	if !ok {
		return nil
	}
	_, subject, _ := bytes.Cut(rest, []byte(":"))
	if bytes.HasPrefix(provider, []byte("cognito-identity.")) {
		_, subject, _ = bytes.Cut(subject, []byte(":"))
	}
	return subject
}

// samlUser writes saml:PROVIDER/SUBJECT, or sso:USER for the provider through
// which Identity Center signs people in (P8).
func (p *AssumptionParser) samlUser(rec *Record, id *Identity, a *Assumption) ([]byte, CallerKind) {
	subject := nonEmpty(id.Text[IdentityUserName])
	if subject == nil {
		if i := bytes.LastIndexByte(id.Text[IdentityPrincipalID], ':'); i >= 0 {
			subject = nonEmpty(id.Text[IdentityPrincipalID][i+1:])
		}
	}
	provider := p.text(member(rec.JSON[RequestParameters], "principalArn"))
	if _, name, ok := bytes.Cut(provider, []byte(":saml-provider/")); ok {
		provider, a.Provider = name, nonEmpty(name)
	} else {
		provider = id.Text[IdentityProvider]
	}
	if bytes.HasPrefix(provider, []byte("AWSSSO_")) || isPermissionSetRole(a.RoleARN) {
		return p.identityCenterUser(firstOf(a.SessionName, subject))
	}
	if len(provider) == 0 || subject == nil {
		return nil, CallerSAML
	}
	return p.join([]byte("saml:"), provider, []byte("/"), subject), CallerSAML
}

func isPermissionSetRole(arn []byte) bool {
	return isRoleARN(arn) && bytes.Contains(arn, []byte("/aws-reserved/sso.amazonaws.com/"))
}

func (p *AssumptionParser) identityCenterUser(user []byte) ([]byte, CallerKind) {
	if user == nil {
		return nil, CallerIdentityCenter
	}
	return p.join([]byte("sso:"), user), CallerIdentityCenter
}

// callerOfARN names the principal of an ARN, turning a session's into its role's.
func (p *AssumptionParser) callerOfARN(arn []byte) ([]byte, CallerKind) {
	if role := p.roleOfSession(arn); role != nil {
		return role, CallerRole
	}
	switch {
	case isRoleARN(arn):
		return arn, CallerRole
	case bytes.HasSuffix(arn, []byte(":root")):
		return arn, CallerRoot
	case bytes.Contains(arn, []byte(":user/")):
		return arn, CallerUser
	}
	return arn, CallerUnknown
}

func (p *AssumptionParser) join(parts ...[]byte) []byte {
	mark := len(p.texts.buf)
	for _, part := range parts {
		p.texts.buf = append(p.texts.buf, part...)
	}
	return p.texts.since(mark)
}
