package gauges

import (
	"slices"
	"strings"
)

// MostServices is how many services have series of their own. AWS has fewer.
const MostServices = 1000

// OtherServices is the service under which all others are counted.
const OtherServices = "other"

// maxLabel is how long a label may be, in bytes: IAM's own limit for the name of a role.
const maxLabel = 64

// nameLabel is the name of a role or service as a label. Logs may claim any name: what IAM
// does not allow in one becomes a question mark, and what is too long is cut.
func nameLabel(name string) string {
	name = name[:min(len(name), maxLabel)]
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', strings.ContainsRune("_+=,.@-", c):
			return c
		}
		return '?'
	}, name)
}

// What the lake may say of roles and of callers (design 9.6 and 9.7). A lake of somebody else's making may say anything.
var (
	roleKinds   = []string{"service_linked", "permission_set", "cross_account", "web_identity", "saml", "instance_profile", "service", "same_account", unknown}
	callerKinds = []string{"user", "role", "service", "web_identity", "saml", "identity_center", "root", "account", unknown}
)

const unknown = "unknown"

// oneOf is a text if it is one of a closed set, and "unknown" if not.
func oneOf(set []string, text string) string {
	if slices.Contains(set, text) {
		return text
	}
	return unknown
}
