// Package roletrail holds nothing but the tests of the repository as a whole: its
// policy (policy*_test.go: which package may import which, what a file may look like,
// which modules may be used and why) and its documentation (docs_test.go). Where a
// log file goes is told in docs/life-of-a-log-file.md.
package roletrail
