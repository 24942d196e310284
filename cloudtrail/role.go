package cloudtrail

import "bytes"

// ActingRole is the role whose permissions a call used.
type ActingRole struct {
	ARN []byte // as the session's issuer, path included; nil where the record lacks the issuer
	// ID is the role's unique id (AROA…), the identity of a role (P36).
	ID          []byte
	SessionName []byte
}

// ActingRole returns the role that an identity acts as; all fields are nil if it
// is none. The role is named by the session's issuer, never by userIdentity.arn,
// which drops the role's path and differs from session to session (P1). Sessions
// of federated users are issued by users or root and are no role (P2).
func (id *Identity) ActingRole() ActingRole {
	switch string(id.Text[IdentityType]) {
	case "AssumedRole", "Role":
	default:
		return ActingRole{}
	}
	principal, session, _ := bytes.Cut(id.Text[IdentityPrincipalID], []byte(":"))
	if id.issuedByRole() {
		role := ActingRole{ARN: nonEmpty(id.Text[IssuerARN]), ID: nonEmpty(id.Text[IssuerPrincipalID]), SessionName: nonEmpty(session)}
		if role.ID == nil && isRoleID(principal) {
			role.ID = principal
		}
		if role.ARN == nil && role.ID == nil {
			return ActingRole{} // a role that nothing names
		}
		return role
	}
	if id.Text[IssuerType] != nil || !isRoleID(principal) {
		return ActingRole{}
	}
	role := ActingRole{ID: principal, SessionName: nonEmpty(session)}
	if isRoleARN(id.Text[IdentityARN]) { // identity type Role is the role itself
		role.ARN = id.Text[IdentityARN]
	}
	return role
}

func (id *Identity) issuedByRole() bool {
	if t := id.Text[IssuerType]; t != nil {
		return string(t) == "Role"
	}
	return isRoleARN(id.Text[IssuerARN])
}

// IsAPICall reports whether an event of this type is the use of an API. Sign-ins,
// console actions and service events are not (P32). Records older than eventType
// are API calls.
func IsAPICall(eventType []byte) bool {
	return len(eventType) == 0 || string(eventType) == "AwsApiCall"
}

// isRoleID recognises the unique ids of roles.
func isRoleID(id []byte) bool { return bytes.HasPrefix(id, []byte("AROA")) }

// isRoleARN recognises arn:PARTITION:iam::ACCOUNT:role/… in every partition (P35).
func isRoleARN(arn []byte) bool {
	rest, ok := bytes.CutPrefix(arn, []byte("arn:"))
	if !ok {
		return false
	}
	_, rest, _ = bytes.Cut(rest, []byte(":"))
	rest, ok = bytes.CutPrefix(rest, []byte("iam::"))
	if !ok {
		return false
	}
	_, rest, ok = bytes.Cut(rest, []byte(":"))
	return ok && bytes.HasPrefix(rest, []byte("role/"))
}

func nonEmpty(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
