package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline/bucket/s3test"
	"roletrail/testdata/cloudtrail/organisation"
)

// function is bin/ingest as AWS Lambda runs it: a process that asks a runtime for work.
type function struct {
	t       *testing.T
	work    chan invocation
	answers chan answer
	log     *lockedBuffer
	kill    func()
	ended   chan struct{} // closed when the process has ended
}

type invocation struct {
	id, event string
	timeout   time.Duration
}

type answer struct {
	id, kind, body string // kind is response or error
}

// lockedBuffer is what the process says, which the test reads meanwhile.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// bootstrap builds the program as it is deployed.
func bootstrap(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// startFunction starts the program with a runtime of the test's own, until the test ends.
func startFunction(t *testing.T, program string, environment ...string) *function {
	t.Helper()
	f := &function{t: t, work: make(chan invocation), answers: make(chan answer, 1), log: &lockedBuffer{}, ended: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case i := <-f.work:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(i.timeout).UnixMilli()))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:111111111111:function:roletrail")
			io.WriteString(w, i.event)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{kind}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it was killed while it answered, which is no answer
		}
		f.answers <- answer{r.PathValue("id"), r.PathValue("kind"), string(body)}
		w.WriteHeader(http.StatusAccepted)
	})
	runtime := httptest.NewServer(mux)
	cmd := exec.Command(program)
	f.kill = func() { cmd.Process.Kill() }
	cmd.Dir = t.TempDir()
	cmd.Env = append(append(os.Environ(), environment...), lambdaRuntime+"="+strings.TrimPrefix(runtime.URL, "http://"))
	cmd.Stderr = f.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		cmd.Wait() // it is killed
		close(f.ended)
	}()
	t.Cleanup(func() {
		f.kill()
		<-f.ended
		runtime.CloseClientConnections()
		runtime.Close()
	})
	return f
}

// invoke gives the function an event, and waits for what it answers.
func (f *function) invoke(event string, timeout time.Duration) answer {
	f.t.Helper()
	a, ok := f.answer(event, timeout)
	if !ok {
		f.t.Fatalf("no answer:\n%s", f.log)
	}
	return a
}

// answer gives the function an event; ok is false if it does not answer, because it ended or takes
// more than a minute.
func (f *function) answer(event string, timeout time.Duration) (a answer, ok bool) {
	f.t.Helper()
	id := fmt.Sprintf("id-%d", time.Now().UnixNano())
	patience := time.After(time.Minute)
	select {
	case f.work <- invocation{id, event, timeout}:
	case <-f.ended:
		return answer{}, false
	case <-patience:
		return answer{}, false
	}
	select {
	case a = <-f.answers:
	case <-f.ended:
		return answer{}, false
	case <-patience:
		return answer{}, false
	}
	if a.id != id {
		f.t.Fatalf("answered %+v to %s", a, id)
	}
	return a, true
}

// s3Record is S3's notice of a new object.
func s3Record(bucket, key string) string {
	return fmt.Sprintf(`{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-07-11T00:00:00.000Z","eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","bucket":{"name":%q,"arn":"arn:aws:s3:::%[1]s"},"object":{"key":%q,"size":1,"eTag":"d41d8cd98f00b204e9800998ecf8427e","sequencer":"0055AED6DCD90281E5"}}}`,
		bucket, url.QueryEscape(key))
}

func s3Event(records ...string) string { return `{"Records":[` + strings.Join(records, ",") + `]}` }

// sqsEvent is a batch of messages, with ids m0, m1, …
func sqsEvent(bodies ...string) string {
	var records []string
	for i, body := range bodies {
		records = append(records, fmt.Sprintf(`{"messageId":"m%d","receiptHandle":"h","body":%s,"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:eu-west-1:111111111111:trails","awsRegion":"eu-west-1"}`, i, quoted(body)))
	}
	return s3Event(records...)
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text can always be written
	}
	return string(out)
}

