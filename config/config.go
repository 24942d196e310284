package config

import (
	"regexp"
	"time"
)

// FileName is the file that is read from the current folder when no other is
// named.
const FileName = "roletrail.yaml"

// Config is the contents of roletrail.yaml over the defaults.
type Config struct {
	// Lake is the folder of the lake.
	Lake string `koanf:"lake"`
	// LogFormat is "text" or "json".
	LogFormat string `koanf:"log_format"`
	// Coverage says when coverage is too thin for a verdict.
	Coverage Coverage `koanf:"coverage"`
	// KnownAccounts are twelve-digit ids of accounts that are no strangers
	// (design 9.8, 9.20).
	KnownAccounts []string `koanf:"known_accounts"`
	// ExpectedCallers are who may become which roles, beside what trust policies
	// say (design 7).
	ExpectedCallers []ExpectedCallers `koanf:"expected_callers"`
	// Exceptions are callers whose findings are accepted until a date.
	Exceptions []Exception `koanf:"exceptions"`
	// Owners are who answers for which roles; the first entry that fits counts, see
	// [Config.OwnerOf].
	Owners []Owner `koanf:"owners"`
	// KnownAutomation is what changes roles without a person, see [Config.AutomationOf].
	KnownAutomation []Automation `koanf:"known_automation"`
	// Review says what the access review asks of roles.
	Review Review `koanf:"review"`
	// WatchedRoles are roles of which any use is told, see [Config.WatchedAs].
	WatchedRoles []WatchedRole `koanf:"watched_roles"`
	// Limits bound what one log file may cost.
	Limits Limits `koanf:"limits"`
}

// Review is what the access review asks of roles beside what it always does.
type Review struct {
	// RoleNames is a regular expression (RE2) that names of roles have to fit; empty lets
	// all names be.
	RoleNames string `koanf:"role_names"`
}

// RoleNames is what names of roles have to fit; nil lets all names be.
func (c Config) RoleNames() *regexp.Regexp {
	if c.Review.RoleNames == "" {
		return nil
	}
	return regexp.MustCompile(c.Review.RoleNames) // the file was checked
}

// Coverage is design 9.17.
type Coverage struct {
	// ThinBelow is the share of the window's days, 0..1, below which an
	// account's coverage is thin.
	ThinBelow float64 `koanf:"thin_below"`
}

// ExpectedCallers are the callers that some roles expect. Patterns have * for any
// characters and ? for one.
type ExpectedCallers struct {
	// Role is held against names and ARNs of roles.
	Role string `koanf:"role"`
	// Callers are held against callers as reports show them.
	Callers []string `koanf:"callers"`
}

// Exception accepts what is found about a caller of a role for a time.
type Exception struct {
	// Role and Caller are patterns as those of [ExpectedCallers].
	Role   string `koanf:"role"`
	Caller string `koanf:"caller"`
	// Until is the day, in UTC, from whose beginning on it is a finding again.
	Until time.Time `koanf:"until"`
	// Reason is for those who read the file.
	Reason string `koanf:"reason"`
}

// Limits are the limits of design 4, each from [SmallestLimits] to
// [LargestLimits].
type Limits struct {
	// InflatedSize is the size of one object after decompression.
	InflatedSize Size `koanf:"inflated_size"`
	// InflationRatio is how many bytes one compressed byte may become.
	InflationRatio int64 `koanf:"inflation_ratio"`
	// RecordSize is the JSON of one record.
	RecordSize Size `koanf:"record_size"`
	// Depth is the nesting of a record's JSON.
	Depth int64 `koanf:"depth"`
	// RecordsPerObject is how many records one object may hold.
	RecordsPerObject int64 `koanf:"records_per_object"`
}

// The ranges of the limits. What is smaller would refuse every log file, what is
// larger is beyond what the programs count in and hold in memory.
var (
	smallest = Limits{InflatedSize: 1 << 10, InflationRatio: 1, RecordSize: 1 << 10, Depth: 8, RecordsPerObject: 1}
	largest  = Limits{InflatedSize: 1 << 40, InflationRatio: 10_000, RecordSize: 256 << 20, Depth: 1000, RecordsPerObject: 1_000_000_000}
)

// SmallestLimits are the least that the file may set.
func SmallestLimits() Limits { return smallest }

// LargestLimits are the most that the file may set.
func LargestLimits() Limits { return largest }

// Default is the configuration without a file.
func Default() Config {
	return Config{
		Lake:          "./lake",
		LogFormat:     "text",
		Coverage:      Coverage{ThinBelow: 0.9},
		KnownAccounts: []string{},
		Limits: Limits{
			InflatedSize:     2 << 30,
			InflationRatio:   200,
			RecordSize:       16 << 20,
			Depth:            128,
			RecordsPerObject: 10_000_000,
		},
	}
}
