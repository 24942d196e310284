// Package access is the quarterly access review: what the reports say about every
// role of a window, put together for those who decide whether a role stays as it is.
//
// [Read] asks the questions of package queries and fills one [Review]. Everything
// else writes that: it computes no figure of its own, so that the page, the JSON and
// the tables of one run cannot disagree, and every figure is the one that the report
// of the same name gives for the same window.
//
// # What is promised
//
// The same lake, window, inventory, catalogue and configuration give the same bytes.
// No clock is read and nothing is random; what is equal is ordered by ARN.
//
// What is not known is said and never counted as unused: a figure that nobody knows
// is null, and [Review.Unknowns] names what could not be said and why.
//
// # What hostile text can do
//
// Names of roles and sessions, tags and policies are chosen by strangers. A Review
// holds them as they are. Each writer makes them harmless for its reader.
package access
