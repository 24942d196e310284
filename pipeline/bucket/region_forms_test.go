package bucket_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// refusal is how S3 refuses what is signed for another Region than that of the bucket.
type refusal struct {
	status     int
	code, text string
	more       string // members of the error
	header     bool   // x-amz-bucket-region comes with the text too; to a HEAD request, which gets no text, it always does
	location   bool   // of a redirection
}

// refusals are those of "Error responses" in the reference of S3's API, with the texts that it sends.
func refusals(region string) map[string]refusal {
	const wrong = "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting '%s'"
	constraint := region
	if region == "us-east-1" {
		constraint = "unspecified"
	}
	return map[string]refusal{
		"301": {http.StatusMovedPermanently, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
			"<Bucket>trails</Bucket><Endpoint>trails.s3-" + region + ".amazonaws.com</Endpoint>", true, false},
		"307": {http.StatusTemporaryRedirect, "TemporaryRedirect", "Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.",
			"<Bucket>trails</Bucket><Endpoint>trails.s3-" + region + ".amazonaws.com</Endpoint>", true, true},
		"400 of the signature": {http.StatusBadRequest, "AuthorizationHeaderMalformed", fmt.Sprintf(wrong, region), "<Region>" + region + "</Region>", false, false},
		"400 of the endpoint":  {http.StatusBadRequest, "IllegalLocationConstraintException", "The " + constraint + " location constraint is incompatible for the region specific endpoint this request was sent to.", "", false, false},
	}
}

// regional lets through what is signed for a Region, and refuses the rest. Its name in a redirection is another
// one than that which it is asked by.
type regional struct {
	region  string
	refusal refusal
	blind   bool // who asks for the bucket itself is told nothing
	url     string
	refused atomic.Int64
	to      http.Handler
}

func (s *regional) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	scope := strings.Split(r.Header.Get("Authorization"), "/") // …Credential=KEY/DAY/REGION/s3/…
	switch {
	case len(scope) < 3:
		s.answer(w, r, http.StatusForbidden, "AccessDenied", "Access Denied", "")
		return
	case scope[2] == s.region:
		s.to.ServeHTTP(w, r)
		return
	}
	s.refused.Add(1)
	if s.blind && r.Method == http.MethodHead && strings.Count(r.URL.Path, "/") == 1 {
		s.answer(w, r, http.StatusForbidden, "", "", "")
		return
	}
	if s.refusal.header || r.Method == http.MethodHead {
		w.Header().Set("X-Amz-Bucket-Region", s.region)
	}
	if s.refusal.location {
		w.Header().Set("Location", strings.Replace(s.url, "127.0.0.1", "localhost", 1)+r.URL.RequestURI())
	}
	s.answer(w, r, s.refusal.status, s.refusal.code, s.refusal.text, s.refusal.more)
}

func (s *regional) answer(w http.ResponseWriter, r *http.Request, status int, code, text, more string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Error><Code>%s</Code><Message>%s</Message>%s<RequestId>4442587FB7D0A2F9</RequestId><HostId>h</HostId></Error>", code, text, more)
	}
}

// TestEveryRefusalOfARegion leads to the Region of the bucket, whatever is asked for first, whether S3 tells it
// when the bucket is asked for or not; and what is refused for it is refused once.
func TestEveryRefusalOfARegion(t *testing.T) {
	for _, region := range []string{"ap-south-2", "us-east-1"} {
		for form, refusal := range refusals(region) {
			for _, blind := range []bool{false, true} {
				for first, ask := range map[string]func(*bucket.Source, *bucket.Store) error{
					"list": func(s *bucket.Source, _ *bucket.Store) error {
						found := 0
						err := s.List(t.Context(), func(pipeline.Object) error { found++; return nil })
						if err == nil && found != 2 {
							err = fmt.Errorf("%d objects", found)
						}
						return err
					},
					"head": func(s *bucket.Source, _ *bucket.Store) error {
						_, err := s.Object(t.Context(), "a.json", "")
						return err
					},
					"get": func(_ *bucket.Source, l *bucket.Store) error {
						text, _, err := l.Read(t.Context(), "a.json", 10)
						if err == nil && string(text) != "content" {
							err = fmt.Errorf("read %q", text)
						}
						return err
					},
					"put":    func(_ *bucket.Source, l *bucket.Store) error { return put(t.Context(), l, "x", "content") },
					"delete": func(_ *bucket.Source, l *bucket.Store) error { return l.Delete(t.Context(), []string{"b"}) },
				} {
					t.Run(fmt.Sprintf("%s, %s, %s first, told at once %v", region, form, first, !blind), func(t *testing.T) {
						server, _ := openStore(t, "s3://lake/a")
						server.Put("trails", "a.json", []byte("content"))
						server.Put("trails", "b", nil)
						front := &regional{region: region, refusal: refusal, blind: blind, to: server}
						web := httptest.NewServer(front)
						t.Cleanup(web.Close)
						front.url = web.URL
						t.Setenv("AWS_ENDPOINT_URL_S3", web.URL)
						client, err := bucket.Connect(t.Context(), "trails")
						if err != nil {
							t.Fatal(err)
						}
						source, store := &bucket.Source{Client: client, Bucket: "trails"}, &bucket.Store{Client: client, Bucket: "trails"}
						for range 2 {
							if err := ask(source, store); err != nil {
								t.Fatal(err)
							}
						}
						requireDone(t, server, first)
						if n := front.refused.Load(); n > 2 || !blind && n > 1 {
							t.Errorf("%d requests were refused", n)
						}
					})
				}
			}
		}
	}
}

// requireDone looks whether what was asked for has come to the bucket.
func requireDone(t *testing.T, server *s3test.Server, asked string) {
	t.Helper()
	objects := server.Objects("trails", "")
	_, removed := objects["b"]
	if asked == "put" && string(objects["x"]) != "content" || asked == "delete" && removed {
		t.Errorf("the bucket has %q", objects)
	}
}
