package bucket_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// TestClockThatGoesWrong while a program runs, forwards or back, hinders nothing of what it asks for then, whatever
// it asks for first; and neither does one that is set right again.
func TestClockThatGoesWrong(t *testing.T) {
	for _, ahead := range []time.Duration{3 * time.Hour, -3 * time.Hour} {
		for what, ask := range map[string]func(*bucket.Source, *bucket.Store) error{
			"list": func(s *bucket.Source, _ *bucket.Store) error {
				return s.List(t.Context(), func(pipeline.Object) error { return nil })
			},
			"head": func(s *bucket.Source, _ *bucket.Store) error {
				_, err := s.Object(t.Context(), "a.json", "")
				return err
			},
			"get": func(_ *bucket.Source, l *bucket.Store) error {
				_, _, err := l.Read(t.Context(), "a.json", 10)
				return err
			},
			"put":    func(_ *bucket.Source, l *bucket.Store) error { return put(t.Context(), l, "x", "content") },
			"delete": func(_ *bucket.Source, l *bucket.Store) error { return l.Delete(t.Context(), []string{"b"}) },
		} {
			t.Run(what+" "+ahead.String(), func(t *testing.T) {
				server, _ := openStore(t, "s3://lake/a")
				server.Put("trails", "a.json", []byte("content"))
				client, err := bucket.Connect(t.Context(), "trails")
				if err != nil {
					t.Fatal(err)
				}
				source, store := &bucket.Source{Client: client, Bucket: "trails"}, &bucket.Store{Client: client, Bucket: "trails"}
				for _, now := range []time.Duration{0, ahead, 0} {
					server.SetClock(now, true)
					if err := ask(source, store); err != nil {
						t.Errorf("%v ahead: %s", now, strings.ReplaceAll(err.Error(), "\n", " "))
					}
				}
			})
		}
	}
}

// TestRefusalsByARightClock are no matter of the time: nothing is asked again for them.
func TestRefusalsByARightClock(t *testing.T) {
	server, store := openStore(t, "s3://lake/a")
	server.Refuse(func(s3test.Call) int { return http.StatusForbidden })
	before := len(server.Calls())
	if _, err := (&bucket.Source{Client: store.Client, Bucket: "trails"}).Object(t.Context(), "a.json", ""); err == nil || len(server.Calls()) != before+1 {
		t.Errorf("asked %d times: %v", len(server.Calls())-before, err)
	}
}
