package bucket_test

import (
	"cmp"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// store is a bucket as its client sees it. Lists have pages of three.
type store struct {
	objects map[string]string
	// breaks is after how many bytes a connection breaks, and refuses which objects
	// nobody may read.
	breaks  int
	shift   int // how far from what was asked the rest of an object begins
	refuses map[string]bool
	// statuses are of answers in the place of objects.
	statuses map[string]int
	// keys are codes of errors about the key that an object is encrypted with.
	keys map[string]string
	// replaced are objects that change when they were listed.
	replaced map[string]bool

	// interrupt is called at that request for an object.
	interrupts int
	interrupt  func()

	mu     sync.Mutex
	listed []string // prefixes
	got    int      // requests for objects
	ranges int      // of them for the rest of one
}

var lastChange = time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC)

func (b *store) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	prefix, after := aws.ToString(in.Prefix), cmp.Or(aws.ToString(in.ContinuationToken), aws.ToString(in.StartAfter))
	b.mu.Lock()
	b.listed = append(b.listed, prefix)
	b.mu.Unlock()
	out := &s3.ListObjectsV2Output{}
	keys := make([]string, 0, len(b.objects))
	for key := range b.objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	last := ""
	for _, key := range keys {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		entry := key
		if in.Delimiter != nil {
			if folder, _, below := strings.Cut(rest, "/"); below {
				entry = prefix + folder + "/"
			}
		}
		if entry == last || entry <= after {
			continue
		}
		if len(out.Contents)+len(out.CommonPrefixes) == 3 {
			out.IsTruncated, out.NextContinuationToken = aws.Bool(true), &last
			return out, nil
		}
		last = entry
		if entry != key || strings.HasSuffix(entry, "/") && in.Delimiter != nil && entry != prefix {
			out.CommonPrefixes = append(out.CommonPrefixes, types.CommonPrefix{Prefix: aws.String(entry)})
			continue
		}
		out.Contents = append(out.Contents, types.Object{Key: aws.String(key), Size: aws.Int64(int64(len(b.objects[key]))), LastModified: &lastChange, ETag: aws.String(etag(b.objects[key]))})
	}
	return out, nil
}

func etag(content string) string { return fmt.Sprintf("%x", md5.Sum([]byte(content))) }

func (b *store) HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return nil, answered(http.StatusNotImplemented) // lists tell all
}

func (b *store) GetObject(ctx context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	key := aws.ToString(in.Key)
	content := b.objects[key]
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got++
	if b.got == b.interrupts {
		b.interrupt()
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case b.keys[key] != "":
		return nil, &smithy.OperationError{ServiceID: "S3", OperationName: "GetObject", Err: &smithy.GenericAPIError{Code: b.keys[key], Message: "the key says why"}}
	case b.statuses[key] != 0:
		return nil, answered(b.statuses[key])
	case b.refuses[key]:
		return nil, answered(http.StatusForbidden)
	case b.replaced[key] || aws.ToString(in.IfMatch) != etag(content):
		return nil, answered(http.StatusPreconditionFailed)
	}
	out := &s3.GetObjectOutput{}
	if in.Range != nil {
		b.ranges++
		from, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(*in.Range, "bytes="), "-"))
		if err != nil {
			return nil, err
		}
		content = content[from:]
		out.ContentRange = aws.String(fmt.Sprintf("bytes %d-%d/%d", from+b.shift, len(b.objects[key])-1, len(b.objects[key])))
	}
	body := io.Reader(strings.NewReader(content))
	if b.breaks > 0 && len(content) > b.breaks {
		body = io.MultiReader(strings.NewReader(content[:b.breaks]), brokenReader{})
	}
	out.Body = io.NopCloser(body)
	return out, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func answered(status int) error {
	return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: errors.New("the answer says why")}
}

// organisationBucket has the log files of two accounts over three months, and others.
func organisationBucket() *store {
	b := &store{objects: map[string]string{"logs/AWSLogs/o-1/": "", "elsewhere/x.json": "{}", "logs/AWSLogs/notes/a%2fb.json": `{"Records":[]}`}}
	id := 0
	for _, account := range []string{"111111111111", "222222222222"} {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			for _, day := range []string{"2026/06/30", "2026/07/01", "2026/07/31", "2026/08/01", "2026/08/03"} {
				for n := range 4 {
					id++
					b.objects[fmt.Sprintf("logs/AWSLogs/o-1/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%sT%02d00Z_x.json", account, region, day, account, region, strings.ReplaceAll(day, "/", ""), n)] = logFile(id)
				}
			}
		}
	}
	return b
}

