package cloudtrail

import (
	"bytes"
	"strings"
)

// Outcome is how a call ended.
type Outcome string

const (
	// Success is a call without an error.
	Success Outcome = "success"
	// Denied is a call that authorisation refused. It is no use of a role (P13).
	Denied Outcome = "denied"
	// Failed is a call that failed for another reason. It shows that the
	// permission was exercised (P11).
	Failed Outcome = "failed"
)

// OutcomeOf tells the outcome from a record's errorCode and errorMessage. Some
// sign-ins fail with a message and no code.
func OutcomeOf(errorCode, errorMessage []byte) Outcome {
	switch {
	case len(errorCode) == 0 && len(errorMessage) == 0:
		return Success
	case isDenial(errorCode):
		return Denied
	}
	return Failed
}

// isDenial recognises the spellings of a refused authorisation (P11):
// AccessDenied, AccessDeniedException, VpceAccessDenied, UnauthorizedException,
// Client.UnauthorizedOperation, and the rarer ones below.
func isDenial(code []byte) bool {
	if len(code) == 0 || len(code) > 128 {
		return false
	}
	lower := strings.ToLower(string(code))
	if strings.Contains(lower, "accessdenied") || strings.Contains(lower, "unauthorized") {
		return true
	}
	lower = lower[strings.LastIndexByte(lower, '.')+1:]
	switch strings.TrimSuffix(lower, "exception") {
	case "notauthorized", "forbidden", "authorizationerror", "authorizationfailure", "explicitdeny":
		return true
	}
	return false
}

// DeniedResource returns the action and the resource that a message like
//
//	User: arn:… is not authorized to perform: sts:AssumeRole on resource: arn:… because …
//
// names; nil where it names none. On a denied call the message is often the only
// place where they stand, since requestParameters is null then (P12).
func DeniedResource(message []byte) (action, resource []byte) {
	_, rest, ok := bytes.Cut(message, []byte("not authorized to perform: "))
	if !ok {
		return nil, nil
	}
	action, rest, ok = bytes.Cut(rest, []byte(" on resource: "))
	if !ok {
		action, _, _ = bytes.Cut(action, []byte(" "))
		return nonEmpty(action), nil
	}
	resource, _, _ = bytes.Cut(rest, []byte(" because "))
	resource, _, _ = bytes.Cut(resource, []byte(" with an explicit deny"))
	resource = bytes.TrimRight(resource, " .")
	return nonEmpty(action), nonEmpty(resource)
}
