package bucket

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// located asks for a bucket in its Region. Where that is may not be told when it is asked for, but
// S3 tells it to whoever asks in the wrong one: then it goes there, and asks again.
type located struct {
	settings aws.Config

	mu     sync.Mutex
	client *s3.Client
	region string
}

func (l *located) current() (*s3.Client, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.client, l.region
}

// move goes from a Region, in which somebody asked, to another one.
func (l *located) move(from, to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.region == from && from != to {
		settings := l.settings.Copy()
		settings.Region = to
		l.client, l.region = newClient(settings), to
	}
}

// inRegion does something in the Region of the bucket. Of a request with a body, again makes that
// ready to be sent once more.
func inRegion[T any](l *located, do func(*s3.Client) (T, error), again func() error) (T, error) {
	client, asked := l.current()
	out, err := do(client)
	to := regionOfRefusal(err)
	if to == "" || to == asked {
		return out, err
	}
	if err := again(); err != nil {
		return out, err
	}
	l.move(asked, to)
	client, _ = l.current()
	return do(client)
}

func nothingToDo() error { return nil }

func (l *located) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, o ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return inRegion(l, func(c *s3.Client) (*s3.ListObjectsV2Output, error) { return c.ListObjectsV2(ctx, in, o...) }, nothingToDo)
}

func (l *located) HeadObject(ctx context.Context, in *s3.HeadObjectInput, o ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return inRegion(l, func(c *s3.Client) (*s3.HeadObjectOutput, error) { return c.HeadObject(ctx, in, o...) }, nothingToDo)
}

func (l *located) GetObject(ctx context.Context, in *s3.GetObjectInput, o ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return inRegion(l, func(c *s3.Client) (*s3.GetObjectOutput, error) { return c.GetObject(ctx, in, o...) }, nothingToDo)
}

func (l *located) PutObject(ctx context.Context, in *s3.PutObjectInput, o ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return inRegion(l, func(c *s3.Client) (*s3.PutObjectOutput, error) { return c.PutObject(ctx, in, o...) }, func() error {
		_, err := in.Body.(io.Seeker).Seek(0, io.SeekStart)
		return err
	})
}

func (l *located) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput, o ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error) {
	return inRegion(l, func(c *s3.Client) (*s3.DeleteObjectsOutput, error) { return c.DeleteObjects(ctx, in, o...) }, nothingToDo)
}

// unredirected answers with the redirection itself where that leads to another host: there S3 would be asked
// without a signature, and refuse.
type unredirected struct{ aws.HTTPClient }

// Do implements [aws.HTTPClient].
func (u unredirected) Do(r *http.Request) (*http.Response, error) {
	out, err := u.HTTPClient.Do(r)
	if err != nil || out.Request == nil || out.Request.Response == nil || out.Request.URL.Host == r.URL.Host {
		return out, err
	}
	first := out.Request.Response
	for first.Request.Response != nil {
		first = first.Request.Response
	}
	first.Body = http.NoBody // the client has read it
	return first, out.Body.Close()
}

// How S3 tells the Region in the text of an error: of a signature, and of an endpoint that knows its own Region
// alone, to which that of the oldest buckets has no name.
var (
	expectedRegion = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)
	locatedRegion  = regexp.MustCompile(`The ([a-z0-9-]+) location constraint is incompatible`)
)

const unspecified, oldestRegion = "unspecified", "us-east-1"

func regionOfText(text string) string {
	if found := expectedRegion.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	found := locatedRegion.FindStringSubmatch(text)
	switch {
	case found == nil:
		return ""
	case found[1] == unspecified:
		return oldestRegion
	}
	return found[1]
}

// isElsewhere reports whether S3 refused a request because the bucket is in another Region.
func isElsewhere(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "MovedPermanently":
			return true
		}
	}
	status := statusOf(err)
	return status == http.StatusMovedPermanently || status == http.StatusTemporaryRedirect
}

// regionOfRefusal is the Region that S3 tells in such a refusal, "" if it tells none or that is not
// why it refused.
func regionOfRefusal(err error) string {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil {
		return ""
	}
	told := response.Response.Header.Get("X-Amz-Bucket-Region")
	if told == "" {
		told = regionOfText(err.Error())
	}
	// The answer to a HEAD request has no text that could say why: it is a plain 400.
	if isElsewhere(err) || told != "" && statusOf(err) == http.StatusBadRequest {
		return told
	}
	return ""
}
