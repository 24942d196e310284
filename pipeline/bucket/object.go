package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"roletrail/pipeline"
	"roletrail/pipeline/awserr"
)

// body reads an object of S3. A connection that breaks is made again, from where it
// broke, as long as the object is the one that was listed.
type body struct {
	ctx     context.Context
	source  *Source
	key     string
	version string // its version, empty: the one that lies there
	etag    string
	size    int64
	at      int64 // read so far
	reader  io.ReadCloser
	breaks  int // one after another, without a byte between them
}

// breaksInARow is how often in a row a connection may break.
const breaksInARow = 5

func openObject(ctx context.Context, s *Source, key, version, etag string, size int64) (io.ReadCloser, error) {
	b := &body{ctx: ctx, source: s, key: key, version: version, etag: etag, size: size}
	if err := b.open(); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *body) open() error {
	ask := s3.GetObjectInput{Bucket: &b.source.Bucket, Key: &b.key, RequestPayer: b.source.payer()}
	if b.version != "" {
		ask.VersionId = &b.version
	}
	if b.etag != "" {
		ask.IfMatch = &b.etag
	}
	if b.at > 0 {
		ask.Range = aws.String(fmt.Sprintf("bytes=%d-", b.at))
	}
	got, err := b.source.Client.GetObject(b.ctx, &ask)
	if err != nil {
		return explained("the object", b.source.unpaid(), err)
	}
	if sent := aws.ToString(got.ContentRange); b.at > 0 && !strings.HasPrefix(sent, fmt.Sprintf("bytes %d-", b.at)) {
		return errors.Join(fmt.Errorf("reading the object: asked for what follows byte %d, S3 sent another part (%q); run again", b.at, sent), got.Body.Close())
	}
	b.reader = got.Body
	if b.etag == "" {
		b.etag = aws.ToString(got.ETag) // of which the rest is, if it breaks
	}
	return nil
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	for {
		n, err := b.reader.Read(p)
		b.at += int64(n)
		switch {
		case n > 0:
			b.breaks = 0
			return n, nil // an error comes again
		case err == nil:
			return 0, nil
		case errors.Is(err, io.EOF) && b.at >= b.size:
			return 0, io.EOF
		}
		if b.breaks++; b.breaks > breaksInARow {
			return 0, fmt.Errorf("reading the object: the connection broke %d times at byte %d of %d: %w", b.breaks, b.at, b.size, err)
		}
		if err := b.again(); err != nil {
			return 0, err
		}
	}
}

// again goes on after a broken connection, a little later each time.
func (b *body) again() error {
	b.reader.Close() // it is broken anyhow
	time.Sleep(50 * time.Millisecond << b.breaks)
	return b.open()
}

// Close implements [io.Closer].
func (b *body) Close() error { return b.reader.Close() }

// explained says what S3 refused, and what to do about it; forbidden is what may help besides where nothing is allowed.
func explained(what, forbidden string, err error) error {
	var response *smithyhttp.ResponseError
	var api smithy.APIError
	code := ""
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	status := 0
	if errors.As(err, &response) {
		status = response.HTTPStatusCode()
	}
	next := ""
	switch passing := stepAnyhow(err); {
	case status == http.StatusPreconditionFailed:
		return fmt.Errorf("reading %s: it was replaced since it was listed; run again", what)
	case code == "NoSuchKey" || code == "NotFound":
		return fmt.Errorf("reading %s: %w", what, pipeline.ErrGone)
	case passing != "":
		next = "; " + passing
	case code == "NoSuchBucket":
		next = "; the bucket does not exist"
	case code == "InvalidObjectState":
		next = "; it was moved to an archive: restore it from there"
	case stepOfKey(err) != "":
		next = "; " + stepOfKey(err)
	case isElsewhere(err):
		next = "; the bucket is in another Region, which S3 does not tell: name it in AWS_REGION"
	case status == http.StatusForbidden:
		next = "; give this identity s3:ListBucket and s3:GetObject there, and kms:Decrypt if the bucket is encrypted with a key" + forbidden
	}
	return fmt.Errorf("reading %s%s: %w", what, next, awserr.Unanswered(err))
}

// stepAnyhow is what to do about a refusal that has nothing to do with what was asked, "" about others.
func stepAnyhow(err error) string {
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && api.ErrorCode() == "RequestTimeTooSkewed":
		return "set the clock of this machine"
	case statusOf(err) == http.StatusServiceUnavailable, errors.As(err, &api) && api.ErrorCode() == throttledKey:
		return "S3 is asked for too much, by this or by others: run again later"
	}
	return ""
}
