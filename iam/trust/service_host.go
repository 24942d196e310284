package trust

import (
	"regexp"
	"strings"
)

// regionOfHost is what the host of a service may bear beside its name: a Region,
// and the ending of the Chinese partition.
var regionOfHost = regexp.MustCompile(`(\.[a-z]{2}(-[a-z]+)+-[0-9]+)?\.amazonaws\.com(\.cn)?\z`)

// ServiceKey returns the name of a service by which trust and event are compared:
// states.amazonaws.com for states.us-east-1.amazonaws.com, ec2.amazonaws.com for
// EC2.amazonaws.com.cn. Trust policies and events use both forms for the same
// service, whichever AWS prefers at the time.
func ServiceKey(host string) string {
	return regionOfHost.ReplaceAllString(strings.ToLower(host), ".amazonaws.com")
}
