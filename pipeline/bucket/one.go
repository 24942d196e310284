package bucket

import (
	"context"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/pipeline"
)

// Object is what lies under a key now. It is read as that, or not at all if it is
// replaced meanwhile; its readings end with ctx.
func (s *Source) Object(ctx context.Context, key string) (pipeline.Object, error) {
	head, err := s.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.Bucket, Key: &key, RequestPayer: s.payer()})
	if err != nil {
		return pipeline.Object{}, explained("the object", err)
	}
	etag, size := aws.ToString(head.ETag), aws.ToInt64(head.ContentLength)
	return pipeline.Object{
		Name:     s.name(key),
		Size:     size,
		Modified: aws.ToTime(head.LastModified).UnixNano(),
		Tag:      tagOf(etag),
		Open:     func() (io.ReadCloser, error) { return openObject(ctx, s, key, etag, size) },
	}, nil
}

// name is that of an object in a lake.
func (s *Source) name(key string) string { return "s3://" + s.Bucket + "/" + pipeline.ObjectName(key) }

// tagOf is an ETag without its quotes.
func tagOf(etag string) string { return strings.Trim(etag, `"`) }
