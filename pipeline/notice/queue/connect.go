package queue

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/logging"

	"roletrail/pipeline/awserr"
	"roletrail/pipeline/silence"
)

// IsURL reports whether a source is the URL of a queue.
func IsURL(source string) bool {
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

// amazon is the host of a queue, with its Region.
var amazon = regexp.MustCompile(`^(?:(?:sqs|sqs-fips)\.([a-z0-9-]+)|([a-z0-9-]+)\.queue|.*\.sqs\.([a-z0-9-]+)\.vpce)\.(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)$`)

// public is the host that the SDK asks in a Region by itself.
var public = regexp.MustCompile(`^(?:sqs\.[a-z0-9-]+|[a-z0-9-]+\.queue)\.`)

// Connect makes a client for the queue of a URL, with the credentials, profile and endpoint
// of the environment and the shared configuration, as the AWS CLI takes them. Another host
// than the public one of a Region is asked as it is.
func Connect(ctx context.Context, queue string) (*sqs.Client, error) {
	at, err := url.Parse(queue)
	if err != nil || at.Host == "" || strings.Count(strings.Trim(at.Path, "/"), "/") != 1 {
		return nil, fmt.Errorf("reading source %q: it is no URL of a queue; write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", queue)
	}
	region, endpoint := "", ""
	if found := amazon.FindStringSubmatch(at.Hostname()); found != nil {
		region = found[1] + found[2] + found[3]
	}
	if region == "" || !public.MatchString(at.Hostname()) {
		endpoint = at.Scheme + "://" + at.Host
	}
	settings, err := config.LoadDefaultConfig(ctx, config.WithDefaultRegion("us-east-1"), config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration of AWS: %w", err)
	}
	if _, err := settings.Credentials.Retrieve(ctx); err != nil {
		return nil, awserr.NoCredentials(err)
	}
	return sqs.NewFromConfig(settings, func(o *sqs.Options) {
		o.HTTPClient, o.Retryer = silence.Impatient(o.HTTPClient), silence.Persistent(o.Retryer)
		if region != "" {
			o.Region = region
		}
		if endpoint != "" && o.BaseEndpoint == nil {
			o.BaseEndpoint = &endpoint
		}
	}), nil
}
