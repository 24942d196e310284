package gauges

import "strings"

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
