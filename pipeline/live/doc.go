// Package live asks IAM itself for an inventory, where package inventory reads one
// from a file: the command
//
//	ingest iam --live
//
// It calls one action, iam:GetAccountAuthorizationDetails, which only reads, until
// IAM says that no page follows. The pages go through inventory.Parse in the form
// that the AWS CLI prints them in, so that what is asked and what is read from files
// meets the same limits and the same problems.
//
// Credentials, region, endpoint, proxy and certificates are found as the AWS CLI
// finds them: in the environment, in the shared configuration files, from single
// sign-on, or from the machine's role.
//
// # What happens when IAM does not answer
//
// A call that fails for a reason that passes (throttled, 5xx, connection lost) is
// tried again after a growing pause, up to six times in all; the variable
// AWS_MAX_ATTEMPTS says otherwise. One try takes a minute at most. Whatever ends it
// for good is an error, and nothing of the inventory is returned: the errors of this
// package have a method Hint() string with the next step. Cancelling the context
// ends calls and pauses at once.
package live
