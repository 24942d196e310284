package s3test

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server holds buckets. Every bucket that is put into exists.
type Server struct {
	URL string

	t        *testing.T
	mu       sync.Mutex
	refuse   func(c Call) int
	objects  map[string][]byte   // by bucket/key
	versions map[string][][]byte // likewise, of buckets that keep them: v1, v2, …
	regions  map[string]string   // of buckets, see [Server.Locate]
	telling  map[string]Telling  // likewise
	clock    *clock              // nil for one that is right
	payers   map[string]bool     // buckets that only answer to who pays
	breaks   func(c Call) Break  // nil: no answer breaks
	ignore   func(c Call) bool   // nil: every call is answered
	calls    []Call
}

// Call is what was asked, as a policy would name it.
type Call struct {
	Action   string // s3:GetObject, …
	Resource string // bucket, or bucket/key
}

// changed is when every object was put: what is read does not depend on it.
var changed = time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC)

// New starts a server, until the test ends.
func New(t *testing.T) *Server {
	t.Helper()
	s := &Server{t: t, objects: map[string][]byte{}, versions: map[string][][]byte{}, regions: map[string]string{}, telling: map[string]Telling{}, payers: map[string]bool{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Environment is what lets a program of the SDK ask this server and nobody else.
func (s *Server) Environment(t *testing.T) []string {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	return []string{
		"AWS_ENDPOINT_URL_S3=" + s.URL, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=testsecret", "AWS_SESSION_TOKEN=", "AWS_PROFILE=",
		"AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=", "AWS_CONFIG_FILE=" + none, "AWS_SHARED_CREDENTIALS_FILE=" + none, "AWS_EC2_METADATA_DISABLED=true",
	}
}

// Refuse lets a function answer calls from now on with a status, in the place of the server; 0
// lets a call pass.
func (s *Server) Refuse(with func(c Call) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = with
}

// LetPay lets who asks a bucket pay: who does not say that it does is refused.
func (s *Server) LetPay(bucket string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.payers[bucket] = true
}

// Break is how an answer with what an object holds, or with a page of a list, ends before its time. The zero
// Break is none.
type Break struct {
	How   Breaking
	After int // bytes that come
}

// Breaking is what becomes of a connection.
type Breaking int

// A connection is cut, or stays open without anything coming any more.
const (
	Not Breaking = iota
	Cut
	Silent
)

// BreakAnswers lets a function say how answers with objects or lists break from now on.
func (s *Server) BreakAnswers(how func(c Call) Break) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breaks = how
}

// clock is that of a server.
type clock struct {
	ahead time.Duration
	tells bool // in the header of its answers
}

// maxSkew is how far from its own time a request may be signed.
const maxSkew = 15 * time.Minute

// SetClock sets the server's clock ahead of that of who asks. What is signed too long before its time
// is refused, with its time in the answer if it tells that.
func (s *Server) SetClock(ahead time.Duration, tells bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = &clock{ahead, tells}
}

// Telling is how a bucket tells who asks for it in a wrong Region where it is.
type Telling int

// The ways to tell it: in the header of a redirection, in the text of an error, or not.
const (
	ByHeader Telling = iota
	ByText
	NotAtAll
)

// Locate moves a bucket to a Region, where alone it can be asked for. Who asks in another one is told
// the right one so, but not when it is the bucket itself that is asked for.
func (s *Server) Locate(bucket, region string, how Telling) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.regions[bucket], s.telling[bucket] = region, how
}

// PutVersion puts an object into a bucket that keeps versions, and returns the name of this one.
func (s *Server) PutVersion(bucket, key string, content []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := bucket + "/" + key
	s.objects[name], s.versions[name] = content, append(s.versions[name], content)
	return fmt.Sprint("v", len(s.versions[name]))
}

// Put puts an object without a call.
func (s *Server) Put(bucket, key string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[bucket+"/"+key] = content
}

// Remove removes an object without a call.
func (s *Server) Remove(bucket, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, bucket+"/"+key)
}

