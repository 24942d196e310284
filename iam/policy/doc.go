// Package policy reads IAM policy documents as they are found in the wild, and says
// what they let a role do.
//
// A log file's journey meets them when the roles it names are looked up in the
// inventory: as JSON objects (AWS CLI), as URL-encoded JSON strings (the raw IAM
// API and CloudTrail's responseElements) or as plain JSON strings (CloudTrail's
// requestParameters). Decode makes one form of these three, compact JSON text
// exactly as AWS wrote it otherwise. Parse takes that text apart into statements,
// tolerant where AWS or hand-written files vary (one statement or a list, a
// string or a list of strings, numbers and booleans for strings, odd case of
// keys, unknown keys), and strict where a guess would be one: what cannot be read
// is an error that names the statement, and the other statements count.
//
// A Universe is all actions there are. Compile makes a document ready against it,
// once for all roles that have the policy; Evaluate then says of a Set of policies
// (attached, inline, boundary, service and resource control policies) what each
// action is: allowed, conditional or denied, by which statements, on which
// resources, and what makes it conditional. The answer is about actions. Which
// resources exist is not known here, nor whether a condition holds unless the role
// itself decides it (aws:PrincipalArn), so both only ever make conditional.
//
// A Grader says how privileged that makes the role: admin, by what it is allowed or
// by a known escalation (escalations.txt), else the most that one of its actions is.
//
// Propose goes the other way: from the policies of a role and the actions that it
// needs to the policies that are enough. Touches says on which resources an action is
// needed, as far as events show it.
package policy
