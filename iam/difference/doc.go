// Package difference compares what two policy documents say: who is let in by a trust
// policy, and what is allowed by any other. It knows documents alone, neither where they
// are from nor when they held.
//
// On a log file's journey a role change is held against the document that was in force
// before it; what comes of that is a [Difference], with the severity of the change.
//
// # Trust
//
// A principal is added or removed, or it stays and the conditions under which it may
// come change. A condition is lost if nothing is left of it, weakened if it lets more
// through: more values, a wildcard, IfExists. Whether one lets through what another does
// is asked of operators and values as IAM reads them; of operators that compare numbers
// and dates only whether they are the same.
//
// # Grants
//
// Both documents are held against all actions of the catalogue. An action is gained
// where it was denied before, and lost the other way round; it is granted more widely
// under fewer conditions or on further resources. What a document denies counts by
// itself: a lost denial opens what another policy allows.
//
// # Severity
//
// That of the difference: what newly lets in anybody, another's account without a
// condition, or every token of a provider is critical, as is a condition lost of another's
// account, of everybody or of a provider. What newly makes an administrator, and what no
// longer denies, is high. What changes nothing in effect is info. [OfTrust] and [OfGrants]
// judge a document by itself, where it is not known what was there before.
//
// Texts are as the documents have them, cut in length: who shows them escapes them.
package difference
