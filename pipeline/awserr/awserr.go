// Package awserr adds the next step to errors of AWS's SDK, and takes away what stands
// around them: attempts, status codes and request ids.
package awserr

import (
	"errors"
	"fmt"
	"net/url"
)

// The next steps of failures that have nothing to do with what was asked.
const (
	HowToConfigure = "give credentials as the AWS CLI takes them: `aws sso login` or `aws configure`, and AWS_PROFILE if it is not the default one; `aws sts get-caller-identity` shows whether they work"
	HowToReach     = "run it again; if it stays, see to the network, the proxy (HTTPS_PROXY) and the endpoint (AWS_ENDPOINT_URL)"
)

// failure is an error with its next step.
type failure struct {
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Hint returns the next step.
func (f *failure) Hint() string { return f.hint }

// With is an error with its next step, which the programs write below it.
func With(err error, hint string) error { return &failure{err, hint} }

// NoCredentials is that none were found.
func NoCredentials(err error) error {
	return With(fmt.Errorf("finding credentials of AWS: %w", err), HowToConfigure)
}

// Unanswered is the error of a request that got no answer: only why. Other errors stay as
// they are.
func Unanswered(err error) error {
	var sent *url.Error
	if errors.As(err, &sent) {
		return With(sent.Err, HowToReach)
	}
	return err
}
