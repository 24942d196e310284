// Package watch keeps a lake up to date: it looks at the sources again and again, takes
// what is new into the lake a round at a time, and tells Prometheus how it goes.
//
//	a file appears, or time passes -> round: open the lake, ingest what is new, close it -> metrics
//
// Between rounds the lake is free for other writers, as ingest compact and ingest iam.
package watch
