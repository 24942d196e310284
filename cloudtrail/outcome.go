package cloudtrail

import "bytes"

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
// calls, sign-ins above all, fail with a message and no code.
func OutcomeOf(errorCode, errorMessage []byte) Outcome {
	switch {
	case len(errorCode) == 0 && len(errorMessage) == 0:
		return Success
	case isDenial(errorCode):
		return Denied
	case len(errorCode) == 0:
		if action, _ := DeniedResource(errorMessage); action != nil {
			return Denied
		}
	}
	return Failed
}

// isDenial recognises the spellings of a refused authorisation (P11):
// AccessDenied, AccessDeniedException, VpceAccessDenied, UnauthorizedException,
// Client.UnauthorizedOperation, and the rarer ones below.
func isDenial(code []byte) bool {
	if containsFold(code, "accessdenied") || containsFold(code, "unauthorized") {
		return true
	}
	name := code[bytes.LastIndexByte(code, '.')+1:]
	const exception = "exception"
	if cut := len(name) - len(exception); cut > 0 && equalFold(name[cut:], exception) {
		name = name[:cut]
	}
	for _, denial := range [...]string{"notauthorized", "forbidden", "authorizationerror", "authorizationfailure", "explicitdeny"} {
		if equalFold(name, denial) {
			return true
		}
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
	rest := message
	for {
		var ok bool
		if _, rest, ok = bytes.Cut(rest, []byte("ot authorized to perform")); !ok {
			return nil, nil
		}
		// "You are not authorized to perform this operation. User: …" names it later.
		if action, rest = deniedAction(rest); action != nil {
			return action, deniedResource(rest)
		}
	}
}

// deniedAction takes an action like iam:PassRole off the text, which may stand
// behind a colon.
func deniedAction(text []byte) (action, rest []byte) {
	word := bytes.TrimLeft(text, ": ")
	if i := bytes.IndexByte(word, ' '); i >= 0 {
		word, rest = word[:i], word[i:]
	}
	word = bytes.TrimRight(word, ".")
	if bytes.IndexByte(word, ':') <= 0 {
		return nil, text
	}
	return word, rest
}

// behindResource are the phrases that AWS writes behind a resource.
var behindResource = [...][]byte{[]byte(" because "), []byte(" with an explicit deny"), []byte(". Encoded authorization failure message")}

// deniedResource reads what follows the action. A resource may hold spaces, but
// none of the phrases that AWS writes behind it.
func deniedResource(text []byte) []byte {
	resource, ok := bytes.CutPrefix(text, []byte(" on resource: "))
	if !ok {
		return nil
	}
	for _, phrase := range behindResource {
		if i := bytes.Index(resource, phrase); i >= 0 {
			resource = resource[:i]
		}
	}
	return nonEmpty(bytes.TrimLeft(bytes.TrimRight(resource, ` ."`), `"`))
}