// Objects are those of a bucket below a prefix, by the rest of their keys.
func (s *Server) Objects(bucket, prefix string) map[string][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string][]byte{}
	for name, content := range s.objects {
		if key, ok := strings.CutPrefix(name, bucket+"/"+prefix); ok {
			found[key] = content
		}
	}
	return found
}

// Calls are those until now.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.skewed(w, r); err != nil {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, err)
		return
	}
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	call := Call{Resource: strings.TrimSuffix(name+"/"+key, "/")}
	var answer func(http.ResponseWriter, *http.Request, string, string) error
	switch {
	case key == "" && (r.Method == http.MethodHead || r.Method == http.MethodGet):
		call.Action, answer = "s3:ListBucket", s.list
	case r.URL.Query().Has("versionId") && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		call.Action, answer = "s3:GetObjectVersion", s.get
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		call.Action, answer = "s3:GetObject", s.get
	case r.Method == http.MethodPut:
		call.Action, answer = "s3:PutObject", s.put
	case r.Method == http.MethodPost && key == "" && r.URL.Query().Has("delete"):
		if err := s.elsewhere(w, r, name); err != nil {
			fail(w, err)
			return
		}
		s.remove(w, r, name)
		return
	default:
		call.Action, answer = r.Method, unknown
	}
	s.mu.Lock()
	s.calls = append(s.calls, call)
	refuse, ignore, unpaid := s.refuse, s.ignore, s.payers[name] && r.Header.Get("X-Amz-Request-Payer") != "requester"
	s.mu.Unlock()
	if ignore != nil && ignore(call) {
		s.beSilent(r)
		panic(http.ErrAbortHandler)
	}
	err := s.elsewhere(w, r, name)
	if err == nil && unpaid {
		err = status(http.StatusForbidden)
	}
	if err == nil && refuse != nil {
		if code := refuse(call); code != 0 {
			err = status(code)
		}
	}
	if err == nil {
		err = answer(w, r, name, key)
	}
	if err != nil {
		fail(w, err)
	}
}

// fail answers with an error.
func fail(w http.ResponseWriter, err error) {
	var code status
	var wrong malformed
	switch {
	case errors.As(err, &wrong):
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, wrong.Error())
	case errors.As(err, &code):
		w.WriteHeader(int(code))
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>as the test wants it</Message></Error>", cmp.Or(codes[code], "InternalError"))
	default:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// tooSkewed is the text of that refusal.
const tooSkewed = "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>%s</RequestTime><ServerTime>%s</ServerTime><MaxAllowedSkewMilliseconds>%d</MaxAllowedSkewMilliseconds></Error>"

// skewed refuses a request that is signed at another time than it is by the server's clock.
func (s *Server) skewed(w http.ResponseWriter, r *http.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clock == nil {
		return nil
	}
	now := time.Now().Add(s.clock.ahead)
	w.Header()["Date"] = nil
	if s.clock.tells {
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	}
	signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return err
	}
	if now.Sub(signed).Abs() > maxSkew {
		return fmt.Errorf(tooSkewed, r.Header.Get("X-Amz-Date"), now.UTC().Format(time.RFC3339), maxSkew.Milliseconds())
	}
	return nil
}

// elsewhere refuses a request that is signed for another Region than that of the bucket.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request, bucket string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	region := s.regions[bucket]
	scope := strings.Split(r.Header.Get("Authorization"), "/") // …Credential=KEY/DAY/REGION/s3/…
	if region == "" || len(scope) > 2 && scope[2] == region {
		return nil
	}
	if r.Method == http.MethodHead && r.URL.Path == "/"+bucket {
		return status(http.StatusForbidden) // the others tell
	}
	switch s.telling[bucket] {
	case ByHeader:
		w.Header().Set("X-Amz-Bucket-Region", region)
	case ByText:
		if r.Method != http.MethodHead { // whose answer has no text
			return malformed(region)
		}
		w.Header().Set("X-Amz-Bucket-Region", region)
		return status(http.StatusBadRequest)
	}
	return status(http.StatusMovedPermanently)
}

