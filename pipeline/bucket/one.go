package bucket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"roletrail/pipeline"
)

// Object is a version of what lies under a key, or what lies there now if version is empty. It is
// read as that, or not at all if it is replaced meanwhile; its readings end with ctx.
//
// A version that is the one that lies there is read as such, for which s3:GetObject is enough. Of
// one that was replaced since, its own contents are read, which asks for s3:GetObjectVersion.
func (s *Source) Object(ctx context.Context, key, version string) (pipeline.Object, error) {
	ask := s3.HeadObjectInput{Bucket: &s.Bucket, Key: &key, RequestPayer: s.payer()}
	head, err := s.head(ctx, &ask)
	if version != "" && (statusOf(err) == http.StatusNotFound || err == nil && cmp.Or(aws.ToString(head.VersionId), nullVersion) != version) {
		ask.VersionId = &version
		head, err = s.head(ctx, &ask)
		if statusOf(err) == http.StatusForbidden {
			return pipeline.Object{}, fmt.Errorf("reading the object: it is not the version %q any more that the notice is of; give this identity s3:GetObjectVersion there to read that: %w", version, err)
		}
	}
	if err != nil {
		return pipeline.Object{}, explained("the object", s.unpaid(), err)
	}
	etag, size := aws.ToString(head.ETag), aws.ToInt64(head.ContentLength)
	return pipeline.Object{
		Name:     s.name(key),
		Size:     size,
		Modified: aws.ToTime(head.LastModified).UnixNano(),
		Tag:      tagOf(etag),
		Open:     func() (io.ReadCloser, error) { return openObject(ctx, s, key, aws.ToString(ask.VersionId), etag, size) },
	}, nil
}

// head asks what lies under a key. What is refused because it was signed by a wrong clock is asked again: the SDK
// knows the time from the answer, but only where a text says so it asks again by itself, and this one has none.
func (s *Source) head(ctx context.Context, ask *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	out, err := s.Client.HeadObject(ctx, ask)
	if wrongTime(err) {
		out, err = s.Client.HeadObject(ctx, ask)
	}
	return out, err
}

// mostSkew is by how much the time of a request may differ from that of S3.
const mostSkew = 15 * time.Minute

// wrongTime reports whether what was refused was signed at another time than S3 has.
func wrongTime(err error) bool {
	var refused *smithyhttp.ResponseError
	if statusOf(err) != http.StatusForbidden || !errors.As(err, &refused) || refused.Response.Request == nil {
		return false
	}
	told, err := http.ParseTime(refused.Response.Header.Get("Date"))
	signed, noTime := time.Parse("20060102T150405Z", refused.Response.Request.Header.Get("X-Amz-Date"))
	return err == nil && noTime == nil && told.Sub(signed).Abs() > mostSkew
}

// nullVersion is that of objects that were put while their bucket kept no versions.
const nullVersion = "null"

// name is that of an object in a lake.
func (s *Source) name(key string) string { return "s3://" + s.Bucket + "/" + pipeline.ObjectName(key) }

// key is that of an object by its name in a lake.
func (s *Source) key(name string) (string, error) {
	key, ok := strings.CutPrefix(name, "s3://"+s.Bucket+"/")
	if !ok {
		return "", fmt.Errorf("reading object %q: it is not in bucket %q", name, s.Bucket)
	}
	return pipeline.PathOfName(key)
}

// tagOf is an ETag without its quotes.
func tagOf(etag string) string { return strings.Trim(etag, `"`) }
