// Package alert tells people of role changes: it makes messages for Slack, and plain JSON
// for anything else, and posts them to a webhook.
//
// Ingest puts what is to be told into the outbox of the ledger, in the commit that brings
// the events into the lake: so a change that is in the lake is told, and one that is not
// there is told by nobody. A [Sender] takes it from the outbox when the webhook has accepted
// it: at least once, and in normal running exactly once, across restarts too. A lake on a store has
// no ledger; there it lies in objects, and is stored just before the log file counts as taken.
//
// All that a message says of a change comes out of log files, and may be an attacker's: it
// travels as plain text, cleaned of what could disguise it, and cut. The address of a
// webhook is a secret (see [Secret]): whoever has it may post.
package alert