// failures are the ids in an answer to a batch.
func failures(t *testing.T, a answer) (ids []string) {
	t.Helper()
	var response struct {
		BatchItemFailures []struct {
			ItemIdentifier string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal([]byte(a.body), &response); err != nil || a.kind != "response" {
		t.Fatalf("answered %+v: %v", a, err)
	}
	for _, f := range response.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

// lakeRows are all rows of a table of a lake in a bucket, with their day, sorted.
func lakeRows(t *testing.T, objects map[string][]byte, s *parquet.Schema) (rows []string) {
	t.Helper()
	for key, content := range objects {
		if !strings.HasPrefix(key, s.Table+"/") {
			continue
		}
		path := filepath.Join(t.TempDir(), "part.parquet")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		of, _, err := parquet.ReadRows(path, s)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range of {
			rows = append(rows, filepath.Base(filepath.Dir(filepath.FromSlash(key)))+fmt.Sprintf("%#v", row))
		}
	}
	slices.Sort(rows)
	return rows
}

// folderRows are those of a lake in a folder.
func folderRows(t *testing.T, dir string, s *parquet.Schema) []string {
	t.Helper()
	objects := map[string][]byte{}
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files(s.Table)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if objects[f.Name], err = os.ReadFile(f.Path); err != nil {
			t.Fatal(err)
		}
	}
	return lakeRows(t, objects, s)
}

// fillTrail puts the log files of the test organisation into a bucket, and returns their keys.
func fillTrail(t *testing.T, server *s3test.Server, events int) (keys []string) {
	t.Helper()
	logs := t.TempDir()
	if err := organisation.Write(logs, organisation.Options{Events: events, Days: 6, EventsPerFile: 40, Gzip: true}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(logs, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		key := filepath.ToSlash(strings.TrimPrefix(path, logs+string(filepath.Separator)))
		server.Put("trails", key, content)
		keys = append(keys, key)
		return err
	})
	if err != nil || len(keys) < 20 {
		t.Fatalf("%d log files, %v", len(keys), err)
	}
	slices.Sort(keys)
	return keys
}

// TestLambdaWritesTheRowsOfTheCommandLine gives the program, running as a Lambda function,
// notice of every log file of a bucket, twice, and holds the lake on S3 against one that the
// command line makes of the same bucket.
func TestLambdaWritesTheRowsOfTheCommandLine(t *testing.T) {
	server := s3test.New(t)
	keys := fillTrail(t, server, 3000)
	program := bootstrap(t)
	environment := append(server.Environment(t), lambdaLake+"=s3://lake/roletrail")

	local := filepath.Join(t.TempDir(), "lake")
	cmd := exec.Command(program, "logs", "--lake", local, "s3://trails/")
	cmd.Env = append(os.Environ(), environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	f := startFunction(t, program, environment...)
	var first map[string][]byte
	for range 2 {
		for batch := range slices.Chunk(keys, 10) {
			var bodies []string
			for _, key := range batch {
				bodies = append(bodies, s3Event(s3Record("trails", key)))
			}
			if ids := failures(t, f.invoke(sqsEvent(bodies...), time.Minute)); len(ids) > 0 {
				t.Fatalf("failed: %v\n%s", ids, f.log)
			}
		}
		objects := server.Objects("lake", "roletrail/")
		if first == nil {
			first = objects
		}
		if fmt.Sprint(objects) != fmt.Sprint(first) {
			t.Errorf("the lake changed when all came again: %d objects, %d before", len(objects), len(first))
		}
	}
	for _, schema := range []*parquet.Schema{parquet.EventsSchema, parquet.CoverageSchema} {
		got, want := lakeRows(t, first, schema), folderRows(t, local, schema)
		if len(got) < 20 || !slices.Equal(got, want) {
			t.Errorf("%s: %d rows on S3, %d in the folder", schema.Table, len(got), len(want))
		}
	}
	for _, prefix := range []string{"roletrail", "other"} { // the command line makes the same objects
		cmd := exec.Command(program, "logs", "--lake", "s3://lake/"+prefix, "s3://trails/")
		cmd.Env = append(os.Environ(), environment...)
		out, err := cmd.CombinedOutput()
		want := fmt.Sprintf("objects %d = ingested %[1]d + already 0 +", len(keys))
		if prefix == "roletrail" {
			want = fmt.Sprintf("objects %d = ingested 0 + already %[1]d +", len(keys))
		}
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%v\n%s\nwant %s", err, out, want)
		}
		if fmt.Sprint(withoutMemory(server.Objects("lake", prefix+"/"))) != fmt.Sprint(first) {
			t.Errorf("in %s the command line made other objects", prefix)
		}
	}
	for key := range first {
		if table, _, _ := strings.Cut(key, "/"); table != "events" && table != "coverage" {
			t.Errorf("the lake has %s", key)
		}
	}
}

// TestShippedPolicies runs the program with the permissions of the policies that the
// documentation ships, each time against a server that refuses everything else: they are
// enough, and nothing of them is too much.
func TestShippedPolicies(t *testing.T) {
	const page = "../../docs/operations.md"
	program := bootstrap(t)
	for sid, run := range map[string]func(t *testing.T, server *s3test.Server, environment, keys []string){
		"ReadTrail": func(t *testing.T, _ *s3test.Server, environment, _ []string) {
			logsCommand(t, program, environment, "--lake", filepath.Join(t.TempDir(), "lake"), "s3://trails/AWSLogs/")
		},
		"WriteLake": func(t *testing.T, server *s3test.Server, environment, keys []string) {
			server.Put("lake", "roletrail/commits/00000001.json", []byte(`{"format":1}`)) // an inventory was taken, or log files put together
			logsCommand(t, program, environment, "--lake", "s3://lake/roletrail", "s3://trails/AWSLogs/")
			before := len(server.Calls())
			f := startFunction(t, program, append(environment, lambdaLake+"=s3://lake/roletrail")...)
			for _, key := range keys[:3] {
				if ids := failures(t, f.invoke(sqsEvent(s3Event(s3Record("trails", key))), time.Minute)); len(ids) > 0 {
					t.Fatalf("failed: %v\n%s", ids, f.log)
				}
			}
			s3test.Record(t, "function", server.Calls()[before:])
		},
	} {
		t.Run(sid, func(t *testing.T) {
			policy := s3test.ShippedPolicy(t, page, sid)
			server := s3test.New(t)
			server.Refuse(policy.Refuse)
			keys := fillTrail(t, server, 1000)
			run(t, server, server.Environment(t), keys)
			policy.Compare(t, server.Calls())
		})
	}
}

// logsCommand runs ingest logs.
func logsCommand(t *testing.T, program string, environment []string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, append([]string{"logs"}, args...)...)
	cmd.Env = append(os.Environ(), environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestKilledFunctionLosesNothing kills the function at random moments, until all messages were
// answered for. The lake must then be the one that an undisturbed function makes.
func TestKilledFunctionLosesNothing(t *testing.T) {
	server := s3test.New(t)
	keys := fillTrail(t, server, 800)
	program := bootstrap(t)
	environment := append(server.Environment(t), "TMPDIR="+t.TempDir())
	logsCommand(t, program, environment, "--lake", "s3://lake/undisturbed", "s3://trails/")
	want := withoutMemory(server.Objects("lake", "undisturbed/"))

	var beforeCoverage atomic.Pointer[function] // to be killed when its events are there
	server.Refuse(func(c s3test.Call) int {     // slowly, so that it can be killed in between
		if c.Action == "s3:PutObject" {
			time.Sleep(40 * time.Millisecond)
		}
		if f := beforeCoverage.Load(); f != nil && c.Action == "s3:PutObject" && strings.Contains(c.Resource, "/coverage/") {
			f.kill()
			return http.StatusServiceUnavailable
		}
		return 0
	})
	rng := rand.New(rand.NewPCG(5, 5))
	killed, between, answered := 0, 0, 0
	for _, key := range keys {
		for tries := 0; ; tries++ {
			f := startFunction(t, program, append(environment, lambdaLake+"=s3://lake/disturbed")...)
			beforeCoverage.Store(nil)
			switch dice := rng.IntN(4); {
			case dice == 0:
				beforeCoverage.Store(f)
			case tries == 0 || dice == 1: // cold, an object takes some tens of milliseconds
				time.AfterFunc(time.Duration(rng.IntN(250))*time.Millisecond, f.kill)
			}
			a, ok := f.answer(sqsEvent(s3Event(s3Record("trails", key))), 5*time.Second)
			f.kill()
			if ok && len(failures(t, a)) == 0 {
				answered++
				break
			}
			killed++
			if unfinished(server.Objects("lake", "disturbed/")) {
				between++
			}
		}
	}
	got := server.Objects("lake", "disturbed/")
	t.Logf("%d objects, killed %d times, %d of them between events and coverage; %d files", len(keys), killed, between, len(got))
	if fmt.Sprint(got) != fmt.Sprint(want) || killed < len(keys)/4 || between == 0 || answered != len(keys) {
		t.Errorf("%d files, want %d; killed %d times", len(got), len(want), killed)
	}
}

// withoutMemory are objects of a lake but for what the command line has learnt, and a function that tells
// nobody has not.
func withoutMemory(objects map[string][]byte) map[string][]byte {
	maps.DeleteFunc(objects, func(name string, _ []byte) bool { return strings.HasPrefix(name, "memory/") })
	return objects
}

// unfinished reports whether a lake has events of a log file without its coverage.
func unfinished(objects map[string][]byte) bool {
	for key := range objects {
		if events, ok := strings.CutPrefix(key, "events/"); ok {
			_, file, _ := strings.Cut(events, "/")
			if _, ok := objects["coverage/"+file]; !ok {
				return true
			}
		}
	}
	return false
}
