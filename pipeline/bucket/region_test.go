package bucket_test

import (
	"io"
	"strings"
	"testing"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// TestBucketInAnotherRegion lists, reads and writes buckets whose Region S3 tells only to who asks
// in the wrong one, and says what to do where it does not tell it.
func TestBucketInAnotherRegion(t *testing.T) {
	for _, how := range []s3test.Telling{s3test.ByHeader, s3test.ByText} {
		server, _ := openStore(t, "s3://lake/a")
		server.Put("trails", "AWSLogs/a.json", []byte("content"))
		server.Locate("trails", "ap-south-2", how)
		server.Locate("lake", "me-south-1", how)
		client, err := bucket.Connect(t.Context(), "trails")
		if err != nil {
			t.Fatal(err)
		}
		before := len(server.Calls())
		source := &bucket.Source{Client: client, Bucket: "trails"}
		var found []pipeline.Object
		err = source.List(t.Context(), func(o pipeline.Object) error { found = append(found, o); return nil })
		if err != nil || len(found) != 1 || contentOf(t, found[0]) != "content" {
			t.Fatalf("%v: found %v, %v", how, found, err)
		}
		if o, err := source.Object(t.Context(), "AWSLogs/a.json", ""); err != nil || contentOf(t, o) != "content" {
			t.Errorf("%v: %v", how, err)
		}
		if n := len(server.Calls()) - before; n != 2+1+1+2 { // two folders, one of them twice, and the object
			t.Errorf("%v: asked %d times", how, n)
		}
		fresh, err := bucket.Connect(t.Context(), "trails")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (&bucket.Source{Client: fresh, Bucket: "trails"}).Object(t.Context(), "AWSLogs/a.json", ""); err != nil {
			t.Errorf("%v: the first of all requests has no text in its answer: %v", how, err)
		}
		store, err := bucket.OpenStore(t.Context(), "s3://lake/a")
		if err != nil {
			t.Fatal(err)
		}
		if err := put(t.Context(), store, "x", "content"); err != nil || string(server.Objects("lake", "a/")["x"]) != "content" {
			t.Errorf("%v: %v, the lake has %v", how, err, server.Objects("lake", ""))
		}
	}
	server, store := openStore(t, "s3://lake/a")
	server.Locate("lake", "me-south-1", s3test.NotAtAll)
	const want = "the bucket is in another Region, which S3 does not tell: name it in AWS_REGION"
	if err := put(t.Context(), store, "x", "content"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v", err)
	}
	if err := store.List(t.Context(), "events/", nil); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v", err)
	}
}

func contentOf(t *testing.T, o pipeline.Object) string {
	t.Helper()
	body, err := o.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
