package bucket_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// busy answers every request in the same way, and notes when, by the clock of a test.
type busy struct {
	answer func() *http.Response
	mu     sync.Mutex
	asked  []time.Time
}

// Do implements [aws.HTTPClient].
func (b *busy) Do(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, time.Now())
	out := b.answer()
	out.Request, out.Header = r, http.Header{}
	return out, nil
}

// TestEightAttempts: what S3 refuses to all who ask, and what it never brings to its end, is asked for eight times
// by itself, with pauses between that have room to grow; what it refuses to one who asks is asked for once.
func TestEightAttempts(t *testing.T) {
	body := func(text string, end error) io.ReadCloser {
		return io.NopCloser(io.MultiReader(strings.NewReader(text), failingReader{end}))
	}
	for what, c := range map[string]struct {
		answer   func() *http.Response
		attempts int
	}{
		"asked for too much": {func() *http.Response {
			return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: body("<Error><Code>SlowDown</Code></Error>", io.EOF)}
		}, 8},
		"cut short": {func() *http.Response {
			return &http.Response{StatusCode: http.StatusOK, Body: body("<ListBucketResult><Contents><Key>a</Key></Contents>", io.ErrUnexpectedEOF)}
		}, 8},
		"forbidden": {func() *http.Response {
			return &http.Response{StatusCode: http.StatusForbidden, Body: body("<Error><Code>AccessDenied</Code></Error>", io.EOF)}
		}, 1},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &busy{answer: c.answer}
				client := s3.New(s3.Options{Region: "eu-west-1", Retryer: bucket.Patient(), HTTPClient: server, Credentials: aws.AnonymousCredentials{}})
				err := (&bucket.Source{Client: client, Bucket: "trails", Prefix: "a/"}).List(t.Context(), func(pipeline.Object) error { return nil })
				if err == nil || len(server.asked) != c.attempts {
					t.Fatalf("asked %d times, want %d: %v", len(server.asked), c.attempts, err)
				}
				for n := range server.asked[1:] {
					if pause := server.asked[n+1].Sub(server.asked[n]); pause <= 0 || pause > min(time.Second<<n, 20*time.Second) {
						t.Errorf("pause %d is of %v", n, pause)
					}
				}
			})
		})
	}
}

// failingReader ends with an error.
type failingReader struct{ error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.error }

// stuck is a bucket of which every connection breaks at the same byte.
type stuck struct {
	*store
	at    int
	asked []time.Time
}

func (b *stuck) GetObject(ctx context.Context, in *s3.GetObjectInput, o ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	b.asked = append(b.asked, time.Now())
	if b.breaks = b.at; in.Range != nil {
		b.breaks = 0
		out, err := b.store.GetObject(ctx, in, o...)
		if err == nil {
			out.Body = io.NopCloser(brokenReader{})
		}
		return out, err
	}
	return b.store.GetObject(ctx, in, o...)
}

// TestConnectionThatAlwaysBreaks at the same byte is made five times more, each time after twice as long.
func TestConnectionThatAlwaysBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &stuck{store: organisationBucket(), at: 200}
		var body io.ReadCloser
		err := (&bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/AWSLogs/o-1/111111111111/CloudTrail/eu-west-1/2026/06/30/"}).List(t.Context(), func(o pipeline.Object) (err error) {
			body, err = o.Open()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.asked = b.asked[len(b.asked)-1:] // of the last object
		text, err := io.ReadAll(body)
		if len(text) != 200 || err == nil || !strings.Contains(err.Error(), "the connection broke 6 times at byte 200 of ") {
			t.Errorf("read %d bytes, %v", len(text), err)
		}
		var pauses []time.Duration
		for n := range b.asked[1:] {
			pauses = append(pauses, b.asked[n+1].Sub(b.asked[n])/time.Millisecond)
		}
		if want := []time.Duration{100, 200, 400, 800, 1600}; !slices.Equal(pauses, want) {
			t.Errorf("pauses of %d ms, want %d", pauses, want)
		}
	})
}
