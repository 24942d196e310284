package bucket

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/pipeline"
)

// Object is a version of what lies under a key, or what lies there now if version is empty. It is
// read as that, or not at all if it is replaced meanwhile; its readings end with ctx.
//
// A version that is the one that lies there is read as such, for which s3:GetObject is enough. Of
// one that was replaced since, its own contents are read, which asks for s3:GetObjectVersion.
func (s *Source) Object(ctx context.Context, key, version string) (pipeline.Object, error) {
	ask := s3.HeadObjectInput{Bucket: &s.Bucket, Key: &key, RequestPayer: s.payer()}
	head, err := s.Client.HeadObject(ctx, &ask)
	if version != "" && (statusOf(err) == http.StatusNotFound || err == nil && cmp.Or(aws.ToString(head.VersionId), nullVersion) != version) {
		ask.VersionId = &version
		head, err = s.Client.HeadObject(ctx, &ask)
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
