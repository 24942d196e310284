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
	// upTo is how wide the column gets before those that rank after it come in,
	// because what it says is worth more; 0 leaves it at atLeast.
	upTo int
}

// roleIDRank is the rank of role_id among the columns of last_used, where it is
// needed: after the uses, before the last action.
const roleIDRank = 6

// layouts are the columns that answer a report's question. The others are
// shown with Wide.
var layouts = map[string][]choice{
	"last_used": {
		{"account_id", 4, 0, 0}, {"role_name", 1, 24, 0}, {"verdict", 2, 0, 0}, {"last_used", 3, 0, 0}, {"uses", 5, 0, 0},
		{"idle_days", 7, 0, 0}, {"last_action", 6, 14, 0}, {"last_caller", 9, 20, 0}, {"callers", 8, 0, 0}, {"denied", 10, 0, 0},
		{"reason", 11, 20, 0}, {"kind", 12, 0, 0}, {"state", 13, 0, 0},
	},
	"unexpected": {
		{"account_id", 7, 0, 0}, {"role_arn", 1, 16, 0}, {"caller", 2, 16, 0}, {"caller_kind", 4, 0, 0}, {"findings", 3, 24, maxCell},
		{"via_role", 6, 20, 0}, {"assumptions", 5, 0, 0}, {"denied", 9, 0, 0}, {"last_seen", 8, 0, 0}, {"first_seen", 10, 0, 0},
		{"networks", 11, 12, 0},
	},
	"changes": {
		{"event_time", 1, 0, 0}, {"account_id", 7, 0, 0}, {"severity", 2, 0, 0}, {"change", 8, 0, 0}, {"outcome", 6, 0, 0},
		{"role_arns", 3, 16, 0}, {"summary", 4, 24, maxCell}, {"actor", 5, 16, 0}, {"via", 9, 16, 0}, {"source_ip_address", 10, 0, 0},
		{"policy_arn", 11, 16, 0},
	},
	"coverage": {
		{"account_id", 1, 0, 0}, {"aws_region", 2, 0, 0}, {"family", 3, 18, 0}, {"first_event", 8, 0, 0}, {"last_event", 7, 0, 0},
		{"days_present", 5, 0, 0}, {"days_missing", 4, 0, 0}, {"objects", 9, 0, 0}, {"events", 6, 0, 0},
	},
	"role_actions": {
		{"event_source", 2, 18, 0}, {"event_name", 1, 16, 0}, {"uses", 3, 0, 0}, {"denied", 4, 0, 0}, {"failed", 6, 0, 0},
		{"last_used", 5, 0, 0}, {"last_denied", 7, 0, 0}, {"regions", 8, 12, 0},
	},
	"role_attempts": {
		{"event_source", 2, 18, 0}, {"event_name", 1, 16, 0}, {"error_code", 4, 12, 0}, {"denied", 3, 0, 0}, {"last_denied", 5, 0, 0},
		{"first_denied", 6, 0, 0},
	},
	"role_callers": {
		{"caller", 1, 24, 0}, {"caller_kind", 4, 0, 0}, {"via_role", 6, 20, 0}, {"assumptions", 2, 0, 0}, {"denied", 5, 0, 0},
		{"last_seen", 3, 0, 0}, {"first_seen", 7, 0, 0}, {"networks", 8, 12, 0},
	},
	"role_sessions": {
		{"role_session_name", 1, 17, 0}, {"session_created_at", 2, 0, 0}, {"last_seen", 5, 0, 0}, {"events", 3, 0, 0}, {"denied", 6, 0, 0},
		{"caller", 4, 20, 0}, {"via_role", 7, 20, 0},
	},
	"session_list": {
		{"role_arn", 3, 16, 0}, {"role_session_name", 1, 17, 0}, {"session_created_at", 2, 0, 0}, {"last_seen", 8, 0, 0}, {"events", 5, 0, 0}, {"denied", 6, 0, 0},
		{"caller", 4, 20, 0}, {"services", 7, 16, 0}, {"via_role", 9, 20, 0},
	},
	"session_events": {
		{"event_time", 1, 0, 0}, {"action", 2, 20, 0}, {"outcome", 3, 0, 0}, {"resource", 4, 20, 0}, {"error_code", 6, 12, 0}, {"aws_region", 5, 0, 0},
		{"source_ip_address", 7, 0, 0}, {"user_agent", 8, 16, 0},
	},
	"unused": {
		{"role_arn", 3, 16, 0}, {"action", 1, 24, 0}, {"access_level", 7, 0, 0}, {"verdict", 2, 0, 0}, {"uses", 6, 0, 0},
		{"last_used", 5, 0, 0}, {"reason", 4, 30, 60},
	},
	// Unused of one role, which a title names.
	"unused_of_role": {
		{"action", 1, 26, 0}, {"access_level", 6, 0, 0}, {"verdict", 2, 0, 0}, {"uses", 5, 0, 0}, {"last_used", 4, 0, 0},
		{"reason", 3, 30, 72},
	},
	"unused_summary": {
		{"role_arn", 1, 20, 0}, {"granted", 2, 0, 0}, {"used", 4, 0, 0}, {"possibly_used", 9, 0, 0}, {"denied_only", 10, 0, 0},
		{"unused", 5, 0, 0}, {"probably_unused", 6, 0, 0}, {"too_new", 7, 0, 0}, {"unobservable", 8, 0, 0}, {other, 3, 0, 0},
		{"services_granted", 11, 0, 0}, {"services_used", 12, 0, 0}, {"unread_policies", 1, 16, 0},
	},
}

// other is a column that a table makes of those parts of a total that it has no room
// for, so that what it shows adds up.
const other = "other"

// exceptional are columns that a table has only where one of its rows has something
// to say there.
var exceptional = []string{"unread_policies"}

// parts are the columns that add up to a total, by report.
var parts = map[string][]string{
	"unused_summary": {"used", "possibly_used", "denied_only", "unused", "probably_unused", "too_new", "unobservable"},
}
