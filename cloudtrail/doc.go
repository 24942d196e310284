// Package cloudtrail is the vocabulary of CloudTrail logs: what a log file may
// look like, what a record says, and what can be derived from one record alone.
//
// On a log file's journey it stands between the bytes and the lake:
//
//	bytes -> [Decoder: container, family, records] -> [rules: identity, outcome, assumption] -> rows
//
// [Decoder] tells the container by its content ({"Records":[…]}, arrays, NDJSON,
// EventBridge, CloudWatch Logs, LookupEvents), cuts it into records and fills one
// [Record] for each. It has two readers that must agree: a strict, allocation-free
// scanner, and encoding/json, to which every document goes that the scanner refuses
// or that surprises it: a field's name that is escaped or stands there twice. Tests
// hold both to the same records.
//
// Of a member that stands there twice the last one counts, as for encoding/json.
// Unpaired surrogates, numbers of any size and NULs are kept as they are written. Text
// that is not UTF-8 could not be, so its record is bad.
//
// A [Record] keeps everything AWS wrote: flat fields as text, JSON fields as JSON
// text, and in Other whatever the columns of the lake cannot hold, so that the
// record can be rebuilt ([Rebuild]). The one exception is session tokens, which are
// replaced by [Redacted] before anything else sees them (P34).
//
// [IdentityParser], [OutcomeOf], [AssumptionParser] and [PassedRoleParser] hold the
// rules by which the derived columns are made, and package roletrail/iam/action those of actions. Their
// version is [Derivation]; it is written beside every row.
//
// The package knows nothing of files, lakes or policies and imports nothing of ours.
// Rule names such as P12 or A7 refer to docs/semantics.md.
package cloudtrail

// Derivation is the version of the rules that make the derived columns. It rises
// whenever a rule changes, so that rows made by older rules can be told.
const Derivation = 6
