// Package queries asks the questions. It is the last stop of a log file's
// journey: its records lie as rows in the lake, and here they become answers.
//
// # Questions
//
// Every question is one .sql file with a .yml beside it, which states what a row
// is, names the value of each ? and describes every column. A test fails when
// the two part. The views that questions and readers share are in views/, one
// file each; they build on each other in the order of [allViews] (views.go), and the
// costly ones are made when a statement first names them:
//
//	lake.events, lake.roles, lake.trails, …   the files as they lie there
//	events, role_use, assumptions, sessions   who acted, who became whom
//	roles, coverage, …                        the newest inventory, what is held
//
// The text is Trino's SQL as far as DuckDB accepts it too; duckdb/macros.sql
// supplies the names that DuckDB lacks, and a test bans what both accept and
// answer differently. Only the files in duckdb/ are for one engine alone.
// View sessions is made in steps (session_views.go): for questions each is kept as a table of
// database kept, for readers they are elements of one WITH.
//
// Questions for ad hoc use are in examples/, each with what it asks in its first line;
// they read the views alone.
//
// # Engines
//
// [Engine] is the seam. [OpenTrino] and [OpenAthena] ask a server that knows the lake by
// tables and views of its own catalogue (deploy/sql, which a test holds against the schema
// and views/); it has no ledger. It writes views and elements of WITH out wherever they are
// named: what is named twice becomes a table first (steps_kept.go, scratch.go), or, if no
// table may be made, a deep question is refused. [OpenDuckDB]
// needs nothing but the lake. It reads the files that the lake's own list names and no others: the paths travel as values, and
// when the views stand, file access beyond that list, extensions and settings are
// locked. A statement of a reader must, by DuckDB's own parser, be one that only
// reads. Rows stream: what is not read is not kept.
//
// # What is not promised
//
// Answers are as complete as the lake; Meta says how complete that is. A session
// whose assumption is not in the lake has no origin unless its role tells one. A
// record that names its role by ARN alone counts for the role that had the ARN at
// the time, as far as the inventories tell (views/role_names.sql), or else for the
// only one the logs know under it.
package queries
