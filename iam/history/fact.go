package history

import (
	"cmp"
	"strings"
	"time"
)

// Moment is when something came to hold. A log knows seconds only: what is made at the
// same time is there before it is changed, and gone after, and beyond that the ids of the
// events decide.
type Moment struct {
	At    time.Time
	Turn  int    // of changes of the same time, see turns
	Event string // id of the event; empty for an inventory
}

func (m Moment) compare(other Moment) int {
	return cmp.Or(m.At.Compare(other.At), m.Turn-other.Turn, strings.Compare(m.Event, other.Event))
}

// Standing is what a fact says of its subject: a closed set.
type Standing string

// The standings.
const (
	Here    Standing = "here"
	Gone    Standing = "gone"
	Unclear Standing = "unclear" // it changed, and into what is not known
)

// Fact is what was so of a subject from a moment on.
type Fact struct {
	// Subject is a text that tells subjects apart and is made by this package.
	Subject string
	Moment
	Standing Standing
	// Text is compact JSON of a policy document; of a boundary the ARN of the policy, of
	// a managed policy the id of the version in force, of a role nothing.
	Text string
}

// Subjects. Names are the same in any case, and hold no spaces.

func ofRole(account, name string) string  { return "role " + account + " " + strings.ToLower(name) }
func ofTrust(account, name string) string { return "trust " + account + " " + strings.ToLower(name) }
func ofBoundary(account, name string) string {
	return "boundary " + account + " " + strings.ToLower(name)
}
func ofOwner(owner, account, name string) string {
	return owner + " " + account + " " + strings.ToLower(name)
}
func ofInline(owner, account, name, policy string) string {
	return "inline " + ofOwner(owner, account, name) + " " + policy
}
func ofVersion(arn, id string) string { return "version " + arn + " " + id }
func ofDefault(arn string) string     { return "default " + arn }

// ofDoubt is the subject of changes of an account of which the log does not say what
// they changed.
func ofDoubt(account string) string { return "doubt " + account }

// isName says whether a text can be the name of a role, user, group or policy.
func isName(s string) bool {
	const longest = 128
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && !strings.ContainsRune("+=,.@_-", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= longest
}
