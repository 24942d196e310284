package cloudtrail

import (
	"bytes"
	"strings"
)

// Family is a CloudTrail log family (P15): one kind of folder under
// AWSLogs/ACCOUNT/, with records of its own shape.
type Family uint8

const (
	// Management is the family CloudTrail, API calls and sign-ins: the only one
	// that is use.
	Management Family = iota
	Digest
	Insight
	NetworkActivity
	Aggregated
	NumFamilies
)

var familyNames = [NumFamilies]string{
	"CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated",
}

// String is the name of the family's folder.
func (f Family) String() string { return familyNames[f] }

// FamilyOfFolder tells the family from a key or path that holds one of the
// families' folders; Management if it holds none.
func FamilyOfFolder(path string) Family {
	for f := Digest; f < NumFamilies; f++ {
		if folder := familyNames[f] + "/"; strings.HasPrefix(path, folder) || strings.Contains(path, "/"+folder) {
			return f
		}
	}
	return Management
}

// familyOf tells a record's family from its content, and from its folder where
// the content is silent (P16).
func familyOf(rec *Record, folder Family) Family {
	switch string(rec.Text[EventCategory]) {
	case "Management", "Data":
		return Management
	case "NetworkActivity":
		return NetworkActivity
	case "Insight":
		return Insight
	}
	switch string(rec.Text[EventType]) {
	case "AwsVpceEvent", "AwsVpceEvents":
		return NetworkActivity
	case "AwsCloudTrailInsight":
		return Insight
	}
	if isAggregated(rec) {
		return Aggregated
	}
	if folder == Digest { // a digest holds no records, so this one is none
		return Management
	}
	return folder
}

// isAggregated recognises the records of CloudTrail-Aggregated, which lack
// eventTime and userIdentity (P15).
func isAggregated(rec *Record) bool {
	return rec.UserIdentity == nil && bytes.Contains(rec.Other, []byte(`"timeWindow":`)) && // quick, for the many
		member(rec.Other, "timeWindow") != nil && member(rec.Other, "summary") != nil
}

// windowStart is when the window of an aggregated record begins, which stands in
// for the eventTime that it lacks.
func windowStart(rec *Record) int64 {
	start := member(member(rec.Other, "timeWindow"), "windowStart")
	if !isString(start) {
		return timeMissing
	}
	var s scratch
	text, _ := stringText(start, &s)
	return parseTime(text)
}
