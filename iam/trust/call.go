package trust

import "strings"

// Call is one assumption as an event shows it: who the direct caller was, and
// what of the conditions can be seen. An empty text is not known.
type Call struct {
	// Action is one of Actions(). A console SwitchRole is sts:AssumeRole.
	Action string
	// Caller and Kind are the columns caller and caller_kind of the event.
	Caller, Kind string
	// Account is the caller's account.
	Account string
	// PrincipalID is the unique id of the calling user or role (AROA…, AIDA…),
	// without the session's name.
	PrincipalID string
	// SessionARN is the ARN of the caller's session, where the caller is one.
	SessionARN string
	// Provider is the OIDC provider's host and path, or the SAML provider's name.
	Provider string
	// Shown are the values of the condition keys that the event shows, by key as
	// Condition.Key has it, except that the claims of the caller's provider are
	// aud and sub alone, for OIDC and SAML. A key with no value is shown to be
	// absent from the request; a key that is not in the map is not shown.
	Shown map[string][]string
}

// value returns the values of a condition key, and whether the event shows them.
// Claims of another provider than the caller's are absent.
func (c Call) value(key string) (values []string, shown bool) {
	provider, claim, isOIDC := splitClaim(key)
	name, isSAML := strings.CutPrefix(key, "saml:")
	switch {
	case isOIDC && c.isUnknown(), isSAML && c.isUnknown():
		return nil, false
	case isSAML && (c.Kind == "saml" || c.Kind == "identity_center"):
		key = name
	case isOIDC && c.Kind == "web_identity" && c.Provider == "":
		return nil, false
	case isOIDC && c.Kind == "web_identity" && strings.EqualFold(provider, c.Provider):
		key = claim
	case isOIDC, isSAML:
		return nil, true
	}
	values, shown = c.Shown[key]
	return values, shown
}

func (c Call) isUnknown() bool { return c.Kind == "" || c.Kind == "unknown" }

// hasARN says whether the caller is known to be one user, role or root.
func (c Call) hasARN() bool {
	return c.Caller != "" && (c.Kind == "user" || c.Kind == "role" || c.Kind == "root")
}

// isFederated says whether the caller is of no account: a service, or somebody
// whom a provider vouches for.
func (c Call) isFederated() bool {
	switch c.Kind {
	case "service", "web_identity", "saml", "identity_center":
		return true
	}
	return false
}
