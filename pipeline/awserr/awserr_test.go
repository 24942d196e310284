package awserr_test

import (
	"errors"
	"fmt"
	"net/url"
	"testing"

	"roletrail/pipeline/awserr"
)

func TestUnanswered(t *testing.T) {
	refused := errors.New("connection refused")
	err := awserr.Unanswered(fmt.Errorf("operation error S3: HeadBucket, exceeded maximum number of attempts, 8: %w", &url.Error{Op: "Head", URL: "http://127.0.0.1:1/b", Err: refused}))
	var hinted interface{ Hint() string }
	if err.Error() != "connection refused" || !errors.Is(err, refused) || !errors.As(fmt.Errorf("asking: %w", err), &hinted) || hinted.Hint() != awserr.HowToReach {
		t.Errorf("%v", err)
	}
	other := errors.New("AccessDenied")
	if got := awserr.Unanswered(other); got != other {
		t.Errorf("%v became %v", other, got)
	}
}
