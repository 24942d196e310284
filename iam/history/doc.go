// Package history knows which documents roles and policies had when: their trust
// policies, inline policies, boundaries and the versions of managed policies.
//
// On a log file's journey a role change is held against what was in force before it.
// Events that change a document carry it whole, and an inventory has those of its
// moment; either is a [Fact] about a subject from a moment on ([FactsOf],
// [RoleFacts], [PolicyFacts]). A [Memory] keeps them, in any order and each as often as it is told, and
// answers what was in force just before a moment. So a change that is told late is held
// against what was there then, and not against what came after it.
//
// What nobody told is unknown, and said to be. A change whose parameters are not in the
// log (above 100 KB, P20) leaves everything of its account unknown that no later fact
// tells; a role that was made or deleted leaves nothing of one of its name.
//
// [Explainer.Explain] finds both documents of a change, and their difference.
package history
