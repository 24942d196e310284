package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roletrail/pipeline/bucket/s3test"
)

// parameterStore stands in for Systems Manager: it has one parameter, which only who may gets.
type parameterStore struct {
	*httptest.Server
	refuses atomic.Bool
	asked   atomic.Int64
}

func newParameterStore(t *testing.T, name, value string) *parameterStore {
	p := &parameterStore{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			Name           string
			WithDecryption bool
		}
		text, _ := io.ReadAll(r.Body)
		p.asked.Add(1)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		switch err := json.Unmarshal(text, &request); {
		case err != nil, r.Header.Get("X-Amz-Target") != "AmazonSSM.GetParameter", !request.WithDecryption:
			w.WriteHeader(http.StatusNotImplemented)
		case p.refuses.Load():
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"AccessDeniedException","message":"as the test wants it"}`)
		case request.Name != name:
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"ParameterNotFound"}`)
		default:
			fmt.Fprintf(w, `{"Parameter":{"Name":%q,"Type":"SecureString","Value":%q}}`, name, value)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// TestFunctionTellsSlack: the function tells of grave changes by the webhook that a parameter names, each
// once however often its notice comes. Where it may not read the parameter log files come into the lake
// all the same, and what is to be told waits. The permissions that the documentation ships are enough,
// and the address shows nowhere.
func TestFunctionTellsSlack(t *testing.T) {
	policy := s3test.ShippedPolicy(t, "../../docs/operations.md", "WriteLake")
	webhook := s3test.ShippedPolicy(t, "../../docs/operations.md", "ReadWebhook").Statement[0]
	if want := "[ssm:GetParameter] [arn:aws:ssm:REGION:ACCOUNT:parameter/roletrail/slack]"; fmt.Sprint(webhook.Action, webhook.Resource) != want {
		t.Errorf("the documentation allows %v of %v, want %s", webhook.Action, webhook.Resource, want)
	}
	server, slack := s3test.New(t), newSlackInbox(t)
	server.Refuse(policy.Refuse)
	store := newParameterStore(t, "/roletrail/slack", slack.URL+"/services/"+slackCanary)
	store.refuses.Store(true)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	environment := append(server.Environment(t), asProgram+"=1", lambdaLake+"=s3://lake/roletrail", "AWS_ENDPOINT_URL_SSM="+store.URL, slackParameterEnv+"=/roletrail/slack")
	f := startFunction(t, self, environment...)
	key := func(n int) string { return fmt.Sprint("AWSLogs/", n, ".json") }
	for n := range 5 {
		server.Put("trails", key(n), []byte(boundaryDeleted(n)))
	}
	take := func(f *function, numbers ...int) {
		t.Helper()
		var bodies []string
		for _, n := range numbers {
			bodies = append(bodies, s3Event(s3Record("trails", key(n))))
		}
		if ids := failures(t, f.invoke(sqsEvent(bodies...), time.Minute)); len(ids) > 0 {
			t.Fatalf("failed: %v\n%s", ids, f.log)
		}
	}
	check := func(when string, want int) {
		t.Helper()
		if events, times := slack.told(); events != want || times != want {
			t.Errorf("%s: %d changes are told, %d times, want %d\n%s", when, events, times, want, f.log)
		}
	}
	take(f, 0, 1)
	check("without the parameter", 0)
	for deadline := time.Now().Add(time.Minute); !strings.Contains(f.log.String(), "ssm:GetParameter"); time.Sleep(time.Millisecond) { // the log comes later than the answer
		if time.Now().After(deadline) {
			t.Fatalf("it does not say what it lacks:\n%s", f.log)
		}
	}
	store.refuses.Store(false)
	take(f, 2)
	check("with it", 3)
	asked := store.asked.Load()
	take(f, 2, 1)
	check("when notices come again", 3)
	other := startFunction(t, self, environment...)
	take(other, 0, 1, 2, 3)
	check("elsewhere", 4)
	if n := store.asked.Load(); n != asked+1 {
		t.Errorf("the parameter was read %d times, want %d", n, asked+1)
	}
	for name, content := range server.Objects("lake", "") {
		if strings.Contains(string(content), slackCanary) {
			t.Errorf("%s shows the address of the webhook", name)
		}
	}
	if said := f.log.String() + other.log.String(); strings.Contains(said, slackCanary) || strings.Count(said, "telling of role changes") != 1 {
		t.Errorf("the functions said\n%s", said)
	}
}

// TestFunctionSettings: a severity that is none is told when the function starts.
func TestFunctionSettings(t *testing.T) {
	t.Setenv(alertSeverityEnv, "grave")
	if _, err := newLambdaAlerts(nil); err == nil || !strings.Contains(err.Error(), `ROLETRAIL_ALERT_SEVERITY: "grave" is no severity; there are`) {
		t.Error(err)
	}
}
