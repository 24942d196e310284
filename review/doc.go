// Package review is the last part of a log file's journey: it takes the rows
// that a question of package queries returned and writes them for whoever
// asked, a person at a terminal or the next program.
//
// The formats are
//
//	table   for a terminal: the columns that matter most and fit, times to the
//	        minute, long values cut; with Wide all columns, nothing fitted
//	csv     for spreadsheets: every value in full, guarded against formulas
//	json    {"meta":{…},"rows":[…]}, the whole answer with what it rests on
//	ndjson  one JSON object a line, the rows alone
//	md      a Markdown table, every value in full, for a ticket or a page
//	xlsx    a workbook, its header stays and filters; no text is a formula
//	parquet the types of the lake, lists and structs as JSON; the head in its footer
//
// Column names are the same in all of them, and so are the values: times are
// RFC 3339 in UTC, what is unknown is null (empty in csv and md), a list is a
// JSON array. Only the table rounds and cuts, because it is for the eye.
//
// Rows are streamed. json, ndjson, csv, md and xlsx hold one row in memory, parquet a row
// group; the
// table holds the first thousand to find its widths, and lays out the rest by
// them. When the rows end with an error, what was written stays incomplete
// (json without its closing bracket), so that a part is never taken for the
// whole.
//
// # What hostile text can do
//
// Session names, user agents and roles' names are chosen by others. No format
// passes on what its reader would act upon: see termtext for terminals,
// csvsafe.go for spreadsheets, markdown.go for pages. JSON carries every
// character, those that a terminal would obey as \u escapes.
package review
