// Package pipeline is a log file's journey into the lake:
//
//	source -> inflate -> decode -> enrich -> rows -> write -> commit
//
// A [Source] lists objects. Workers take them in the order of their delivery day,
// and each does everything for its object alone: it reads and inflates it (inflate.go;
// package gunzip for what is in memory and undamaged, a library for the rest), lets
// package cloudtrail decode it, drops the events that the lake already has
// (keyset.go; key_table.go where there are too many for memory), and stores the others
// with their derived columns (rows.go). A full store is sorted by day, role and time
// (gather.go) and written as row groups (partition.go).
//
// What is written becomes part of the lake in epochs (epoch.go): all workers close
// their files, which makes them durable, and one transaction of the ledger then
// records files, objects and quarantine together (commit.go). A run that fails in
// between removes its unrecorded files; one that dies leaves nothing that counts:
// its objects are read again and its unrecorded files are removed by the next run.
//
// An object is taken whole or not at all. One that cannot be read, and a record that
// cannot be a row, goes to quarantine with the reason and the hash of its bytes; the
// run goes on. An object that turns out to be bad when some of its records were taken
// already, because it changed between the two passes over a large one (stream.go),
// takes its epoch with it, which is then read again without that object. Every run
// ends with its balance (summary.go):
//
//	objects = ingested + already + skipped + quarantined
//	records = written + duplicate + quarantined
//
// A lake on S3 has no ledger, and no epochs: a [Delivery] takes one object by the same way into
// files of its own, whose names follow from the object, and stores them where there are none of
// these names (deliver.go). [IngestRemote] does so for sources, side by side, and package notice
// for what AWS Lambda brings. [Mirror] is the way back: it makes a lake in a folder of it, every
// event once, for those who ask. [CompactRemote] puts the files of many objects together there,
// by way of such a folder (remote_compact.go). Which files it made count, and which of those that are
// no logs, is told by commits (remote_commit.go).
//
// What is not logs comes by shorter ways, a file a table, in one transaction of the
// ledger: inventories ([IngestInventory]; of the lake's own events, [ReplayLogs]), the
// configuration of trails ([IngestTrails]) and the catalogue of actions
// ([IngestCatalogue]). Each takes the place of what the lake had of the same account
// and day.
package pipeline
