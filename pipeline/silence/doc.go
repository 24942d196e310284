// Package silence ends connections to AWS on which nothing comes any more, and asks again where an answer ends
// before its time. Every service that the programs work with is asked through it, so that there is one limit; what
// the SDK asks for credentials goes by its own.
package silence
