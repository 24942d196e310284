// Package iam is the vocabulary of the IAM side: how an ARN, an account id and
// a role id are spelled, and how deep a document may be nested.
//
// A log file tells what roles did. What they are, what they may do and who may
// become them stands in the inventory, the output of
// `aws iam get-account-authorization-details`. The rooms of this folder know
// that side, each one subject:
//
//   - iam/action: the IAM actions there are, and what CloudTrail shows of each.
//   - iam/policy: policy documents in every encoding they arrive in, their
//     statements, and what they let a role do.
//   - iam/trust: the trust policy of a role: who may become it, as rows that SQL
//     compares with events, and the kind of the role (design 9.7).
//   - iam/inventory: whole inventories, page by page, and what stands in for one
//     where there is none, replayed from events; judged into the rows of the lake's
//     tables iam/… (design 5).
//
// Nothing here imports another part of the project, reads a file or opens a
// connection by itself. Everything read is taken to be an attacker's: names are
// data, never paths, and every size is limited before it is allocated.
package iam
