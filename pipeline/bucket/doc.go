// Package bucket is the source of log files that lie in S3: it lists the folders of a
// trail side by side, opens objects as they were listed, and takes up connections that
// break. It is the only package that speaks to S3.
package bucket
