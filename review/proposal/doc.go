// Package proposal says what a policy for a role is proposed from: which permissions it
// keeps, by their verdicts, and whether the role's policies are known well enough for
// one to be proposed. report unused --policy and the access review go by the same rules.
//
// Policies themselves are cut down in package iam/policy.
package proposal
