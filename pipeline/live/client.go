package live

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go/logging"

	"roletrail/pipeline/awserr"
	"roletrail/pipeline/silence"
)

const (
	// attempts is how often a call is made in all. IAM throttles by account, so others
	// may use its quota up; the pauses between six attempts add up to half a minute.
	attempts = 6
	// maxAnswer bounds a page of some 100 entries: a role may have 10 kB of inline
	// policies, a managed policy five versions of 6 kB, each three times as long in
	// URL encoding.
	maxAnswer = 64 << 20
	// anyRegion is asked if none is configured: IAM is one for all regions of a
	// partition, and has its home there.
	anyRegion = "us-east-1"
)

// Connect finds credentials and returns a client of IAM that uses them. It does not
// call IAM yet.
func Connect(ctx context.Context) (*iam.Client, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(silence.Most)), // for one attempt, body included
		config.WithLogger(logging.Nop{}))                                              // standard error is the program's
	if err != nil {
		return nil, awserr.With(fmt.Errorf("reading the configuration of AWS: %w", err), awserr.HowToConfigure)
	}
	if cfg.Region == "" {
		cfg.Region = anyRegion
	}
	if cfg.RetryMaxAttempts == 0 {
		cfg.RetryMaxAttempts = attempts
	}
	// Found now, so that missing ones are told from a call that failed.
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, awserr.NoCredentials(err)
	}
	return iam.NewFromConfig(cfg, func(o *iam.Options) {
		o.HTTPClient, o.Retryer = bounded{o.HTTPClient}, silence.Persistent(o.Retryer)
	}), nil
}

// bounded is a client whose answers end with an error when they are too long.
type bounded struct{ aws.HTTPClient }

// Do implements aws.HTTPClient.
func (b bounded) Do(request *http.Request) (*http.Response, error) {
	// The SDK closes the form once the answer begins, maybe before the transport has
	// seen the form's end; it would then break the connection and the call be made again.
	if request.Body != nil {
		request.Body = io.NopCloser(request.Body)
	}
	answer, err := b.HTTPClient.Do(request)
	if answer != nil && answer.Body != nil {
		answer.Body = &boundedBody{answer.Body, maxAnswer}
	}
	return answer, err
}

// boundedBody is a body of which at most left bytes may follow.
type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the answer has more than %d bytes", int64(maxAnswer))
	}
	return n, err
}
