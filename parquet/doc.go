// Package parquet is the lake: where events rest after their journey and where
// every answer comes from.
//
// # Life of an event, last part
//
// The pipeline collects decoded records into row groups ([Values], one per
// column of [EventsSchema]) and hands them to a [Writer], which encodes them
// into a [File]: a hidden temporary file in the folder where it shall live. When
// the last row group and the footer are written, [File.Commit] makes it durable
// and visible in one step (fsync, rename, fsync of the folder). Then one
// transaction of the [Ledger] names the new files and the objects they came from.
// Only now does the event exist.
//
//	LAKE/events/event_date=YYYY-MM-DD/part-<32 hex>.parquet
//	LAKE/coverage/part-<32 hex>.parquet
//	LAKE/iam/TABLE/snapshot_date=YYYY-MM-DD/TABLE-<12 digits>-<32 hex>.parquet
//	LAKE/trails/snapshot_date=YYYY-MM-DD/trails-<12 digits>-<32 hex>.parquet
//	LAKE/catalogue/TABLE/TABLE.parquet
//	LAKE/ledger.sqlite    which files and objects exist
//	LAKE/.lock            held by the one writer
//	LAKE/**/.tmp-*        files being written
//
// # On S3
//
// A [Remote] lake lies on a [Store]. It is written without a ledger: names follow from the
// object that a file was made of, the store takes a file only where there is none of its name,
// and the one in coverage comes last, by which all of them count. Both are a [Destination] for
// who makes files.
//
//	LAKE/events/event_date=YYYY-MM-DD/part-<28 hex of the object><4 hex>.parquet
//	LAKE/quarantine/part-<28 hex of the object>0000.parquet
//	LAKE/coverage/part-<28 hex of the object>0000.parquet
//	LAKE/{events,uses,…,coverage,log_files}/…/part-<28 hex>fffe.parquet    of a compaction
//
// # What holds after a crash
//
// A crash before the rename leaves a temporary file, which no reader looks at. A
// crash between rename and transaction leaves an orphan: a complete file that the
// ledger does not name. Its objects are not in the ledger either and will be read
// again, so the next writer removes both kinds before it starts ([CreateLake]) and
// nothing is lost or doubled.
//
// A snapshot of an account takes the place of another of its day in several tables. Its
// files have names of their own; the transaction that names them takes the names of the
// old ones out, and only then are those removed. So a reader, and whoever comes after
// a crash, has one of both snapshots in all tables.
//
// # Writing
//
// A [Writer] makes the pages itself, in memory that is used again for the next column
// and the next file: levels and codes as runs and packed bits (rle.go), values plainly
// (plain.go), put together into pages (pages.go) of one column chunk after another
// (chunk.go), with their statistics. The footer is arrow's. The same rows make the same
// bytes, whatever was written before.
//
// # Reading
//
// [OpenLake], [Lake.Files] and [Lake.FilesOf] give readers the files to read: those of
// the ledger at one moment, and no others. Any engine can read the lake
// without this package; the files are plain Parquet (PLAIN and dictionary
// encoding, zstd, data pages of version 1, no page index). This package reads them with
// arrow, after a look at every page: arrow never ends on one with fewer levels than
// values.
//
// # Damage
//
// [SuspectLake] opens a lake in whatever state it is. [Suspect.Examine] finds what is not
// as the ledger says, [Suspect.Mend] lets the ledger say what is so: whole files count, and
// doubtful ones are moved into LAKE/aside. A ledger that is lost is made of the footers.
//
// # Not promised
//
// The files are protected against crashes. Readers notice damage by the size, and
// [Suspect.Examine] by the SHA-256 that the ledger holds, but somebody who may write to the lake's folder can
// also rewrite the ledger. The format of ledger.sqlite is private to this package.
package parquet
