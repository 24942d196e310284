package trail

// Selector is what a trail logs of one category and resource type.
type Selector struct {
	// TrailARN names the trail, AccountID its owner (12 digits).
	TrailARN, AccountID string
	// Organization: the trail logs all accounts of the organisation, MultiRegion: all
	// Regions, else HomeRegion alone. Known from describe-trails; without it a trail is
	// taken for one of its own account, and Described is false.
	Organization, MultiRegion bool
	HomeRegion                string
	Described                 bool
	// Category is Management, Data, NetworkActivity or Insight.
	Category string
	// ResourceType is that of data events, like AWS::S3::Object; empty otherwise.
	ResourceType string
	// Reads and Writes say which of both are logged.
	Reads, Writes bool
	// Narrowed: only some of these events are logged.
	Narrowed bool
	// ExcludedServices are the services whose events are left out, by the prefix of
	// their actions, like kms.
	ExcludedServices []string
}

// The categories of events.
const (
	Management = "Management"
	Data       = "Data"
)

// prefixes are those of the hosts that management events can be left out of, where
// the first label of the host is not the prefix of the actions.
var prefixes = map[string]string{"rdsdata": "rds-data"}
