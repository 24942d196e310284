// Package inventory reads what IAM says about the roles of one or more accounts
// at one moment: the output of
//
//	aws iam get-account-authorization-details > roles.json
//
// A log file says what a role did; the inventory says that the role exists, since
// when, who may become it, and when IAM itself last saw it. Both meet in the
// lake, where the roles found here are the tables iam/… (design 5), so that a
// role nobody ever used shows up in the reports too.
//
// Parse reads inventories, and ParseControlPolicies the control policies of an
// organisation. A Judge says what each role may do, by which statements and since
// when (design 9.11). Replay makes an inventory of the events that made and changed
// roles, for accounts that have no other; DateGrants takes from it the dates that IAM
// does not keep.
//
// # What is accepted
//
// Parse reads one file: one JSON document, several after one another (pages of
// `--no-paginate`, NDJSON), or a list of pages; plain or gzip, told by content;
// one account or several. Policy documents may be objects, JSON strings or
// URL-encoded strings. Unknown keys are ignored. Merge takes the files of one
// snapshot together.
//
// # What happens to bad input
//
// A file that is no inventory, is cut off or is over a limit is an error, and
// nothing of it is returned. A bad part of a good file is a Problem: a role with
// an unreadable policy stays, without that policy; only a role whose ARN cannot
// be read is left out, because it names no account. Every role read is counted:
// Read = len(Roles) + Duplicates + Lost.
//
// An inventory has no date of its own (design 9.14): the caller gives it one.
// It can be incomplete: when the last page says that more follow, the account
// is named in Incomplete.
package inventory
