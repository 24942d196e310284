package bucket_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// TestListsBreak: of a list of many pages that breaks again and again, each page is asked for again alone, and
// every object is listed once.
func TestListsBreak(t *testing.T) {
	beImpatient(t)
	server, _ := openStore(t, "s3://lake/a")
	const folder, objects, pages = "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/07/", 5500, 6
	for n := range objects {
		server.Put("trails", fmt.Sprintf("%s%02d/%05d.json", folder, 1+n/200, n), nil)
	}
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	breaks := []s3test.Breaking{s3test.Not, s3test.Cut, s3test.Not, s3test.Cut, s3test.Cut, s3test.Cut, s3test.Not, s3test.Silent, s3test.Not, s3test.Not, s3test.Cut}
	var mu sync.Mutex
	answers, broken := 0, 0
	server.BreakAnswers(func(c s3test.Call) s3test.Break {
		mu.Lock()
		defer mu.Unlock()
		if answers++; answers > len(breaks) || breaks[answers-1] == s3test.Not {
			return s3test.Break{}
		}
		broken++
		return s3test.Break{How: breaks[answers-1], After: 20_000 * broken}
	})
	names := listS3(t, &bucket.Source{Client: client, Bucket: "trails", Prefix: folder})
	if len(names) != objects || len(slices.Compact(names)) != objects {
		t.Errorf("%d names of %d objects", len(names), objects)
	}
	if broken != 6 || answers != pages+broken {
		t.Errorf("%d lists were asked for, of which %d broke; there are %d pages", answers, broken, pages)
	}
}

