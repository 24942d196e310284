package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"roletrail/pipeline"
	"roletrail/pipeline/awserr"
)

// Store is a prefix of a bucket where a lake lies, as [roletrail/parquet.Store].
type Store struct {
	Client LakeClient
	Bucket string
	Prefix string // empty, or with / at its end
}

// LakeClient is what a store asks of S3.
type LakeClient interface {
	Client
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error)
}

// LakePlace takes s3://BUCKET/PREFIX of a lake apart: its objects lie below the prefix as
// if that were a folder.
func LakePlace(url string) (bucket, prefix string, err error) {
	bucket, prefix, err = place(url)
	if err != nil {
		return "", "", fmt.Errorf("opening lake %q: %w", url, err)
	}
	if prefix = strings.TrimRight(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return bucket, prefix, nil
}

// OpenStore opens the place of a lake.
func OpenStore(ctx context.Context, url string) (*Store, error) {
	bucket, prefix, err := LakePlace(url)
	if err != nil {
		return nil, err
	}
	client, err := Connect(ctx, bucket)
	if err != nil {
		return nil, err
	}
	return &Store{Client: client, Bucket: bucket, Prefix: prefix}, nil
}

// String is how people name the place.
func (s *Store) String() string {
	return strings.TrimRight("s3://"+s.Bucket+"/"+s.Prefix, "/")
}

// conflicts is how often a put is begun anew because another one of the same key was going
// on beside it.
const conflicts = 5

// Put implements [roletrail/parquet.Store]: S3 takes the object only if there is none under
// the key.
func (s *Store) Put(ctx context.Context, name string, content io.ReadSeeker, size int64) error {
	_, err := s.put(ctx, name, content, size)
	return err
}

// Claim implements [roletrail/pipeline.RemoteStore]. That there is an object already may be
// because the answer to an earlier request of this one was lost: then it is the same.
func (s *Store) Claim(ctx context.Context, name string, content []byte) (bool, error) {
	stored, err := s.put(ctx, name, bytes.NewReader(content), int64(len(content)))
	if err != nil || stored {
		return stored, err
	}
	key := s.Prefix + name
	body, err := openObject(ctx, &Source{Client: s.Client, Bucket: s.Bucket}, key, "", "", 0)
	if err != nil {
		return false, err
	}
	there, err := io.ReadAll(io.LimitReader(body, int64(len(content))+1))
	return bytes.Equal(there, content), errors.Join(err, body.Close())
}

// put stores an object, unless there is one: stored says whether it did.
func (s *Store) put(ctx context.Context, name string, content io.ReadSeeker, size int64) (stored bool, err error) {
	key := s.Prefix + name
	for try := 1; ; try++ {
		if _, err := content.Seek(0, io.SeekStart); err != nil {
			return false, err
		}
		_, err := s.Client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &s.Bucket, Key: &key, Body: content, ContentLength: &size, IfNoneMatch: aws.String("*"),
		})
		switch status := statusOf(err); {
		case err == nil, status == http.StatusPreconditionFailed:
			return err == nil, nil
		case status == http.StatusConflict && try < conflicts:
			if err := pause(ctx, 100*time.Millisecond<<try); err != nil {
				return false, err
			}
		default:
			return false, refusedPut(err, status)
		}
	}
}

// Read implements [roletrail/pipeline.ReplacingStore].
func (s *Store) Read(ctx context.Context, name string, most int64) (content []byte, tag string, err error) {
	key := s.Prefix + name
	got, err := s.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.Bucket, Key: &key})
	if err != nil {
		return nil, "", explained("the object", "", err)
	}
	content, err = io.ReadAll(io.LimitReader(got.Body, most+1))
	if err = errors.Join(err, got.Body.Close()); err == nil && int64(len(content)) > most {
		err = fmt.Errorf("the object is longer than %d bytes", most)
	}
	if err != nil {
		return nil, "", fmt.Errorf("reading the object: %w", err)
	}
	return content, aws.ToString(got.ETag), nil
}

