// Package queue is the source of log files that an SQS queue gives notice of. Messages are
// received side by side and kept from others while they are worked on; the objects that
// they name are listed for a round of ingest; and a message is deleted when the ledger
// says that all of its objects are in the lake. What fails is left to the queue, which
// gives it out again, and in the end to the queue for dead letters. It is the only package
// that speaks to SQS.
package queue
