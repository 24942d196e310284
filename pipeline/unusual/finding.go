package unusual

import (
	"slices"
	"time"

	"roletrail/iam/difference"
)

// Kinds of findings: a closed set.
const (
	// NewCaller is the first session of a role that a caller obtained.
	NewCaller = "new_caller"
	// NewNetwork is the first use of a privileged role from a network.
	NewNetwork = "new_network"
	// NewBinding is the first time that a role, or an instance profile, is given to a service (A7).
	NewBinding = "new_binding"
	// DeniedAssumptions are many refused assumptions of roles by one session or user in an
	// hour, and DeniedCalls other refused calls.
	DeniedAssumptions = "denied_assumptions"
	DeniedCalls       = "denied_calls"
	// FailedSignIns are many failed sign-ins to the console from one network in an hour.
	FailedSignIns = "failed_sign_ins"
	// GuessedPrincipals are many policies that one session or user wrote in an hour and that were refused as
	// malformed: so it learns which users and roles another account has, for one that names none is refused.
	GuessedPrincipals = "guessed_principals"
	// RootAssumed is a session of a member account's root user (AssumeRoot).
	RootAssumed = "root_assumed"
	// FederationToken is a session of GetFederationToken, which outlives the keys that it was
	// obtained with.
	FederationToken = "federation_token"
	// WatchedRole is a session of a role that the configuration watches, or an attempt.
	WatchedRole = "watched_role_used"
)

var findings = []string{NewCaller, NewNetwork, NewBinding, DeniedAssumptions, DeniedCalls, FailedSignIns, GuessedPrincipals, RootAssumed, FederationToken, WatchedRole}

// Findings are all kinds of findings.
func Findings() []string { return slices.Clone(findings) }

// Evidence is the event that shows a finding. Texts are the record's.
type Evidence struct {
	EventID, EventName, Region string
	// Account is whose log holds the event.
	Account string
	At      time.Time
	// Outcome is success, denied or failed.
	Outcome string
	// Actor is who made the call, as an ARN, a service or what else the record has.
	Actor              string
	Address, UserAgent string
	// SharedID is the sharedEventID that both records of a call across accounts have.
	SharedID string
}

// Finding is something unusual.
type Finding struct {
	Kind     string
	Severity difference.Severity
	// Role is the ARN of the role in question; empty where it is about none.
	Role string
	// Summary says what is unusual, in one line.
	Summary string
	// Key tells findings apart.
	Key string
	Evidence
}
