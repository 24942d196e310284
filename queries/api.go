package queries

import (
	"context"
	"time"
)

// Engine runs the questions of this package over one lake. No report knows
// which engine it runs on; what an engine cannot do it says with an error that
// names the engine.
type Engine interface {
	// Run answers the named question ("last_used", "coverage", …). The caller
	// closes the rows.
	Run(ctx context.Context, name string, p Params) (Rows, error)
	// SQL runs one read-only statement over the views of design section 6.
	SQL(ctx context.Context, text string) (Rows, error)
	// Meta says what the answers rest on: window, coverage, catalogue,
	// inventory, versions.
	Meta(ctx context.Context, p Params) (Meta, error)
	Close() error
}

// Rows is a stream of result rows in the order of the query.
type Rows interface {
	Columns() []Column
	Next() bool
	// Row is the current row, valid until Next. A cell is nil (unknown), string,
	// bool, int64, float64, time.Time (UTC), []any (a list of these) or
	// map[string]any (a struct).
	Row() []any
	Err() error
	Close() error
}

// Column names one column of a result.
type Column struct {
	Name string
	// Type is the engine-neutral SQL type in lower case: varchar, bigint,
	// double, boolean, timestamp, date, list, struct.
	Type string
	// Description is the column's meaning, empty for ad hoc SQL.
	Description string
}

// Params are the values a question is bound with. The window is
// [Since, Until), UTC (design 9.2).
type Params struct {
	Since, Until time.Time
	// Accounts restricts the answer to roles of these accounts; empty means all.
	Accounts []string
	// Role is a role's name, ARN or AROA id; empty means all.
	Role string
	// Verdicts restricts the answer to rows of these verdicts, where the question
	// has rows of one verdict each; empty means all.
	Verdicts []string
	// Unexpected is what `report unexpected` is asked beside these.
	Unexpected Unexpected
	// Changes is what `report changes` is asked beside these.
	Changes Changes
	// Sessions is what `report sessions` is asked beside these.
	Sessions Sessions
	// InventoryDate picks the snapshot to use; zero means the newest of each
	// account (design 9.14).
	InventoryDate time.Time
	// GrantAges says that the report uses the ages of grants, so that Meta tells whether
	// they rest on all of the logs: that takes a look at all days until the inventory.
	GrantAges bool
	// ThinCoverage is the share of the window's days, 0..1, below which coverage
	// is called thin (design 9.17); zero means 0.9.
	ThinCoverage float64
}

// Meta is what stands at the head of every report (design 7): a verdict
// without its window and coverage is worth nothing.
type Meta struct {
	Since     time.Time      `json:"since"`
	Until     time.Time      `json:"until"`
	Coverage  MetaCoverage   `json:"coverage"`
	Catalogue *MetaCatalogue `json:"catalogue"`
	Inventory []MetaSnapshot `json:"inventory"`
	Trails    []MetaTrail    `json:"trails"`
	Versions  MetaVersions   `json:"versions"`
	// Warnings are what else a reader must not miss; a report adds its own.
	Warnings []string `json:"warnings,omitempty"`

	// InventoryDate is [Params.InventoryDate]: why there may be no snapshot.
	InventoryDate time.Time `json:"-"`
}

// MetaCoverage sums the coverage of the window over all accounts.
type MetaCoverage struct {
	Accounts    int        `json:"accounts"`
	FirstEvent  *time.Time `json:"first_event"`
	LastEvent   *time.Time `json:"last_event"`
	DaysPresent int        `json:"days_present"` // account-days with an event
	DaysMissing int        `json:"days_missing"` // account-days without one
	Events      int64      `json:"events"`
	Thin        []string   `json:"thin"` // accounts whose coverage is thin, sorted
	// WithoutInventory are the accounts with events and without a snapshot, sorted.
	WithoutInventory []string `json:"without_inventory"`
}

// MetaCatalogue names the action catalogue the verdicts used: the lake's, or the
// built-in one if the lake holds none.
type MetaCatalogue struct {
	Date time.Time `json:"date"`
	// Source is "embedded" (built in) or "refreshed" (from AWS's service reference).
	Source string `json:"source"`
}

// MetaSnapshot is one account's inventory snapshot.
type MetaSnapshot struct {
	AccountID string    `json:"account_id"`
	Date      time.Time `json:"date"`
	Roles     int       `json:"roles"`
	// Origin is "inventory", or "logs" where events alone tell of the account's roles.
	Origin string `json:"origin"`
	// ChangesUnseen are events until the snapshot that came into the lake after it was
	// taken: of origin "logs" those that changed roles, which it lacks; of an inventory
	// those that bear on the ages of its grants, asked for by [Params.GrantAges].
	ChangesUnseen int64 `json:"changes_unseen,omitempty"`
}

// MetaTrail is a trail of which the lake knows what it logs.
type MetaTrail struct {
	ARN          string    `json:"arn"`
	AccountID    string    `json:"account_id"`      // its owner
	Organization bool      `json:"is_organization"` // whether it is known to log all accounts
	Date         time.Time `json:"snapshot_date"`   // day of the newest snapshot of its owner
}

// MetaVersions name what computed the answer.
type MetaVersions struct {
	Roletrail  string `json:"roletrail"`
	Engine     string `json:"engine"`     // "duckdb v1.4.3"
	Derivation int    `json:"derivation"` // version of the rules behind the derived columns
}
