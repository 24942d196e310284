// Package trust reads the trust policy of a role: who may become it.
//
// In a log file's journey an assumption is judged by the trust policy of the
// role that was assumed. What this package says for now is the kind of a role
// (design 9.7): what sort of caller it is made for, by the path only AWS can
// give a role, else by the most exposed part of its trust.
package trust
