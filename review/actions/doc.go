// Package actions writes what the decisions of an access review mean as commands: AWS CLI
// and Terraform, for a person to read and to run. Nothing here is ever executed.
//
// # What is promised
//
// A decision is bound to the unique id of a role. There are commands only where the role
// of that id is there, and each script asks IAM for the id, and for what else it takes for
// granted, before it changes anything. What a script changes, another one beside it
// changes back; deleting a role is the one thing that nothing undoes, so that it has a
// script of its own, which wants the role to be locked before.
//
// # What hostile text can do
//
// Names of roles and policies come out of inventories, and reasons out of a file that
// anybody may have sent. A role or policy whose name IAM could not have has no commands;
// what is left goes into scripts as quoted words, into comments as one line, and never
// into the name of a file.
package actions
