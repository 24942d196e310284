package bucket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"roletrail/pipeline/awserr"
	"roletrail/pipeline/silence"
)

// attempts is how often a request is made before its failure counts: more often than
// the SDK's three, because a backfill meets throttling for long.
const attempts = 8

// patient makes each request again, whatever became of others. The SDK counts the retries of all, and
// beyond a hundred or so gives up at the first refusal: as many as that are under way at a time here.
func patient() aws.Retryer {
	return silence.Persistent(retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.RateLimiter = attempts, ratelimit.None
		o.Retryables = append(o.Retryables, retry.RetryableErrorCode{Codes: map[string]struct{}{throttledKey: {}}})
	}))
}

// connections is how many connections stay open: those of the lists, and of what is
// fetched ahead.
const connections = 96

// anyRegion is where a bucket of unknown Region is asked for its own.
const anyRegion = "us-east-1"

// Place takes s3://BUCKET/PREFIX of a source apart.
func Place(url string) (bucket, prefix string, err error) {
	bucket, prefix, err = place(url)
	if err != nil {
		err = fmt.Errorf("reading source %q: %w", url, err)
	}
	return bucket, prefix, err
}

func place(url string) (bucket, prefix string, err error) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
	if len(bucket) < 3 || len(bucket) > 63 || strings.Trim(bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" {
		return "", "", fmt.Errorf("%q is no name of a bucket; write s3://BUCKET/PREFIX", bucket)
	}
	return bucket, prefix, nil
}

// Connect makes a client for the Region of a bucket, with the credentials, profile and
// endpoint of the environment and the shared configuration, as the AWS CLI takes them.
func Connect(ctx context.Context, bucket string) (LakeClient, error) {
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = connections, connections
	})
	settings, err := config.LoadDefaultConfig(ctx, config.WithRetryer(patient), config.WithHTTPClient(transport), config.WithDefaultRegion(anyRegion), config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration of AWS: %w", err)
	}
	// Found now, so that missing ones are told from a request that failed.
	if _, err := settings.Credentials.Retrieve(ctx); err != nil {
		return nil, awserr.NoCredentials(err)
	}
	client := newClient(settings)
	region, err := regionOf(ctx, client, bucket)
	if err != nil {
		return nil, err
	}
	l := &located{settings: settings, client: client, region: settings.Region} // which knows now how wrong the clock is
	if region != "" {
		l.move(settings.Region, region)
	}
	return l, nil
}

// newClient asks endpoints other than AWS's by path, because their buckets have no
// names in the DNS.
func newClient(settings aws.Config) *s3.Client {
	return s3.NewFromConfig(settings, func(o *s3.Options) {
		o.UsePathStyle, o.HTTPClient = o.BaseEndpoint != nil, unredirected{silence.Impatient(o.HTTPClient)}
	})
}

// regionOf is where a bucket is, "" if that is not told. S3 tells it to whoever asks in
// the wrong Region too.
func regionOf(ctx context.Context, client *s3.Client, bucket string) (string, error) {
	head, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if err == nil {
		return aws.ToString(head.BucketRegion), nil
	}
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) {
		return "", fmt.Errorf("asking for bucket %q: %w", bucket, awserr.Unanswered(err))
	}
	switch region := response.Response.Header.Get("X-Amz-Bucket-Region"); {
	case response.HTTPStatusCode() == http.StatusNotFound:
		return "", fmt.Errorf("asking for bucket %q: there is none of this name", bucket)
	case response.HTTPStatusCode() == http.StatusForbidden && region == "":
		return "", nil // some may list and read, and no more
	case region != "":
		return region, nil
	}
	return "", fmt.Errorf("asking for bucket %q: %w", bucket, awserr.Unanswered(err))
}