// malformed is the answer to a request that was to go to that Region.
type malformed string

func (m malformed) Error() string {
	return fmt.Sprintf("<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region is wrong; expecting '%s'</Message></Error>", string(m))
}

// status is an answer that is an error.
type status int

func (s status) Error() string { return http.StatusText(int(s)) }

var codes = map[status]string{
	http.StatusForbidden: "AccessDenied", http.StatusNotFound: "NoSuchKey", http.StatusPreconditionFailed: "PreconditionFailed",
	http.StatusServiceUnavailable: "SlowDown", http.StatusConflict: "ConditionalRequestConflict",
	http.StatusMovedPermanently: "PermanentRedirect",
}

func unknown(http.ResponseWriter, *http.Request, string, string) error {
	return status(http.StatusNotImplemented)
}

func etag(content []byte) string {
	sum := md5.Sum(content)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// content is that of a version, or of what lies there now.
func (s *Server) content(name, version string) (content []byte, which string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	versions := s.versions[name]
	for i, of := range versions {
		if version == fmt.Sprint("v", i+1) {
			return of, version, true
		}
	}
	content, ok = s.objects[name]
	if len(versions) > 0 {
		which = fmt.Sprint("v", len(versions))
	}
	return content, which, ok && version == ""
}

func (s *Server) get(w http.ResponseWriter, r *http.Request, bucket, key string) error {
	content, version, ok := s.content(bucket+"/"+key, r.URL.Query().Get("versionId"))
	if !ok {
		return status(http.StatusNotFound)
	}
	if version != "" {
		w.Header().Set("X-Amz-Version-Id", version)
	}
	if want := r.Header.Get("If-Match"); want != "" && want != etag(content) {
		return status(http.StatusPreconditionFailed)
	}
	w.Header().Set("ETag", etag(content))
	w.Header().Set("Last-Modified", changed.Format(http.TimeFormat))
	if from, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
		at, err := strconv.Atoi(strings.TrimSuffix(from, "-"))
		if err != nil || at > len(content) {
			return status(http.StatusRequestedRangeNotSatisfiable)
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, len(content)-1, len(content)))
		content = content[at:]
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method == http.MethodHead {
		return nil
	}
	return s.send(Call{"s3:GetObject", bucket + "/" + key}, w, r, content)
}

// send sends an answer, or as much of it as comes before it breaks.
func (s *Server) send(c Call, w http.ResponseWriter, r *http.Request, content []byte) error {
	s.mu.Lock()
	breaks := s.breaks
	s.mu.Unlock()
	if breaks != nil && len(content) > 0 {
		if b := breaks(c); b.How != Not {
			s.end(b, w, r, content)
			return nil
		}
	}
	_, err := w.Write(content)
	return err
}

// end sends a part of an answer, and then breaks it: there is always some left.
func (s *Server) end(b Break, w http.ResponseWriter, r *http.Request, content []byte) {
	w.Write(content[:min(b.After, len(content)-1)])
	http.NewResponseController(w).Flush()
	if b.How == Silent {
		s.beSilent(r)
	}
	panic(http.ErrAbortHandler)
}

// Ignore lets a function say which calls are not answered from now on.
func (s *Server) Ignore(which func(c Call) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignore = which
}

// patience is how long a connection may stay silent before the test fails: else it would not end.
const patience = 30 * time.Second

// beSilent says nothing until who asked gives the connection up.
func (s *Server) beSilent(r *http.Request) {
	io.Copy(io.Discard, r.Body) // nobody is seen to go before all of it came
	select {
	case <-r.Context().Done():
	case <-time.After(patience):
		s.t.Error("a connection on which nothing comes is not given up")
	}
}

func (s *Server) put(w http.ResponseWriter, r *http.Request, bucket, key string) error {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	there, ok := s.objects[bucket+"/"+key]
	switch match := r.Header.Get("If-Match"); {
	case ok && r.Header.Get("If-None-Match") == "*", ok && match != "" && match != etag(there):
		return status(http.StatusPreconditionFailed)
	case !ok && match != "":
		return status(http.StatusNotFound)
	}
	s.objects[bucket+"/"+key] = content
	w.Header().Set("ETag", etag(content))
	return nil
}

