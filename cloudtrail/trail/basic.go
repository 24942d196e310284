package trail

import "strings"

// basicSelector is an element of EventSelectors.
type basicSelector struct {
	ReadWriteType           string   `json:"ReadWriteType"`
	IncludeManagementEvents *bool    `json:"IncludeManagementEvents"`
	ExcludedSources         []string `json:"ExcludeManagementEventSources"`
	DataResources           []struct {
		Type   string   `json:"Type"`
		Values []string `json:"Values"`
	} `json:"DataResources"`
}

// everyARN are the values by which a basic selector asks for all resources of a type.
var everyARN = map[string][]string{
	"AWS::S3::Object":       {"arn:aws:s3", "arn:aws:s3:::"},
	"AWS::Lambda::Function": {"arn:aws:lambda"},
	"AWS::DynamoDB::Table":  {"arn:aws:dynamodb"},
}

// selectors are what a basic selector asks for, on top of what is known of its trail.
func (b basicSelector) selectors(of Selector) (out []Selector) {
	of.Reads = b.ReadWriteType != "WriteOnly"
	of.Writes = b.ReadWriteType != "ReadOnly"
	if b.IncludeManagementEvents == nil || *b.IncludeManagementEvents {
		s := of
		s.Category = Management
		for _, source := range b.ExcludedSources {
			s.ExcludedServices = append(s.ExcludedServices, prefixOf(source))
		}
		out = append(out, s)
	}
	for _, d := range b.DataResources {
		s := of
		s.Category, s.ResourceType, s.Narrowed = Data, d.Type, !every(d.Type, d.Values)
		out = append(out, s)
	}
	return out
}

// every says whether one of the values means all resources of a type, in whatever
// partition.
func every(resourceType string, values []string) bool {
	for _, v := range values {
		v = strings.NewReplacer("arn:aws-cn:", "arn:aws:", "arn:aws-us-gov:", "arn:aws:").Replace(v)
		for _, all := range everyARN[resourceType] {
			if v == all {
				return true
			}
		}
	}
	return false
}

// prefixOf is the prefix of a service's actions by the host in eventSource.
func prefixOf(source string) string {
	label, _, _ := strings.Cut(strings.ToLower(source), ".")
	if prefix, ok := prefixes[label]; ok {
		return prefix
	}
	return label
}
