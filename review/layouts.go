package review

// choice is a column that a narrow table may show. The choices of a report
// stand in the order in which they are shown.
type choice struct {
	name string
	// rank says who comes first when not all fit; 1 is always shown.
	rank int
	// atLeast is how narrow the column may get before it is left out; 0 means
	// that its values must not be cut.
	atLeast int
}

// roleIDRank is the rank of role_id among the columns of last_used, where it is
// needed: after the uses, before the last action.
const roleIDRank = 6

// layouts are the columns that answer a report's question. The others are
// shown with Wide.
var layouts = map[string][]choice{
	"last_used": {
		{"account_id", 4, 0}, {"role_name", 1, 24}, {"verdict", 2, 0}, {"last_used", 3, 0}, {"uses", 5, 0},
		{"idle_days", 7, 0}, {"last_action", 6, 14}, {"last_caller", 9, 20}, {"callers", 8, 0}, {"denied", 10, 0},
		{"reason", 11, 20}, {"kind", 12, 0}, {"state", 13, 0},
	},
	"unexpected": {
		{"account_id", 6, 0}, {"role_arn", 1, 24}, {"caller", 2, 24}, {"findings", 3, 24}, {"via_role", 5, 20},
		{"assumptions", 4, 0}, {"denied", 8, 0}, {"last_seen", 7, 0}, {"first_seen", 9, 0}, {"networks", 10, 12},
	},
	"coverage": {
		{"account_id", 1, 0}, {"aws_region", 2, 0}, {"family", 3, 18}, {"first_event", 8, 0}, {"last_event", 7, 0},
		{"days_present", 5, 0}, {"days_missing", 4, 0}, {"objects", 9, 0}, {"events", 6, 0},
	},
	"role_actions": {
		{"event_source", 2, 18}, {"event_name", 1, 16}, {"uses", 3, 0}, {"denied", 4, 0}, {"failed", 6, 0},
		{"last_used", 5, 0}, {"last_denied", 7, 0}, {"regions", 8, 12},
	},
	"role_attempts": {
		{"event_source", 2, 18}, {"event_name", 1, 16}, {"error_code", 4, 12}, {"denied", 3, 0}, {"last_denied", 5, 0},
		{"first_denied", 6, 0},
	},
	"role_callers": {
		{"caller", 1, 24}, {"caller_kind", 4, 0}, {"via_role", 6, 20}, {"assumptions", 2, 0}, {"denied", 5, 0},
		{"last_seen", 3, 0}, {"first_seen", 7, 0}, {"networks", 8, 12},
	},
	"role_sessions": {
		{"role_session_name", 1, 17}, {"session_created_at", 2, 0}, {"last_seen", 5, 0}, {"events", 3, 0}, {"denied", 6, 0},
		{"caller", 4, 20}, {"via_role", 7, 20},
	},
	"unused": {
		{"role_arn", 3, 16}, {"action", 1, 24}, {"access_level", 7, 0}, {"verdict", 2, 0}, {"uses", 5, 0},
		{"last_used", 4, 0}, {"reason", 6, 30},
	},
	"unused_summary": {
		{"role_arn", 1, 20}, {"granted", 2, 0}, {"used", 3, 0}, {"possibly_used", 7, 0}, {"denied_only", 8, 0},
		{"unused", 4, 0}, {"probably_unused", 5, 0}, {"unobservable", 6, 0}, {"too_new", 9, 0},
		{"services_granted", 10, 0}, {"services_used", 11, 0},
	},
}
