package silence_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
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
	for what, ask := range map[string]func(ctx context.Context) error{
		"a bucket": func(ctx context.Context) error {
			_, err := bucket.Connect(ctx, "trails")
			return err
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
	} {
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

// silentServer takes connections and says nothing. The environment has all of AWS there, asked once or, where
// a program says itself how often, a few times.
func silentServer(t *testing.T) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	url = "http://" + listener.Addr().String()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // which is as good as unset
		}
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE11", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	return url
}
