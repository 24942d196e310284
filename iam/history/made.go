package history

import (
	"time"

	"roletrail/iam"
)

// MadeSince is since when the role can have been there that a change deletes, because an event made it then, or
// deleted another one of its name; the zero time where the last that the memory knows of it is no such event.
func MadeSince(memory Memory, c *Change) (time.Time, error) {
	if c.Name != "DeleteRole" || !iam.IsAccountID(c.AccountID) {
		return time.Time{}, nil
	}
	_, name := read(c).owner()
	if !isName(name) {
		return time.Time{}, nil
	}
	before, _, err := memory.Around(ofRole(c.AccountID, name), c.Moment())
	if err != nil || before == nil || before.Event == "" {
		return time.Time{}, err
	}
	return before.At, nil
}
