// Package organisation makes up an organisation and writes what AWS would have
// logged of it: CloudTrail log files in the real S3 key layout, the IAM
// inventory of its accounts, and the answers the reports must give.
//
// There are two products, both deterministic:
//
//   - [WriteStories] lives one quarter (2026Q3, with some weeks before and
//     after) of three accounts whose roles each tell a story: the dormant one,
//     the one recreated under its name, the vendor without an external id. Its
//     output is committed beside this package; README.md there tells the stories.
//   - [Write] makes a corpus of any size for benchmarks: many roles and
//     sessions, 400 event names, production-like records, no stories.
//
// How a story becomes a record: the cast (cast_*.go) names roles and people; a
// routine (routine.go) or a story (story_*.go) obtains a session (assume_*.go)
// and makes calls with it (call.go); each makes a [record], which is encoded at
// once and put into the outbox of its account and Region (outbox.go). At the
// same moment the journal (journal.go) notes what happened. The expected
// answers (answer_*.go) are computed from the journal, and from the policies as they
// are written here (grants.go, trusts.go): nothing here ever reads a record back, and
// nothing asks the code that is judged.
//
// What an account's trail does not record (its gaps) happens neither in the
// files nor in the journal, for the answers can only be about what was logged.
package organisation
