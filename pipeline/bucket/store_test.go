package bucket_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

func openStore(t *testing.T, url string) (*s3test.Server, *bucket.Store) {
	t.Helper()
	server := s3test.New(t)
	for _, setting := range server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	store, err := bucket.OpenStore(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return server, store
}

func put(ctx context.Context, store *bucket.Store, name, content string) error {
	return store.Put(ctx, name, strings.NewReader(content), int64(len(content)))
}

// TestStoreNeverReplaces: what is there stays, and that is no error.
func TestStoreNeverReplaces(t *testing.T) {
	for url, prefix := range map[string]string{"s3://lake": "", "s3://lake/": "", "s3://lake/a": "a/", "s3://lake/a/b//": "a/b/"} {
		server, store := openStore(t, url)
		for _, content := range []string{"first", "second", ""} {
			if err := put(t.Context(), store, "events/x", content); err != nil {
				t.Errorf("%s: %v", url, err)
			}
		}
		if got := string(server.Objects("lake", prefix+"events/")["x"]); got != "first" {
			t.Errorf("%s: the bucket has %v", url, server.Objects("lake", ""))
		}
		found := ""
		err := store.List(t.Context(), "events/", func(name string, o pipeline.Object) error {
			found += name + " " + o.Name
			return nil
		})
		if want := "events/x s3://lake/" + prefix + "events/x"; err != nil || found != want {
			t.Errorf("%s: listed %q, want %q, %v", url, found, want, err)
		}
		if err := store.List(t.Context(), "iam/", func(string, pipeline.Object) error { return nil }); err != nil {
			t.Errorf("%s: a table that is not there: %v", url, err)
		}
	}
}

// TestStoreWaitsForOthers puts again when another put of the same name was going on, and says
// what else is refused, and why.
func TestStoreWaitsForOthers(t *testing.T) {
	server, store := openStore(t, "s3://lake/a")
	conflicts := 0
	server.Refuse(func(c s3test.Call) int {
		if conflicts++; conflicts < 3 {
			return http.StatusConflict
		}
		return 0
	})
	if err := put(t.Context(), store, "x", "content"); err != nil || string(server.Objects("lake", "a/")["x"]) != "content" {
		t.Errorf("after conflicts: %v, the bucket has %v", err, server.Objects("lake", ""))
	}
	for status, want := range map[int]string{
		http.StatusForbidden: "give this identity s3:PutObject", http.StatusNotImplemented: "does not know If-None-Match", http.StatusConflict: "ConditionalRequestConflict",
	} {
		server.Refuse(func(s3test.Call) int { return status })
		if err := put(t.Context(), store, "y", "content"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("status %d: %v, want %q", status, err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := put(ctx, store, "z", "content"); err == nil {
		t.Error("a put after the end")
	}
}

// lostAnswers is a client to which the answer to every put is lost, so that it is made again.
type lostAnswers struct{ bucket.LakeClient }

func (c lostAnswers) PutObject(ctx context.Context, in *s3.PutObjectInput, options ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	if _, err := c.LakeClient.PutObject(ctx, in, options...); err != nil {
		return nil, err
	}
	if _, err := in.Body.(io.Seeker).Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return c.LakeClient.PutObject(ctx, in, options...)
}

// TestStoreClaims a name once, and tells its own object from that of another.
func TestStoreClaims(t *testing.T) {
	_, store := openStore(t, "s3://lake/a")
	lost := &bucket.Store{Client: lostAnswers{store.Client}, Bucket: store.Bucket, Prefix: store.Prefix}
	for i, c := range []struct {
		store         *bucket.Store
		name, content string
		want          bool
	}{
		{store, "x", "mine", true}, {store, "x", "other", false}, {store, "x", "mine and more", false}, {store, "x", "min", false},
		{lost, "y", "mine", true}, {lost, "y", "other", false},
	} {
		if got, err := c.store.Claim(t.Context(), c.name, []byte(c.content)); got != c.want || err != nil {
			t.Errorf("%d: %v, want %v, %v", i, got, c.want, err)
		}
	}
}

// TestLakePlaces that are none.
func TestLakePlaces(t *testing.T) {
	for _, url := range []string{"s3://", "s3://B!/x", "s3://ab/x"} {
		if _, err := bucket.OpenStore(t.Context(), url); err == nil || !strings.HasPrefix(err.Error(), "opening lake ") || !strings.Contains(err.Error(), "is no name of a bucket") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestStoreReplaces an object where it is still what was read, and nothing else.
func TestStoreReplaces(t *testing.T) {
	server, store := openStore(t, "s3://lake/a")
	replace := func(content, tag string) (string, bool) {
		t.Helper()
		newTag, took, err := store.Replace(t.Context(), "memory/x", []byte(content), tag)
		if err != nil {
			t.Fatal(err)
		}
		return newTag, took
	}
	if _, _, err := store.Read(t.Context(), "memory/x", 10); !errors.Is(err, pipeline.ErrGone) {
		t.Errorf("where there is none: %v", err)
	}
	first, took := replace("first", "")
	if _, again := replace("other", ""); !took || again {
		t.Errorf("where there is none %v, then %v", took, again)
	}
	content, tag, err := store.Read(t.Context(), "memory/x", 10)
	if err != nil || string(content) != "first" || tag != first {
		t.Errorf("read %q with tag %s, want %s, %v", content, tag, first, err)
	}
	second, took := replace("second", tag)
	if _, again := replace("third", tag); !took || again {
		t.Errorf("where it is what was read %v, then %v", took, again)
	}
	if _, _, err := store.Read(t.Context(), "memory/x", 5); err == nil || !strings.Contains(err.Error(), "longer than 5 bytes") {
		t.Errorf("too long: %v", err)
	}
	server.Remove("lake", "a/memory/x")
	if _, took := replace("third", second); took {
		t.Error("one that was removed was replaced")
	}
	server.Refuse(func(s3test.Call) int { return http.StatusForbidden })
	if _, _, err := store.Replace(t.Context(), "memory/x", nil, ""); err == nil || !strings.Contains(err.Error(), "s3:PutObject") {
		t.Errorf("refused: %v", err)
	}
}