func listS3(t *testing.T, source *bucket.Source) (names []string) {
	t.Helper()
	err := source.List(t.Context(), func(o pipeline.Object) error { names = append(names, o.Name); return nil })
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func TestS3ListsEveryObjectOnce(t *testing.T) {
	b := organisationBucket()
	want := []string{}
	for key := range b.objects {
		if strings.HasPrefix(key, "logs/") && !strings.HasSuffix(key, "/") {
			want = append(want, "s3://trails/"+strings.ReplaceAll(key, "%", "%25"))
		}
	}
	slices.Sort(want)
	for _, prefix := range []string{"logs/", "logs", "lo", "logs/AWSLogs"} {
		if got := listS3(t, &bucket.Source{Client: b, Bucket: "trails", Prefix: prefix}); !slices.Equal(got, want) || len(got) != 81 {
			t.Errorf("below %q: %d objects, want %d", prefix, len(got), len(want))
		}
	}
	if err := (&bucket.Source{Client: b, Bucket: "trails", Prefix: "nothing/"}).List(t.Context(), nil); !errors.Is(err, bucket.ErrNoObjects) || !strings.Contains(err.Error(), `"s3://trails/nothing/"`) {
		t.Errorf("below no prefix of a key: %v", err)
	}
}

// TestS3ListsTheDaysThatAreAskedFor: of months that are not, nothing is listed.
func TestS3ListsTheDaysThatAreAskedFor(t *testing.T) {
	b := organisationBucket()
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	for _, ask := range []struct {
		since, until time.Time
		want         int
	}{
		{time.Time{}, time.Time{}, 81}, {day(7, 1), time.Time{}, 65}, {day(7, 2), day(8, 1), 49}, {day(8, 2), time.Time{}, 17},
		{time.Time{}, day(7, 1), 33}, {time.Time{}, day(7, 2), 49}, {day(7, 1), day(7, 2), 33}, // of 1 July, log files may come until 31 July
		{day(7, 1), day(7, 3), 49}, {day(7, 1), day(7, 5), 65}, {time.Time{}, day(6, 1), 17}, {time.Time{}, day(5, 30), 1},
	} {
		b.listed = nil
		got := listS3(t, &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/", Since: ask.since, Until: ask.until})
		if len(got) != ask.want {
			t.Errorf("from %v to %v: %d objects, want %d", ask.since, ask.until, len(got), ask.want)
		}
		if july := slices.ContainsFunc(b.listed, func(p string) bool { return strings.HasSuffix(p, "/2026/06/") }); july != (ask.since.IsZero()) {
			t.Errorf("from %v: June is listed: %v", ask.since, july)
		}
	}
}

// TestS3GivesTheSameRows ingests a bucket whose connections break all the time, and the
// same files from a folder.
func TestS3GivesTheSameRows(t *testing.T) {
	b := organisationBucket()
	logs := t.TempDir()
	for key, content := range b.objects {
		if strings.HasPrefix(key, "logs/") && !strings.HasSuffix(key, "/") {
			path := filepath.Join(logs, filepath.FromSlash(key))
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	fromFolder := t.TempDir() + "/lake"
	ingestFrom(t, fromFolder, pipeline.Files{Path: logs})
	b.breaks = 200
	fromBucket := t.TempDir() + "/lake"
	source := &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/"}
	for round, want := range []string{"objects 81 = ingested 81", "objects 81 = ingested 0 + already 81"} {
		if got := ingestFrom(t, fromBucket, source).String(); !strings.Contains(got, want) {
			t.Errorf("round %d: %s", round, got)
		}
	}
	if got, want := rows(t, fromBucket), rows(t, fromFolder); !slices.Equal(got, want) || len(got) != 80 {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	if b.ranges < 80 || b.got != 81+b.ranges {
		t.Errorf("%d requests, %d of them for the rest of an object", b.got, b.ranges)
	}
}

// TestS3BadObjects: what cannot be read is named, with the next step, and read next time.
func TestS3BadObjects(t *testing.T) {
	b := organisationBucket()
	keys := make([]string, 0, len(b.objects))
	for key := range b.objects {
		if strings.Contains(key, "/CloudTrail/") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	b.refuses, b.replaced = map[string]bool{keys[0]: true}, map[string]bool{keys[1]: true}
	b.keys = map[string]string{keys[2]: "KMS.DisabledException"}
	lake := t.TempDir() + "/lake"
	source := &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/"}
	s := ingestFrom(t, lake, source)
	if s.Objects.Quarantined != 3 || s.Objects.Ingested != 78 {
		t.Errorf("%s", s)
	}
	slices.SortFunc(s.Quarantine, func(a, b pipeline.Quarantined) int { return cmp.Compare(a.Object, b.Object) })
	for i, want := range []string{"kms:Decrypt if the bucket is encrypted with a key", "it was replaced since it was listed; run again", "the key that it is encrypted with is disabled, being deleted or gone"} {
		if i >= len(s.Quarantine) || s.Quarantine[i].Object != "s3://trails/"+keys[i] || !strings.Contains(s.Quarantine[i].Detail, want) {
			t.Errorf("%+v, want %q", s.Quarantine, want)
		}
	}
	b.refuses, b.replaced, b.keys = nil, nil, nil
	if s := ingestFrom(t, lake, source); s.Objects.Ingested != 3 {
		t.Errorf("the second time: %s", s)
	}
}

// TestS3InterruptedWhileReading: what is being read at that moment is read to its end, and
// nothing is taken for what cannot be read.
func TestS3InterruptedWhileReading(t *testing.T) {
	for _, at := range []int{1, 70} { // the first is waited for; of the others some 64 are fetched ahead
		b := organisationBucket()
		ctx, cancel := context.WithCancel(t.Context())
		b.interrupts, b.interrupt = at, cancel
		dir := t.TempDir() + "/lake"
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		source := &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/"}
		s, err := pipeline.Ingest(ctx, lake, []pipeline.Source{source}, pipeline.Options{Workers: 2})
		if !errors.Is(err, pipeline.ErrInterrupted) || s.Objects.Quarantined != 0 || s.Objects.Ingested == 0 || s.Objects.Ingested == 81 {
			t.Errorf("request %d: %v\n%s\n%+v", at, err, s, s.Quarantine)
		}
		if err := lake.Close(); err != nil {
			t.Fatal(err)
		}
		first := s.Objects.Ingested
		b.got = 0
		if s := ingestFrom(t, dir, source); s.Objects.Ingested != 81-first || s.Objects.Quarantined != 0 || b.got != int(81-first) {
			t.Errorf("request %d: the run after it asked for %d objects: %s", at, b.got, s)
		}
	}
}

// TestS3Interrupted: a run that is stopped ends, with nothing waiting.
func TestS3Interrupted(t *testing.T) {
	b := organisationBucket()
	ctx, cancel := context.WithCancel(t.Context())
	err := (&bucket.Source{Client: b, Bucket: "trails", Prefix: ""}).List(ctx, func(pipeline.Object) error { cancel(); return ctx.Err() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("listing on: %v", err)
	}
}

func ingestFrom(t *testing.T, dir string, source pipeline.Source) *pipeline.Summary {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	s, err := pipeline.Ingest(t.Context(), lake, []pipeline.Source{source}, pipeline.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// logFile is a log file of one event.
func logFile(id int) string {
	return fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE111:s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE111","arn":"arn:aws:iam::111111111111:role/team/r"}}},"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","eventID":"00000000-0000-0000-0000-%012d","recipientAccountId":"111111111111"}]}`, id)
}

// rows are the events of a lake, without the names of their objects, in order.
func rows(t *testing.T, dir string) (texts []string) {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files("events")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		of, _, err := parquet.ReadRows(f.Path, parquet.EventsSchema)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range of {
			row[parquet.ColSourceObject] = nil
			texts = append(texts, fmt.Sprintf("%#v", row))
		}
	}
	slices.Sort(texts)
	return texts
}
