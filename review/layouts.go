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

// layouts are the columns that answer a report's question. The others are
// shown with Wide.
var layouts = map[string][]choice{
	"last_used": {
		{"account_id", 4, 0}, {"role_name", 1, 16}, {"verdict", 2, 0}, {"last_used", 3, 0}, {"idle_days", 6, 0},
		{"last_action", 5, 14}, {"last_caller", 8, 20}, {"uses", 9, 0}, {"callers", 7, 0}, {"denied", 10, 0},
		{"reason", 11, 20}, {"kind", 12, 0},
	},
	"coverage": {
		{"account_id", 1, 0}, {"aws_region", 2, 0}, {"family", 6, 10}, {"first_event", 7, 0}, {"last_event", 5, 0},
		{"days_present", 4, 0}, {"days_missing", 3, 0}, {"objects", 9, 0}, {"events", 8, 0},
	},
}
