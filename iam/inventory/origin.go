package inventory

// Origin is where an inventory comes from: a closed set.
type Origin string

const (
	// FromIAM: IAM listed the roles. One that it does not list does not exist.
	FromIAM Origin = "inventory"
	// FromLogs: events made the roles, see [Replay]. There may be others, and these
	// may have more policies than are known.
	FromLogs Origin = "logs"
)
