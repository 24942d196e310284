package bucket_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// paged is a bucket whose lists are whatever a function makes of the number of a page; nil is the last page.
type paged struct {
	bucket.Client
	page  func(n int) *s3.ListObjectsV2Output
	asked int
}

func (b *paged) ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	b.asked++
	if page := b.page(b.asked - 1); page != nil {
		page.IsTruncated = aws.Bool(true)
		return page, nil
	}
	return &s3.ListObjectsV2Output{}, nil
}

// pageOf is a page of one object, and how the next one is asked for.
func pageOf(key, next string) *s3.ListObjectsV2Output {
	return &s3.ListObjectsV2Output{NextContinuationToken: &next, Contents: []types.Object{{Key: &key, Size: aws.Int64(1), LastModified: &lastChange}}}
}

// TestListsInCircles end, however long the circle is and wherever it begins, by the way on that is told or by
// what is told, and the error names the folder and what the server does.
func TestListsInCircles(t *testing.T) {
	around := func(before, length, n int) int { return min(n, before+max(0, n-before)%length) }
	for name, c := range map[string]struct {
		page func(n int) *s3.ListObjectsV2Output
		want string
		most int // requests
	}{
		"two ways on that alternate":            {func(n int) *s3.ListObjectsV2Output { return pageOf(fmt.Sprint(n), []string{"A", "B"}[n%2]) }, "gave before", 6},
		"one way on":                            {func(int) *s3.ListObjectsV2Output { return pageOf("a", "A") }, "gave before", 3},
		"a long circle that begins late":        {func(n int) *s3.ListObjectsV2Output { return pageOf(fmt.Sprint(n), fmt.Sprint(around(300, 700, n))) }, "gave before", 300 + 4*700},
		"pages that come again under new names": {func(n int) *s3.ListObjectsV2Output { return pageOf(fmt.Sprint(around(5, 40, n)), fmt.Sprint(n)) }, "gave before", 5 + 4*40},
		"nothing on any page":                   {func(n int) *s3.ListObjectsV2Output { p := pageOf("", fmt.Sprint(n)); p.Contents = nil; return p }, "gives none", 1001},
		"no way on":                             {func(n int) *s3.ListObjectsV2Output { return pageOf("a", "") }, "not how to ask for them", 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := &paged{page: func(n int) *s3.ListObjectsV2Output {
				if n > 10_000 {
					return nil // the test must end
				}
				return c.page(n)
			}}
			err := (&bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/"}).List(t.Context(), func(pipeline.Object) error { return nil })
			if err == nil || !strings.Contains(err.Error(), `reading folder "logs/"`) || !strings.Contains(err.Error(), c.want) || b.asked > c.most {
				t.Errorf("after %d requests, of which %d would do: %v", b.asked, c.most, err)
			}
		})
	}
}

// TestLongLists that end are listed to their end: of many small pages, of folders, and with empty pages between.
func TestLongLists(t *testing.T) {
	const most = 20_000
	b := &paged{page: func(n int) *s3.ListObjectsV2Output {
		page := pageOf(fmt.Sprintf("logs/%06d", n), fmt.Sprint(n))
		switch {
		case n == most:
			return nil
		case n/500%4 == 3: // five hundred in a row
			page.Contents = nil
		case n%2 == 1:
			page.CommonPrefixes, page.Contents = []types.CommonPrefix{{Prefix: aws.String(fmt.Sprintf("x/CloudTrail/eu-west-1/1999/%06d/", n))}}, nil
		}
		return page
	}}
	found := map[string]bool{}
	source := &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/", Since: lastChange} // the folders are older, and left out
	err := source.List(t.Context(), func(o pipeline.Object) error { found[o.Name] = true; return nil })
	if want := most * 3 / 4 / 2; err != nil || len(found) != want || b.asked != most+1 {
		t.Errorf("%d objects by %d requests, want %d: %v", len(found), b.asked, want, err)
	}
}