// TestListThatDoesNotComeToItsEnd is no list: what is on a page that never comes may be anything.
func TestListThatDoesNotComeToItsEnd(t *testing.T) {
	for name, answer := range map[string]func(in *s3.ListObjectsV2Input, out *s3.ListObjectsV2Output) error{
		"there is more, and no way to ask for it": func(_ *s3.ListObjectsV2Input, out *s3.ListObjectsV2Output) error {
			out.NextContinuationToken = nil
			return nil
		},
		"the same page for ever": func(in *s3.ListObjectsV2Input, out *s3.ListObjectsV2Output) error {
			if in.ContinuationToken != nil {
				out.IsTruncated, out.NextContinuationToken = aws.Bool(true), in.ContinuationToken
			}
			return nil
		},
		"the second page is refused": func(in *s3.ListObjectsV2Input, _ *s3.ListObjectsV2Output) error {
			if in.ContinuationToken != nil {
				return answered(http.StatusServiceUnavailable)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			source := &bucket.Source{Client: oddLists{organisationBucket(), answer}, Bucket: "trails", Prefix: "logs/"}
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
			defer stop()
			err := source.List(ctx, func(pipeline.Object) error { return nil })
			if err == nil || !strings.Contains(err.Error(), `reading folder "logs/`) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// TestFoldersThatCannotBeListed keep none of the others from being listed, and read: they are named, and read when
// they can be. Where all fail, there is an end.
func TestFoldersThatCannotBeListed(t *testing.T) {
	b := organisationBucket()
	for d := range 200 {
		b.objects[fmt.Sprintf("many/CloudTrail/eu-west-1/%04d/01/01/x.json", 2000+d)] = logFile(1000 + d)
	}
	denied := "none"
	refusing := oddLists{b, func(in *s3.ListObjectsV2Input, _ *s3.ListObjectsV2Output) error {
		if strings.Contains(aws.ToString(in.Prefix), denied) {
			return answered(http.StatusForbidden)
		}
		return nil
	}}
	for _, c := range []struct {
		denied  string
		objects int
		want    []string
	}{
		{"222222222222/CloudTrail/eu-west-1/2026/07/", 81 - 8, []string{`reading folder "logs/AWSLogs/o-1/222222222222/CloudTrail/eu-west-1/2026/07/"`, "s3:ListBucket", "what could be listed was read"}},
		{"/111111111111/", 81 - 40, []string{`reading folder "logs/AWSLogs/o-1/111111111111/"`}},
		{"/2026/07/", 81 - 4*8, []string{"4 folders, of which the first: reading folder"}},
	} {
		denied = c.denied
		lake, source := t.TempDir()+"/lake", &bucket.Source{Client: refusing, Bucket: "trails", Prefix: "logs/"}
		s, err := ingestAll(t, lake, source)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("without %s: the error is %v, want %q", c.denied, err, want)
			}
		}
		if s.Objects.Ingested != int64(c.objects) || s.Objects.Quarantined != 0 {
			t.Errorf("without %s, want %d objects: %s", c.denied, c.objects, s)
		}
		denied = "none"
		if s, err := ingestAll(t, lake, source); err != nil || s.Objects.Ingested != int64(81-c.objects) {
			t.Errorf("with %s again: %v\n%s", c.denied, err, s)
		}
	}
	denied, b.listed = "/01/", nil
	err := (&bucket.Source{Client: refusing, Bucket: "trails", Prefix: "many/"}).List(t.Context(), func(pipeline.Object) error { return nil })
	refused := 0
	for _, prefix := range b.listed {
		if strings.Contains(prefix, denied) {
			refused++
		}
	}
	if err == nil || refused < 16 || refused > 2*16 {
		t.Errorf("%d folders were tried of 200 that cannot be listed: %v", refused, err)
	}
}

// TestSourceThatCannotBeListed keeps no other from being read, into a lake on S3 neither.
func TestSourceThatCannotBeListed(t *testing.T) {
	b := organisationBucket()
	sources := []pipeline.Source{
		&bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/AWSLogs/o-1/111111111111/"},
		&bucket.Source{Client: b, Bucket: "trails", Prefix: "typo/"},
		&bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/AWSLogs/o-1/222222222222/"},
	}
	_, store := openStore(t, "s3://lake/a")
	for where, ingest := range map[string]func() (*pipeline.Summary, error){
		"a folder": func() (*pipeline.Summary, error) { return ingestAll(t, t.TempDir()+"/lake", sources...) },
		"S3": func() (*pipeline.Summary, error) {
			return pipeline.IngestRemote(t.Context(), store, sources, pipeline.Options{})
		},
	} {
		s, err := ingest()
		if s.Objects.Ingested != 80 || !errors.Is(err, bucket.ErrNoObjects) || !strings.Contains(err.Error(), `"s3://trails/typo/"`) || !strings.Contains(err.Error(), "what could be listed was read") {
			t.Errorf("into %s: %v\n%s", where, err, s)
		}
	}
	if _, err := ingestAll(t, t.TempDir()+"/lake", sources[1]); !errors.Is(err, bucket.ErrNoObjects) || strings.Contains(err.Error(), "was read") {
		t.Errorf("where there is nothing else: %v", err)
	}
}

// ingestAll ingests all that can be.
func ingestAll(t *testing.T, dir string, sources ...pipeline.Source) (*pipeline.Summary, error) {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := pipeline.Ingest(t.Context(), lake, sources, pipeline.Options{Workers: 2})
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	if interrupted, err := interruptedIn(dir); err != nil || interrupted {
		t.Errorf("the run is said to have been interrupted: %v, %v", interrupted, err)
	}
	return s, err
}

// interruptedIn reports whether a lake has a run that did not come to its end.
func interruptedIn(dir string) (bool, error) {
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		return false, err
	}
	interrupted, err := lake.Ledger().Interrupted()
	return interrupted, errors.Join(err, lake.Close())
}

// oddLists is a bucket of whose lists something is changed.
type oddLists struct {
	*store
	change func(*s3.ListObjectsV2Input, *s3.ListObjectsV2Output) error
}

func (b oddLists) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, o ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	out, err := b.store.ListObjectsV2(ctx, in, o...)
	if err == nil {
		err = b.change(in, out)
	}
	return out, err
}

