// Package s3test is an S3 server in memory, for tests: as much of S3 as the programs ask
// for, with a note of every call by the name of the permission that it needs.
package s3test
