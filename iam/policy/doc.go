// Package policy reads IAM policy documents as they are found in the wild.
//
// A log file's journey meets them when the roles it names are looked up in the
// inventory: as JSON objects (AWS CLI), as URL-encoded JSON strings (the raw IAM
// API and CloudTrail's responseElements) or as plain JSON strings (CloudTrail's
// requestParameters). Decode makes one form of these three, compact JSON text
// exactly as AWS wrote it otherwise. Parse takes that text apart into statements,
// tolerant where AWS or hand-written files vary (one statement or a list, a
// string or a list of strings, numbers and booleans for strings, odd case of
// keys), and strict where a guess would be one: what cannot be read is an error
// that names the statement.
//
// GrantOf states the two facts the privilege of a role rests on for now:
// whether a document allows everything, and whether it denies everything.
package policy
