// Package rolechange finds role changes: the events that change what a role may do,
// who may become it, or that it exists.
//
// On a log file's journey it is asked once for every record, when the derived columns
// are made. What is no change is dismissed by one lookup of event source and name
// ([Find]) in a reviewed table (events.txt). Of the others [Reader.Read] says which
// roles and which policy the record names, how grave the change is, and why.
//
// It knows the record alone: neither what was there before, nor which roles have a
// policy. The severity is that of the table, moved by what the record shows:
//
//   - A policy that allows everything, or steps by which a role makes itself an
//     administrator, is one severity higher, one that only reads is one lower, and so is
//     a version that is not in force.
//   - A trust policy that lets in anybody, another account without an external id, or
//     any token of a provider, is one severity higher.
//   - A document that the record should have and has not, or that cannot be read, is
//     changed with content unknown: one severity higher, but never critical. AWS leaves
//     out what is above 100 KB (P20).
//   - An instance profile that a session of EC2 or Lambda makes or fills is one severity
//     higher, and a SAML provider that Identity Center keeps is info.
//   - A denied attempt is one severity lower and never critical.
//
// Everything read is taken to be an attacker's: sizes are limited before anything is
// allocated, and what cannot be read is unknown and never an error.
package rolechange
