package silence_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roletrail/pipeline/bucket"
	"roletrail/pipeline/live"
	"roletrail/pipeline/notice/queue"
	"roletrail/pipeline/parameter"
	"roletrail/pipeline/silence"
	"roletrail/queries"
)

// TestServersThatSayNothing: whatever is asked of AWS is given up when a server takes the connection and
// nothing ever comes, and the failure is that of the connection.
func TestServersThatSayNothing(t *testing.T) {
	at := silentServer(t)
	whole := silence.Most
	t.Cleanup(func() { silence.Most = whole })
	silence.Most = 300 * time.Millisecond
	for what, ask := range services(at) {
		t.Run(what, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			err := ask(ctx)
			var broken net.Error
			if ctx.Err() != nil || !errors.As(err, &broken) || !broken.Timeout() {
				t.Errorf("%v, and of the minute that it had is left: %v", err, ctx.Err() == nil)
			}
		})
	}
}

// services ask each service of AWS for something.
func services(at string) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"a bucket": func(ctx context.Context) error {
			client, err := bucket.Connect(ctx, "trails")
			if err != nil {
				return err
			}
			return (&bucket.Source{Client: client, Bucket: "trails"}).List(ctx, nil)
		},
		"a queue": func(ctx context.Context) error {
			client, err := queue.Connect(ctx, at+"/111111111111/trails")
			if err != nil {
				return err
			}
			return queue.New(client, at+"/111111111111/trails", nil, nil).Check(ctx)
		},
		"a parameter": func(ctx context.Context) error {
			_, err := parameter.Read(ctx, "/roletrail/slack")
			return err
		},
		"IAM": func(ctx context.Context) error {
			client, err := live.Connect(ctx)
			if err != nil {
				return err
			}
			_, err = live.ReadInventory(ctx, client, nil)
			return err
		},
		"Athena": func(ctx context.Context) error {
			_, err := queries.OpenAthena(ctx, queries.AthenaOptions{Workgroup: "reports", Database: "roletrail"})
			return err
		},
	}
}

// TestAnswersThatAreCut: whatever is asked of AWS is asked again where an answer ends before its time.
func TestAnswersThatAreCut(t *testing.T) {
	var bodies atomic.Int64
	var stop atomic.Pointer[context.CancelFunc] // when it was asked again
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead { // its answer has nothing that could be cut
			return
		}
		if bodies.Add(1) == 2 {
			(*stop.Load())()
		}
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, `{"a": "`)
	}))
	t.Cleanup(server.Close)
	askThere(t, server.URL, 2)
	for what, ask := range services(server.URL) {
		t.Run(what, func(t *testing.T) {
			ctx, end := context.WithTimeout(t.Context(), time.Minute)
			defer end()
			bodies.Store(0)
			stop.Store(&end)
			if err := ask(ctx); err == nil || bodies.Load() < 2 {
				t.Errorf("asked %d times: %v", bodies.Load(), err)
			}
		})
	}
}

// silentServer takes connections and says nothing.
func silentServer(t *testing.T) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	url = "http://" + listener.Addr().String()
	askThere(t, url, 1)
	return url
}

// askThere lets the environment have all of AWS at an address, asked so many times or, where a program says itself
// how often, some more.
func askThere(t *testing.T, url string, attempts int) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // which is as good as unset
		}
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE11", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_MAX_ATTEMPTS": fmt.Sprint(attempts), "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}