// TestNewestAreAllThereAre: since whatever day, the newest of a Region in one go are the objects of the days that
// are asked for and those of no day, as they are folder by folder; whatever lies above the Regions.
func TestNewestAreAllThereAre(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	first := time.Date(2024, 11, 20, 0, 0, 0, 0, time.UTC)
	for range 60 {
		b := &store{objects: map[string]string{}}
		day := map[string]time.Time{} // by key; none of a key that lies in no day
		for n := range 150 {
			at := first.AddDate(0, 0, random.IntN(90))
			key := pick("", "logs/", "CloudTrail-logs/", "CloudTrail/a-logs-1/", "CloudTrail/eu-west-1/") + "AWSLogs/" + pick("", "o-1/") +
				pick("011111111111", "111111111111", "999999999999") + "/" + pick("CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight") + "/" +
				pick("eu-west-1", "us-gov-east-1", "eusc-de-east-1") + "/"
			switch pick("day", "day", "day", "day", "day", "region", "above") {
			case "day":
				key += at.Format("2006/01/02/") + fmt.Sprint(n)
				day[key] = at
			case "region":
				key += fmt.Sprint("x", n)
			case "above":
				key = key[:strings.Index(key, "AWSLogs/")] + pick("AWSLogs/", "AWSLogs/111111111111/", "") + fmt.Sprint(n)
			}
			b.objects[key] = ""
		}
		since := first.AddDate(0, 0, random.IntN(92)-1)
		prefix := pick("", "", "logs/", "CloudTrail", "CloudTrail/", "AWSLogs/111111111111/CloudTrail/eu-west-1/", "AWSLogs/111111111111/CloudTrail/eu-west-1/2025/", "AWSLogs/111111111111/CloudTrail/eu-west-1/2025/0")
		want := []string{}
		for key := range b.objects {
			if at, ok := day[key]; strings.HasPrefix(key, prefix) && (!ok || !at.Before(since)) {
				want = append(want, "s3://trails/"+key)
			}
		}
		slices.Sort(want)
		for _, newest := range []bool{false, true} {
			got := []string{}
			source := &bucket.Source{Client: b, Bucket: "trails", Prefix: prefix, Since: since, Newest: newest}
			err := source.List(t.Context(), func(o pipeline.Object) error { got = append(got, o.Name); return nil })
			slices.Sort(got)
			if err != nil && !errors.Is(err, bucket.ErrNoObjects) || !slices.Equal(got, want) {
				t.Fatalf("seed %d: below %q since %s, newest %v: %d objects, want %d, %v", seed, prefix, since.Format(time.DateOnly), newest, len(got), len(want), err)
			}
		}
	}
}

// TestFewRequestsForTheNewest: of a month, only what comes after the day that is asked for; of a Region, no
// years and months.
func TestFewRequestsForTheNewest(t *testing.T) {
	b := &store{objects: map[string]string{}}
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		for d := time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2027; d = d.AddDate(0, 0, 1) {
			for n := range 3 { // of which a page has room
				b.objects["AWSLogs/111111111111/CloudTrail/"+region+d.Format("/2006/01/02/")+fmt.Sprint(n)] = ""
			}
		}
	}
	for _, ask := range []struct {
		newest   bool
		requests int
	}{
		// AWSLogs, the account, the family; of each Region its years, four pages of months, and six of its last month
		{false, 3 + 2*(1+4+6)},
		{true, 3 + 2*6},
	} {
		b.listed = nil
		source := &bucket.Source{Client: b, Bucket: "trails", Prefix: "AWSLogs/", Since: time.Date(2026, 12, 26, 0, 0, 0, 0, time.UTC), Newest: ask.newest}
		if got := listS3(t, source); len(got) != 2*6*3 || len(b.listed) != ask.requests {
			t.Errorf("newest %v: %d objects by %d requests, want %d", ask.newest, len(got), len(b.listed), ask.requests)
		}
	}
}
