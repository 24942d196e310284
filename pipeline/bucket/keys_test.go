package bucket_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// The texts that S3 sends where KMS refuses it the key of an object, in the name of who asks.
const (
	noUse    = "User: arn:aws:sts::111111111111:assumed-role/reader/s is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action"
	noNewKey = "User: arn:aws:sts::111111111111:assumed-role/reader/s is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:222222222222:key/k because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
)

// encrypting answers for some objects in the place of a bucket, in S3's form.
type encrypting struct {
	to      http.Handler
	answers map[string]keyRefusal // by method and key

	mu    sync.Mutex
	asked map[string]int
}

type keyRefusal struct {
	status     int
	code, text string
	times      int // 0: always
}

func (s *encrypting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	call := r.Method + " " + key
	s.mu.Lock()
	s.asked[call]++
	n := s.asked[call]
	s.mu.Unlock()
	refused, ok := s.answers[call]
	if !ok || refused.times > 0 && n > refused.times {
		s.to.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(refused.status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Error><Code>%s</Code><Message>%s</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>h</HostId></Error>", refused.code, refused.text)
}

// TestKeysThatAreRefused: of objects whose key may not be used, or is not there any more, each is named, with what
// to do about the key, and hinders no other; where KMS is asked for too much it is asked again.
func TestKeysThatAreRefused(t *testing.T) {
	server, _ := openStore(t, "s3://lake/a")
	for n, key := range []string{"denied", "disabled", "gone", "pending", "good", "busy", "throttled", "silent"} {
		server.Put("trails", "logs/"+key, []byte(logFile(n)))
	}
	front := &encrypting{to: server, asked: map[string]int{}, answers: map[string]keyRefusal{
		"GET logs/denied":    {http.StatusForbidden, "AccessDenied", noUse, 0},
		"GET logs/silent":    {http.StatusForbidden, "AccessDenied", "Access Denied", 0},
		"GET logs/disabled":  {http.StatusBadRequest, "KMS.DisabledException", "arn:aws:kms:eu-west-1:111111111111:key/k is disabled.", 0},
		"GET logs/gone":      {http.StatusBadRequest, "KMS.NotFoundException", "Key 'arn:aws:kms:eu-west-1:111111111111:key/k' does not exist", 0},
		"GET logs/pending":   {http.StatusBadRequest, "KMS.KMSInvalidStateException", "arn:aws:kms:eu-west-1:111111111111:key/k is pending deletion.", 0},
		"GET logs/busy":      {http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate for operations involving AWS KMS.", 2},
		"GET logs/throttled": {http.StatusBadRequest, "KMS.ThrottlingException", "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.", 2},
		"PUT a/x":            {http.StatusForbidden, "AccessDenied", noNewKey, 0},
		"PUT a/y":            {http.StatusBadRequest, "KMS.DisabledException", "arn:aws:kms:eu-west-1:111111111111:key/k is disabled.", 0},
	}}
	web := httptest.NewServer(front)
	t.Cleanup(web.Close)
	t.Setenv("AWS_ENDPOINT_URL_S3", web.URL)
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	s := ingestFrom(t, t.TempDir()+"/lake", &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"})
	if s.Objects.Ingested != 3 || s.Objects.Quarantined != 5 || !s.Balanced() {
		t.Errorf("%s", s)
	}
	details := map[string]pipeline.Quarantined{}
	for _, q := range s.Quarantine {
		details[strings.TrimPrefix(q.Object, "s3://trails/logs/")] = q
	}
	const goneKey = "the key that it is encrypted with is disabled, being deleted or gone: enable it again"
	for key, want := range map[string]string{
		"denied": "give this identity kms:Decrypt on the key that it is encrypted with", "silent": "s3:GetObject there, and kms:Decrypt if the bucket is encrypted with a key",
		"disabled": goneKey, "gone": goneKey, "pending": goneKey,
	} {
		if got := details[key]; !strings.Contains(got.Detail, want) && !strings.Contains(got.Reason, want) || key == "denied" && strings.Contains(got.Detail+got.Reason, "s3:ListBucket") {
			t.Errorf("%s is said to be %+v, want %q", key, got, want)
		}
	}
	store, err := bucket.OpenStore(t.Context(), "s3://lake/a")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"x": "give this identity kms:GenerateDataKey on the key", "y": goneKey} {
		if err := put(t.Context(), store, name, "content"); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3:PutObject") {
			t.Errorf("putting %s: %v, want %q", name, err, want)
		}
	}
}

// TestObjectsOfKeys are read as all others: their ETag is no MD5 sum of them, and that is not asked of it.
func TestObjectsOfKeys(t *testing.T) {
	server, _ := openStore(t, "s3://lake/a")
	server.Put("trails", "logs/a.json", []byte(logFile(1)))
	const tag = `"5e9f8a0f1f6d8ad0bd8dc1ab09d4f5d3"` // of an object that SSE-KMS keeps
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if match := r.Header.Get("If-Match"); match != "" && match != tag {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		r.Header.Del("If-Match")
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		if answer.Header().Get("ETag") != "" {
			w.Header().Set("ETag", tag)
			w.Header().Set("X-Amz-Server-Side-Encryption", "aws:kms")
			w.Header().Set("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", "arn:aws:kms:eu-west-1:111111111111:key/k")
			w.Header().Set("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled", "true")
		}
		w.WriteHeader(answer.Code)
		w.Write([]byte(strings.ReplaceAll(answer.Body.String(), etag(logFile(1)), strings.Trim(tag, `"`))))
	}))
	t.Cleanup(web.Close)
	t.Setenv("AWS_ENDPOINT_URL_S3", web.URL)
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	source := &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"}
	if s := ingestFrom(t, t.TempDir()+"/lake", source); s.Objects.Ingested != 1 || s.Records.Written != 1 {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	if o, err := source.Object(t.Context(), "logs/a.json", ""); err != nil || contentOf(t, o) != logFile(1) {
		t.Errorf("as a notice names it: %v", err)
	}
}
