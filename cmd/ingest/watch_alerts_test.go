package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// slackCanary stands in the address of the webhook, which nothing may show.
const slackCanary = "B0CANARY"

// slackInbox stands in for Slack: it counts the events that its messages are about.
type slackInbox struct {
	*httptest.Server
	mu     sync.Mutex
	events map[string]int
	texts  strings.Builder
	plain  int      // texts with a mention that Slack shows as they are
	markup []string // texts with one that it heeds
}

func newSlackInbox(t *testing.T) *slackInbox {
	s := &slackInbox{events: map[string]int{}}
	about := regexp.MustCompile(`\|event ([0-9a-f-]{36})`)
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.texts.Write(text)
		var message any
		if err := json.Unmarshal(text, &message); err != nil {
			t.Errorf("%s is no message: %v", text, err)
		}
		s.mentions(message, "")
		for _, found := range about.FindAllStringSubmatch(string(text), -1) {
			s.events[found[1]]++
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// mentions looks for the mention among the texts of a message, or of a part of it of some type.
func (s *slackInbox) mentions(part any, kind string) {
	switch part := part.(type) {
	case map[string]any:
		kind, _ := part["type"].(string)
		for _, member := range part {
			s.mentions(member, kind)
		}
	case []any:
		for _, member := range part {
			s.mentions(member, kind)
		}
	case string:
		switch {
		case !strings.Contains(part, mention):
		case kind == "plain_text":
			s.plain++
		default:
			s.markup = append(s.markup, part)
		}
	}
}

// mention is what calls everybody in a channel of Slack where it is markup.
const mention = "<!channel>"

func (s *slackInbox) told() (events, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.events {
		times += n
	}
	return len(s.events), times
}

// await waits until so many changes are told, two minutes at most.
func (s *slackInbox) await(events int) {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if n, _ := s.told(); n >= events {
			return
		}
	}
}

// boundaryDeleted is a log file with a grave change of a role by an actor of its own.
func boundaryDeleted(n int) string {
	return fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/u%[1]d"},"eventTime":%[2]q,"eventSource":"iam.amazonaws.com",`+
		`"eventName":"DeleteRolePermissionsBoundary","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"`+mention+`","recipientAccountId":"111111111111","eventID":"00000000-0000-4000-8000-%012[1]d",`+
		`"eventType":"AwsApiCall","eventCategory":"Management","requestParameters":{"roleName":"`+mention+`"},"responseElements":null}]}`, n, time.Now().UTC().Format(time.RFC3339))
}

// TestKilledWhileTelling kills the program at random moments while it tells Slack of role
// changes: none is lost, and one is told again only where a kill hit between Slack's answer
// and the ledger. ROLETRAIL_KILLS makes a tenth of it more kills; 10000 is a thousand of these.
func TestKilledWhileTelling(t *testing.T) {
	kills := 15
	if n, err := strconv.Atoi(os.Getenv("ROLETRAIL_KILLS")); err == nil {
		kills = max(kills, n/10)
	}
	slack, dir := newSlackInbox(t), t.TempDir()
	secret, logs, lake := filepath.Join(dir, "webhook"), filepath.Join(dir, "logs"), filepath.Join(dir, "lake")
	if err := os.WriteFile(secret, []byte(slack.URL+"/services/"+slackCanary+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(logs, 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	start := func() *exec.Cmd {
		cmd := exec.Command(self, "watch", "--lake", lake, "--poll", "1s", "--slack-webhook-file", secret, logs)
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), asProgram+"=1"), &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	random, number, landed := rand.New(rand.NewPCG(11, 4)), 0, 0
	for round := range kills {
		toldBefore, _ := slack.told()
		for range 2 {
			number++
			file := filepath.Join(logs, fmt.Sprint(number, ".json"))
			if err := os.WriteFile(file, []byte(boundaryDeleted(number)), 0o600); err != nil {
				t.Fatal(err)
			}
			settled := time.Now().Add(-time.Minute)
			if err := os.Chtimes(file, settled, settled); err != nil {
				t.Fatal(err)
			}
		}
		cmd := start()
		if round%2 == 0 { // the others may be killed before they have begun
			slack.await(toldBefore + 1)
		}
		time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
		before, _ := slack.told()
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if before > 0 && before < number {
			landed++
		}
	}
	last := start()
	slack.await(number)
	if err := last.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := exitCodeWithin(t, last, 20*time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
	events, times := slack.told()
	if events != number || times > number+landed || landed == 0 {
		t.Errorf("%d of %d changes are told, %d times; %d kills hit while some were told\n%s", events, number, times, landed, said.String())
	}
	if slack.plain < number || len(slack.markup) > 0 {
		t.Errorf("%d texts show the mention as it is, and it is markup in %q", slack.plain, slack.markup)
	}
	if strings.Contains(said.String(), slackCanary) {
		t.Errorf("the address of the webhook is shown: %s", said.String())
	}
	nothingShows(t, lake, slackCanary)
	t.Logf("%d changes told %d times, %d kills of which %d hit while some were told", events, times, kills, landed)
}

// nothingShows looks for a secret in all files of a folder.
func nothingShows(t *testing.T, dir, secret string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		if text, err := os.ReadFile(path); err != nil || strings.Contains(string(text), secret) {
			t.Errorf("%s: %v, or it holds the secret", path, err)
		}
		return nil
	})
	if err != nil || files < 3 {
		t.Errorf("%d files, %v", files, err)
	}
}