// Replace implements [roletrail/pipeline.ReplacingStore]. That something else lies there may be
// because the answer to an earlier request of this one was lost.
func (s *Store) Replace(ctx context.Context, name string, content []byte, tag string) (newTag string, took bool, err error) {
	key, size := s.Prefix+name, int64(len(content))
	put := s3.PutObjectInput{Bucket: &s.Bucket, Key: &key, Body: bytes.NewReader(content), ContentLength: &size}
	if put.IfMatch = &tag; tag == "" {
		put.IfMatch, put.IfNoneMatch = nil, aws.String("*")
	}
	out, err := s.Client.PutObject(ctx, &put)
	switch status := statusOf(err); {
	case err == nil:
		return aws.ToString(out.ETag), true, nil
	case status == http.StatusPreconditionFailed, status == http.StatusConflict, status == http.StatusNotFound && tag != "":
		return "", false, nil
	default:
		return "", false, refusedPut(err, status)
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func statusOf(err error) int {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// refusedPut says what to do about it.
func refusedPut(err error, status int) error {
	var api smithy.APIError
	switch step := stepAnyhow(err); {
	case step != "":
		return fmt.Errorf("writing the object: %s: %w", step, err)
	case errors.As(err, &api) && api.ErrorCode() == "NoSuchBucket":
		return fmt.Errorf("writing the object: the bucket does not exist: %w", err)
	case stepOfKey(err) != "":
		return fmt.Errorf("writing the object: %s: %w", stepOfKey(err), err)
	case isElsewhere(err):
		return fmt.Errorf("writing the object: the bucket is in another Region, which S3 does not tell: name it in AWS_REGION: %w", err)
	case status == http.StatusForbidden:
		return fmt.Errorf("writing the object: give this identity s3:PutObject there, and kms:GenerateDataKey and kms:Decrypt if the bucket is encrypted with a key: %w", err)
	case status == http.StatusNotImplemented:
		return fmt.Errorf("writing the object: the server does not know If-None-Match, without which a lake cannot be kept there: %w", err)
	}
	return fmt.Errorf("writing the object: %w", err)
}

// List implements [roletrail/pipeline.RemoteStore].
func (s *Store) List(ctx context.Context, folder string, fn func(name string, o pipeline.Object) error) error {
	source := &Source{Client: s.Client, Bucket: s.Bucket, Prefix: s.Prefix + folder}
	before := source.name(s.Prefix)
	err := source.List(ctx, func(o pipeline.Object) error { return fn(strings.TrimPrefix(o.Name, before), o) })
	if errors.Is(err, ErrNoObjects) {
		return nil // a lake need not have all tables
	}
	return err
}

// Object implements [roletrail/pipeline.RemoteStore].
func (s *Store) Object(ctx context.Context, name string, size int64) pipeline.Object {
	source, key := &Source{Client: s.Client, Bucket: s.Bucket}, s.Prefix+name
	ctx = context.WithoutCancel(ctx)
	return pipeline.Object{
		Name: source.name(key), Size: size, Remote: true,
		Open: func() (io.ReadCloser, error) { return openObject(ctx, source, key, "", "", size) },
	}
}

// deletedAtOnce is how many objects S3 removes at a request.
const deletedAtOnce = 1000

// Delete implements [roletrail/pipeline.RemoteStore].
func (s *Store) Delete(ctx context.Context, names []string) error {
	for some := range slices.Chunk(names, deletedAtOnce) {
		ask := types.Delete{Quiet: aws.Bool(true)}
		for _, name := range some {
			ask.Objects = append(ask.Objects, types.ObjectIdentifier{Key: aws.String(s.Prefix + name)})
		}
		out, err := s.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &s.Bucket, Delete: &ask})
		if err == nil && len(out.Errors) > 0 {
			e := out.Errors[0]
			err = fmt.Errorf("%d of %d, the first %q: %w", len(out.Errors), len(some), aws.ToString(e.Key),
				&smithy.GenericAPIError{Code: aws.ToString(e.Code), Message: aws.ToString(e.Message)})
		}
		if err != nil {
			return refusedDelete(err)
		}
	}
	return nil
}

// refusedDelete says what to do about it.
func refusedDelete(err error) error {
	var api smithy.APIError
	if step := stepAnyhow(err); step != "" {
		return fmt.Errorf("removing objects: %s: %w", step, err)
	}
	if statusOf(err) == http.StatusForbidden || errors.As(err, &api) && api.ErrorCode() == "AccessDenied" {
		return fmt.Errorf("removing objects: give this identity s3:DeleteObject there: %w", err)
	}
	return fmt.Errorf("removing objects: %w", awserr.Unanswered(err))
}
