// Package trust reads the trust policy of a role: who may become it.
//
// In a log file's journey an assumption is judged by the trust policy of the
// role that was assumed.
//
// Parse takes the document apart into rows of the lake tables iam/role_trust and
// iam/role_trust_conditions, made so that SQL can compare them with events: a
// principal has a key that equals the text of a direct caller, and a condition a
// regular expression for the value. Match compares the same rows in Go; it is the
// obvious implementation that the SQL of `report unexpected` is tested against.
// KindOf says what sort of caller a role is made for (design 9.7).
//
// # Principals
//
// Keys by kind, and what of an event they are compared with:
//
//	account   ACCOUNT               the account of a user, role or root
//	user      ARN                   caller: same account and same name, since names are unique
//	role      ARN                   within an account and some events leave the path out
//	session   ARN of the session    identity_arn
//	service   ServiceKey of host    ServiceKey of the caller
//	oidc      oidc:PROVIDER         oidc: and the provider of the identity
//	saml      saml:NAME             saml: and the provider in the parameters; a person of Identity
//	                                Center came by a provider whose name begins with AWSSSO_
//	dangling  AROA…, AIDA…          the unique id of the caller
//	anyone    none                  every caller
//	unknown   none                  nobody for certain, but nobody is not trusted because of it
//
// Of a caller of another account the owner's copy of the record has account and
// unique id only: the account's principal names it, a user's or role's may.
//
// # Conditions
//
// A condition fits if the pattern fits the whole value. Without a pattern (policy
// variables, numbers, dates, IPv6, operators not known here) and for keys that an
// event does not show, whether it holds is not known. Keys that the request did not
// have are another matter: a plain operator does not hold, a negated one does.
// Design 9.9 lists the keys that events show; docs/semantics.md, section Trust, says
// in which column, and when a key is absent.
//
// # Grades
//
// An Allow admits a caller expected if its principal names it alone, and
// broadly_trusted as one of an account, of an OIDC provider's subjects or of
// everybody (NotPrincipal included). A condition that holds and writes the caller
// out (aws:PrincipalArn; the provider's sub), without a wildcard, makes the latter
// expected; no other condition does, be it exact: an external id does not say who
// comes. condition_dependent stands beside either when a condition is not shown
// (design 9.19), and alone when the event does not show whether the principal is
// the caller.
//
// Of several statements the best counts: expected, broadly_trusted, then both in
// the same order with condition_dependent, then condition_dependent alone. A Deny
// that surely holds makes the caller not_trusted whatever is allowed; one that may
// hold adds condition_dependent. A caller whom nothing admits is not_trusted.
package trust