type removal struct {
	Objects []struct{ Key string } `xml:"Object"`
}

type removed struct {
	XMLName xml.Name       `xml:"DeleteResult"`
	Errors  []removedError `xml:"Error"`
}

type removedError struct{ Key, Code, Message string }

// remove removes objects, of which each is a call of its own as a policy sees it.
func (s *Server) remove(w http.ResponseWriter, r *http.Request, bucket string) {
	var ask removal
	if err := xml.NewDecoder(r.Body).Decode(&ask); err != nil || len(ask.Objects) == 0 || len(ask.Objects) > page {
		http.Error(w, "<Error><Code>MalformedXML</Code></Error>", http.StatusBadRequest)
		return
	}
	var out removed
	for _, o := range ask.Objects {
		call := Call{"s3:DeleteObject", bucket + "/" + o.Key}
		s.mu.Lock()
		s.calls = append(s.calls, call)
		refuse := s.refuse
		s.mu.Unlock()
		if refuse != nil {
			if code := refuse(call); code != 0 {
				out.Errors = append(out.Errors, removedError{o.Key, cmp.Or(codes[status(code)], "InternalError"), "as the test wants it"})
				continue
			}
		}
		s.Remove(bucket, o.Key)
	}
	w.Header().Set("Content-Type", "application/xml")
	xml.NewEncoder(w).Encode(out)
}

// page is how many keys a list has at most.
const page = 1000

type listed struct {
	XMLName               xml.Name      `xml:"ListBucketResult"`
	EncodingType          string        `xml:"EncodingType,omitempty"`
	IsTruncated           bool          `xml:"IsTruncated"`
	NextContinuationToken string        `xml:"NextContinuationToken,omitempty"`
	Contents              []listedKey   `xml:"Contents"`
	CommonPrefixes        []listedUnder `xml:"CommonPrefixes"`
}

type listedKey struct {
	Key          string
	LastModified string
	ETag         string
	Size         int
}

type listedUnder struct{ Prefix string }

func (s *Server) list(w http.ResponseWriter, r *http.Request, bucket, _ string) error {
	if r.Method == http.MethodHead {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.Header().Set("X-Amz-Bucket-Region", cmp.Or(s.regions[bucket], "eu-west-1"))
		return nil
	}
	q := r.URL.Query()
	prefix, delimiter, after := q.Get("prefix"), q.Get("delimiter"), cmp.Or(q.Get("continuation-token"), q.Get("start-after"))
	found := s.Objects(bucket, "")
	var out listed
	last, count := "", 0
	for _, key := range slices.Sorted(maps.Keys(found)) {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok || key <= after || last != "" && strings.HasSuffix(last, "/") && strings.HasPrefix(key, last) {
			continue
		}
		if count == page {
			out.IsTruncated, out.NextContinuationToken = true, last
			break
		}
		count++
		if folder, _, ok := strings.Cut(rest, delimiter); ok && delimiter != "" {
			last = prefix + folder + delimiter
			out.CommonPrefixes = append(out.CommonPrefixes, listedUnder{last})
			continue
		}
		last = key
		out.Contents = append(out.Contents, listedKey{key, changed.Format(time.RFC3339), etag(found[key]), len(found[key])})
	}
	if q.Get("encoding-type") == "url" {
		out.encode()
	}
	text, err := xml.Marshal(out)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml")
	return s.send(Call{"s3:ListBucket", bucket}, w, r, text)
}

// encode gives keys as S3 does if it is asked: in XML there are characters that cannot stand.
func (l *listed) encode() {
	l.EncodingType = "url"
	encoded := func(key string) string { return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/") }
	for i := range l.Contents {
		l.Contents[i].Key = encoded(l.Contents[i].Key)
	}
	for i := range l.CommonPrefixes {
		l.CommonPrefixes[i].Prefix = encoded(l.CommonPrefixes[i].Prefix)
	}
}
