package bucket

import (
	"errors"
	"regexp"
	"strings"
)

// S3 asks KMS in the name of who asks it, and tells what that says (SSE-KMS). Nothing need be done for it, but
// that who asks may use the key.

// throttledKey is the error where KMS is asked for too much, beside S3's own answer to that.
const throttledKey = "KMS.ThrottlingException"

// deniedUse is how S3 tells that who asks may not use the key. It did not always tell it.
var deniedUse = regexp.MustCompile(`not authorized to perform: (kms:[A-Za-z]+)`)

// stepOfKey is what to do about a refusal that the key of an object or bucket is the reason for, "" about others.
func stepOfKey(err error) string {
	var told interface {
		ErrorCode() string
		ErrorMessage() string
	}
	if !errors.As(err, &told) {
		return ""
	}
	if denied := deniedUse.FindStringSubmatch(told.ErrorMessage()); denied != nil {
		return "give this identity " + denied[1] + " on the key that it is encrypted with, in its own policies and, if the key is another account's, in that of the key too"
	}
	if strings.HasPrefix(told.ErrorCode(), "KMS.") && told.ErrorCode() != throttledKey {
		return "the key that it is encrypted with is disabled, being deleted or gone: enable it again"
	}
	return ""
}
