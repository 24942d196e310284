package notice_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/notice"
)

// slowStore is S3 of which every answer takes some time, more than there is for ten messages.
// Every key has a log file.
type slowStore struct {
	bucket.LakeClient
	rng *rand.Rand
	put map[string]bool
}

func (s *slowStore) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(s.rng.IntN(200)) * time.Millisecond):
		return nil
	}
}

func (s *slowStore) HeadObject(ctx context.Context, in *s3.HeadObjectInput, _ ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return &s3.HeadObjectOutput{ContentLength: aws.Int64(int64(len(logFile(1)))), ETag: in.Key, LastModified: &time.Time{}}, s.wait(ctx)
}

func (s *slowStore) GetObject(ctx context.Context, _ *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return &s3.GetObjectOutput{Body: io.NopCloser(strings.NewReader(logFile(1)))}, s.wait(ctx)
}

func (s *slowStore) PutObject(ctx context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	table, _, _ := strings.Cut(*in.Key, "/")
	if table == "coverage" {
		s.put[*in.Key] = true
	}
	return &s3.PutObjectOutput{}, nil
}

// ownProcess, in the environment, says that the process runs this test and no other.
const ownProcess = "ROLETRAIL_TEST_DEADLINES"

// TestDeadlines gives a thousand batches too little time, by a clock of the test's own: the
// handler always answers before the time is over, gives back the last messages, and what it
// does not give back is in the lake.
func TestDeadlines(t *testing.T) {
	if os.Getenv(ownProcess) == "" { // encoders that the process keeps must not pass from one clock to the other
		cmd := exec.Command(os.Args[0], "-test.run=^TestDeadlines$", "-test.v")
		cmd.Env = append(os.Environ(), ownProcess+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "answered in part") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	const runs, messages = 1000, 10
	store := &slowStore{rng: rand.New(rand.NewPCG(7, 7)), put: map[string]bool{}}
	h := &notice.Handler{
		New: func() (*notice.Taker, error) {
			connect := func(context.Context, string) (bucket.Client, error) { return store, nil }
			return notice.NewTaker(&bucket.Store{Client: store, Bucket: "lake"}, pipeline.Options{Limits: pipeline.DefaultLimits}, connect)
		},
		Log: slog.New(slog.DiscardHandler),
	}
	synctest.Test(t, func(t *testing.T) {
		part, none := 0, 0
		for run := range runs {
			var bodies []string
			for i := range messages {
				bodies = append(bodies, created(fmt.Sprintf("%d-%d.json", run, i)))
			}
			before := len(store.put)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(100+store.rng.IntN(2000))*time.Millisecond)
			ids := failed(ctx, t, h, batch(queue, bodies...))
			if ctx.Err() != nil {
				t.Fatalf("run %d: the answer came too late", run)
			}
			cancel()
			for i := range ids {
				if want := fmt.Sprintf("m%d", messages-len(ids)+i); ids[i] != want {
					t.Fatalf("run %d: given back %v: not the last ones", run, ids)
				}
			}
			switch got := len(store.put) - before; {
			case got < messages-len(ids):
				t.Fatalf("run %d: given back %v, but only %d are in the lake", run, ids, got)
			case len(ids) == messages:
				none++
			case len(ids) > 0:
				part++
			}
		}
		t.Logf("%d answered in part, %d gave back all", part, none)
		if part < runs/2 || none == 0 {
			t.Errorf("%d answered in part, %d gave back all", part, none)
		}
	})
	if n := len(store.put); n < runs {
		t.Errorf("%d objects were taken", n)
	}
}
