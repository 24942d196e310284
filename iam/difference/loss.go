package difference

import (
	"slices"
	"time"

	"roletrail/iam"
)

// takesAway are the changes by which a role can do less, or is gone. Of most roles that is no danger.
var takesAway = []string{"role_deleted", "policy_detached", "inline_policy_deleted", "boundary_put"}

// OfLoss makes a change that takes something away from a watched role one severity higher: what others rely on is
// lost, or what is there for emergencies. watched says what the configuration calls a role, by its name and its ARN,
// empty for most. why says it in words; it is empty, and the severity as it was, for all other changes.
func OfLoss(change, severity string, roles []string, watched func(name, arn string) string) (raised, why string) {
	if watched == nil || !slices.Contains(takesAway, change) {
		return severity, ""
	}
	for _, role := range roles {
		arn, err := iam.ParseARN(role)
		if err != nil {
			continue
		}
		_, name, ok := arn.Role()
		if !ok {
			continue
		}
		if as := watched(name, role); as != "" {
			return moved(severity, 1), name + " is " + as
		}
	}
	return severity, ""
}

// LastUse says in words that a role had been used which was deleted at a moment, of a change that is a deletion; empty
// for all others, and where no use is known, or one of a later day, which was that of another role of its name. That a
// role was in use makes its deletion no graver than medium, which every deletion is at least: what it is, a reader
// decides by the day.
func LastUse(change string, at, lastUsed time.Time) string {
	day := lastUsed.Format(time.DateOnly)
	if change != "role_deleted" || lastUsed.IsZero() || day > at.Format(time.DateOnly) {
		return ""
	}
	return "last used on " + day
}
