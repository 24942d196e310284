// Package trail reads how a trail is configured: which events it logs at all.
//
// That an action is not in the logs says that nobody used it only if it would have
// been there. Trails log management events by default; data events (objects of S3,
// calls of Lambda functions, items of DynamoDB, …) only where a selector asks for
// them, and selectors can leave out reads, writes, or the events of single services
// (P28). Parse reads the outputs of
//
//	aws cloudtrail describe-trails
//	aws cloudtrail get-event-selectors --trail-name NAME
//
// basic selectors and advanced ones, one document after another or in a list. What
// comes out is one Selector per category and resource type: a row of the lake table
// trails.
//
// A selector that is limited in any other way than by reads and writes, or by the
// services it leaves out, is Narrowed: its events are in the logs in part, which
// proves nothing about what is not. Whatever is not understood narrows, too.
package trail
