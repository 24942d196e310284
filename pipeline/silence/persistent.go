package silence

import (
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Persistent is a retryer of the SDK that makes requests again, too, of whose answers only a part came, as of a page
// of a list: by itself it does so for answers that never begin. It counts these attempts as all others.
func Persistent(of aws.Retryer) aws.Retryer {
	r, ok := of.(aws.RetryerV2)
	if !ok {
		return of
	}
	return persistent{r}
}

type persistent struct{ aws.RetryerV2 }

// IsErrorRetryable implements [aws.Retryer].
func (p persistent) IsErrorRetryable(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || p.RetryerV2.IsErrorRetryable(err)
}
