// Package unusual finds access that is out of the ordinary: who became a role that never
// did before, from where a privileged role never acted before, many refusals in an hour,
// and what is worth an alarm whoever does it.
//
// Ingest looks at the events that are new to the lake and keeps what they show in
// [Observations], without what repeats. In the commit a [Judge] holds that against what was
// seen before, which the ledger remembers, and gives back findings and what is to be
// remembered of these events: both become part of the lake with them, or neither does. So
// each finding is made once. Of a lake on a store, which has no ledger, what was seen is
// [Kept] in an object.
//
// What is ordinary is learnt, of old events too; only new ones make findings, see
// [Observations.Since]. First callers and first networks are found when the logs of the
// account go back at least [Learning]; the other findings need no history.
//
// Everything is taken to be an attacker's: how much is observed of a commit and remembered
// of each kind is bounded, by kind, so that a flood of one hides nothing of another, and
// what is beyond is counted. Keys of what is remembered are hashes.
package unusual
