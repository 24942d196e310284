// Package clitest holds what the tests of both programs ask of their commands: that each has its
// part of the manual page, and examples that it takes.
package clitest
