package alert

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

var update = flag.Bool("update", false, "write the golden files anew")

// trust is a change as events have it.
func trust(n int) Change {
	return Change{
		EventID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), EventTime: time.Date(2026, 9, 1, 12, n, 0, 0, time.UTC), EventName: "UpdateAssumeRolePolicy",
		AccountID: "111111111111", AWSRegion: "us-east-1", Change: "trust_changed", Severity: "critical", Outcome: "success",
		RoleARNs: []string{"arn:aws:iam::111111111111:role/app"}, Actor: "arn:aws:iam::111111111111:user/alice",
		SourceIPAddress: "203.0.113.7", UserAgent: "aws-cli/2.15", Summary: "UpdateAssumeRolePolicy of app: anybody may become the role",
	}
}

func TestMessages(t *testing.T) {
	policy := trust(1)
	policy.EventID, policy.AWSRegion, policy.Change, policy.Severity, policy.Outcome = "no guid", "us-east-1", "managed_policy_version_created", "high", "denied"
	policy.RoleARNs, policy.PolicyARN, policy.UserAgent, policy.Summary = nil, "arn:aws:iam::111111111111:policy/team/deploy", "", "CreatePolicyVersion deploy: makes an administrator; denied"
	var many []Entry
	for n := range 13 {
		c := trust(n)
		c.Severity = []string{"high", "critical", "medium"}[n%3]
		many = append(many, Entry{Change: c})
	}
	finding := trust(2)
	finding.EventName, finding.Change, finding.Finding, finding.Severity = "AssumeRole", "", "new_caller", "high"
	finding.Summary = "888888888888:AROA became app for the first time, from an account that is not one's own"
	trustful := trust(3)
	trustful.SourceIdentity, trustful.Through, trustful.MFA = "alice@example.com", "Terraform", "no"
	trustful.Difference, trustful.LastUsed = []string{`- "AWS": "arn:aws:iam::111111111111:root"`, `+ "AWS": "*"`}, "2026-08-31"
	var robot []Entry
	for n := range 14 {
		c := trust(n / 4)
		c.Actor, c.Automation, c.Severity = fmt.Sprint("arn:aws:sts::111111111111:assumed-role/deploy/", n), "terraform", "medium"
		robot = append(robot, Entry{Change: c})
	}
	for name, entries := range map[string][]Entry{"difference": {{Change: trustful}}, "automation": robot, "finding": {{Change: finding}}, "one": {{Change: trust(1)}}, "policy": {{Change: policy}}, "many": many} {
		for _, webhook := range []string{Slack, Generic} {
			text, err := json.MarshalIndent(new(Sender).payload(Webhook{Name: webhook}, changesOf(entries)), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name+"."+webhook+".json"), append(text, '\n'))
		}
	}
}

// TestGrouped puts together what known automation did, and what somebody did often.
func TestGrouped(t *testing.T) {
	entry := func(n int, actor, automation string) Entry {
		c := trust(n)
		c.Actor, c.Automation = actor, automation
		return Entry{Key: fmt.Sprint(n), Change: c}
	}
	var entries []Entry
	for n := range 4 {
		entries = append(entries, entry(10+n, "often", ""))
	}
	entries = append(entries, entry(1, "a", "terraform"), entry(0, "b", "terraform"), entry(2, "a", ""), entry(3, "a", ""), entry(4, "c", "pipeline"))
	var got []string
	for _, group := range grouped(entries) {
		var keys []string
		for _, e := range group {
			keys = append(keys, e.Key)
		}
		got = append(got, strings.Join(keys, "+"))
	}
	if strings.Join(got, " ") != "0+1 2 3 4 10+11+12+13" {
		t.Errorf("groups are %v", got)
	}
}

func changesOf(entries []Entry) (changes []Change) {
	for _, e := range entries {
		changes = append(changes, e.Change)
	}
	return changes
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s, got:\n%s", file, got)
	}
}

// TestHostileTexts puts what an attacker may write into every text of a change.
func TestHostileTexts(t *testing.T) {
	for _, hostile := range []string{
		"<!channel>", "<@U123> & <https://evil.example|console>", "a\r\nb\x00\x1b[31m", "\u202egnp.exe\u2066\u200b", strings.Repeat("ö", 10_000), strings.Repeat("<", 10_000),
		"\xff\xfe", `"}],"blocks":[`, "", "*bold* `code` _x_ ~y~", "\U000e0001\ue000",
	} {
		c := Change{
			EventID: hostile, EventTime: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), EventName: hostile, AccountID: hostile, AWSRegion: hostile, Change: hostile, Finding: hostile, Severity: hostile, Outcome: hostile,
			PolicyARN: hostile, Actor: hostile, SourceIdentity: hostile, Through: hostile, MFA: hostile, Automation: hostile, LastUsed: hostile, Difference: slices.Repeat([]string{hostile}, 9), SourceIPAddress: hostile, UserAgent: hostile, Summary: hostile,
		}
		for range 100 {
			c.RoleARNs = append(c.RoleARNs, hostile)
		}
		c = c.Cleaned()
		if again := c.Cleaned(); len(c.RoleARNs) != maxRoles || c.MoreRoles != 100-maxRoles || again.MoreRoles != c.MoreRoles {
			t.Fatalf("%d roles and %d more, then %d", len(c.RoleARNs), c.MoreRoles, again.MoreRoles)
		}
		// What other programs are told stands in no block that cleans it again.
		texts := slices.Concat(c.RoleARNs, c.Difference)
		for field, v := 0, reflect.ValueOf(c); field < v.NumField(); field++ {
			if v.Field(field).Kind() == reflect.String {
				texts = append(texts, v.Field(field).String())
			}
		}
		for _, text := range texts {
			checkText(t, text, maxSummary)
		}
		for _, message := range []slackMessage{slackOf(c, c.Summary), slackOfMany(slices.Repeat([]Change{c}, 100))} {
			if n := checkMessage(t, message); n > 10_000 {
				t.Errorf("%.20q makes a message of %d characters", hostile, n)
			}
		}
	}
}

// checkText holds a text to a length, and to having no characters that disguise it.
func checkText(t *testing.T, text string, most int) {
	t.Helper()
	if strings.ContainsAny(text, disguises+"\n") || !utf8.ValidString(text) || utf8.RuneCountInString(text) > most {
		t.Errorf("a text is too long, or has characters that disguise: %.200q", text)
	}
}

// disguises are characters that no text may have.
const disguises = "\x00\x1b\r\u202e\u2066\u200b\ue000\U000e0001"

// checkMessage holds a message to Slack's limits, and texts that Slack reads as markup to
// having none but our own link. It returns how many characters the message has.
func checkMessage(t *testing.T, m slackMessage) (characters int) {
	t.Helper()
	check := func(text slackText, most int) {
		t.Helper()
		if n := utf8.RuneCountInString(text.Text); n == 0 || n > most {
			t.Errorf("a text of %d characters where at most %d are allowed", n, most)
		}
		characters += utf8.RuneCountInString(text.Text)
		if strings.ContainsAny(strings.ReplaceAll(text.Text, "\n", ""), disguises) || !utf8.ValidString(text.Text) {
			t.Errorf("a text has characters that disguise: %q", text.Text)
		}
		if lines := strings.Count(text.Text, "\n") + 1; lines > maxLines {
			t.Errorf("a text of %d lines", lines)
		}
		if text.Type != "plain_text" && strings.ContainsAny(text.Text, "<>") {
			t.Errorf("markup in %q", text.Text)
		}
	}
	if len(m.Blocks) > 50 || strings.ContainsAny(m.Text, "<>") {
		t.Errorf("%d blocks, text %q", len(m.Blocks), m.Text)
	}
	for _, b := range m.Blocks {
		switch {
		case b.Type == "header":
			check(*b.Text, 150)
		case b.Text != nil:
			check(*b.Text, 3000)
		}
		if len(b.Fields) > 10 {
			t.Errorf("%d fields", len(b.Fields))
		}
		for _, text := range append(slices.Clone(b.Fields), b.Elements...) {
			check(text, 2000)
		}
	}
	return characters
}

// box is an outbox in memory.
type box struct {
	entries map[string]*boxed
	settled []string
}

type boxed struct {
	Entry
	due time.Time
}

func newBox(changes ...Change) *box {
	b := &box{entries: map[string]*boxed{}}
	for _, c := range changes {
		key := c.EventID + "/" + c.AccountID
		b.entries[key] = &boxed{Entry: Entry{Key: key, Change: c}}
	}
	return b
}

func (b *box) Due(_ string, now time.Time, most int) (due []Entry, err error) {
	for _, key := range slices.Sorted(maps.Keys(b.entries)) {
		if e := b.entries[key]; !e.due.After(now) && len(due) < most {
			due = append(due, e.Entry)
		}
	}
	return due, nil
}

func (b *box) Settle(_ string, keys []string) error {
	for _, key := range keys {
		delete(b.entries, key)
	}
	b.settled = append(b.settled, keys...)
	return nil
}

func (b *box) Postpone(_ string, keys []string, until time.Time) error {
	for _, key := range keys {
		b.entries[key].due, b.entries[key].Tries = until, b.entries[key].Tries+1
	}
	return nil
}

func (b *box) Waiting(string) (n int, due time.Time, err error) {
	for _, e := range b.entries {
		if n++; n == 1 || e.due.Before(due) {
			due = e.due
		}
	}
	return n, due, nil
}

// server stands in for Slack. Its answers are given one after the other, then 200.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	answers []int
	retry   string
	told    []string // of accepted messages
}

func newServer(t *testing.T, answers ...int) *server {
	s := &server{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		code := http.StatusOK
		if len(s.answers) > 0 {
			code, s.answers = s.answers[0], s.answers[1:]
		}
		if code == http.StatusOK {
			s.told = append(s.told, string(text))
		}
		w.Header().Set("Retry-After", s.retry)
		w.Header().Set("Location", "https://elsewhere.example/")
		w.WriteHeader(code)
	}))
	t.Cleanup(s.Close)
	return s
}

// canary stands in every address of a webhook: nobody may ever see it.
const canary = "T0CANARY/B0CANARY"

// senderTo is a sender to the server, its registry, and what it warned of.
func senderTo(t *testing.T, s *server, now *time.Time) (*Sender, *prometheus.Registry, *[]string) {
	t.Helper()
	secret, err := NewSecret(s.URL + "/services/" + canary)
	if err != nil {
		t.Fatal(err)
	}
	hooks, registry, warned := []Webhook{{Slack, secret}}, prometheus.NewPedanticRegistry(), &[]string{}
	sender := &Sender{
		Webhooks: hooks, Metrics: NewMetrics(registry, hooks), Warn: func(err error) { *warned = append(*warned, err.Error()) },
		now: func() time.Time { return *now }, pause: time.Microsecond,
	}
	t.Cleanup(func() {
		for _, text := range append(*warned, fmt.Sprint(sender.Webhooks, *sender), fmt.Sprintf("%#v %+v", sender.Webhooks[0], secret)) {
			if strings.Contains(text, "CANARY") {
				t.Errorf("the address is shown: %s", text)
			}
		}
		if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
			t.Errorf("the linter says %v, %v", problems, err)
		}
	})
	return sender, registry, warned
}

// TestSender lets the server answer in turn, and steps to when the sender wants to try again.
func TestSender(t *testing.T) {
	for name, tc := range map[string]struct {
		answers []int
		retry   string
		told    int
		failed  float64
		warned  string
		took    time.Duration // until all is settled
	}{
		"accepted":             {told: 1},
		"busy":                 {answers: []int{429}, retry: "30", told: 1, warned: "answers 429 Too Many Requests; trying again in 30s", took: 30 * time.Second},
		"busy for long":        {answers: []int{429}, retry: "99999999", told: 1, warned: "trying again in 15m0s", took: 15 * time.Minute},
		"busy without a time":  {answers: []int{503, 500, 502}, retry: "soon", told: 1, warned: "503 Service Unavailable; trying again in 2s", took: (2 + 4 + 8) * time.Second},
		"refused":              {answers: []int{400}, failed: 1, warned: `telling slack of event "00000000-0000-4000-8000-000000000001": the server answers 400 Bad Request; it is given up`},
		"taken away":           {answers: []int{404}, told: 1, warned: "404 Not Found; trying again in 15m0s", took: 15 * time.Minute},
		"redirected elsewhere": {answers: []int{302}, told: 1, warned: "302 Found; trying again in 15m0s", took: 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s, began := newServer(t, tc.answers...), time.Date(2026, 9, 1, 13, 0, 0, 0, time.UTC)
			s.retry = tc.retry
			now := began
			sender, registry, warned := senderTo(t, s, &now)
			outbox := newBox(trust(1))
			for {
				if err := sender.Send(t.Context(), outbox); err != nil {
					t.Fatal(err)
				}
				_, next, _ := outbox.Waiting(Slack)
				if next.IsZero() {
					break
				}
				// Before its time nothing is tried.
				tried := len(*warned)
				now = next.Add(-time.Millisecond)
				if err := sender.Send(t.Context(), outbox); err != nil || len(*warned) != tried {
					t.Fatalf("tried before its time, %v: %v", err, *warned)
				}
				now = next
			}
			if len(s.told) != tc.told || now.Sub(began) != tc.took || !strings.Contains(strings.Join(*warned, "\n"), tc.warned) || len(*warned) != len(tc.answers) {
				t.Errorf("told %d times after %v, warned %q", len(s.told), now.Sub(began), *warned)
			}
			want := fmt.Sprintf("# HELP roletrail_alerts_total Role changes that were to be told, by webhook: sent when it accepted them, failed when they were given up.\n"+
				"# TYPE roletrail_alerts_total counter\nroletrail_alerts_total{outcome=\"failed\",webhook=\"slack\"} %v\nroletrail_alerts_total{outcome=\"sent\",webhook=\"slack\"} %d\n", tc.failed, tc.told)
			if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "roletrail_alerts_total"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBurstsAreOneMessage: many changes of one actor are told as one, those of others apart.
func TestBurstsAreOneMessage(t *testing.T) {
	s, now := newServer(t), time.Now()
	sender, _, _ := senderTo(t, s, &now)
	var changes []Change
	for n := range 14 {
		changes = append(changes, trust(n))
	}
	for n := range 3 {
		c := trust(20 + n)
		c.Actor = "arn:aws:iam::111111111111:user/bob"
		changes = append(changes, c)
	}
	outbox := newBox(changes...)
	if err := sender.Send(t.Context(), outbox); err != nil || len(outbox.entries) > 0 {
		t.Fatalf("%v, %d left", err, len(outbox.entries))
	}
	if len(s.told) != 4 || !strings.Contains(s.told[0], "14 role changes in 13 minutes by user/alice") || !strings.Contains(s.told[0], "and 4 more") {
		t.Errorf("told %d times: %s", len(s.told), s.told)
	}
	// One that Slack does not take spoils no other.
	s.answers = []int{400, 200, 400, 200, 200}
	s.told = nil
	outbox = newBox(changes[:4]...)
	if err := sender.Send(t.Context(), outbox); err != nil || len(outbox.entries) > 0 || len(s.told) != 3 {
		t.Errorf("%v, %d left, told %d times", err, len(outbox.entries), len(s.told))
	}
}

// TestEachIsToldOnce lets servers fail at random: every change is accepted exactly once.
func TestEachIsToldOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	retried := 0
	for range 30 {
		var answers []int
		for range random.IntN(20) {
			answers = append(answers, []int{200, 429, 500, 404, 503}[random.IntN(5)])
		}
		s, now := newServer(t, answers...), time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
		sender, _, warned := senderTo(t, s, &now)
		var changes []Change
		for n := range 1 + random.IntN(30) {
			c := trust(n)
			c.Actor = fmt.Sprint("actor", random.IntN(5))
			changes = append(changes, c)
		}
		outbox := newBox(changes...)
		for len(outbox.entries) > 0 {
			if err := sender.Send(t.Context(), outbox); err != nil {
				t.Fatal(err)
			}
			if rest := sender.rests[Slack]; rest.After(now) {
				now = rest
			}
		}
		retried += len(*warned)
		slices.Sort(outbox.settled)
		if len(slices.Compact(slices.Clone(outbox.settled))) != len(outbox.settled) || len(outbox.settled) != len(changes) {
			t.Fatalf("settled %d of %d changes", len(outbox.settled), len(changes))
		}
		all := strings.Join(s.told, "")
		for _, c := range changes {
			// A long list names ten, and how many more there are.
			if n := strings.Count(all, c.EventID+"|"); n > 1 {
				t.Errorf("%s is told %d times", c.EventID, n)
			}
		}
	}
	if retried < 50 {
		t.Errorf("only %d tries failed", retried)
	}
}

// TestUnreachable: a server that does not answer is no reason to show where it is, and a stop
// in the middle of a message leaves it to be told again.
func TestUnreachable(t *testing.T) {
	s, now := newServer(t), time.Now()
	sender, _, warned := senderTo(t, s, &now)
	s.Close()
	outbox := newBox(trust(1))
	err := sender.Send(t.Context(), outbox)
	_, next, _ := outbox.Waiting(Slack)
	if err != nil || !next.After(now) || len(*warned) != 1 || !strings.Contains((*warned)[0], "it cannot be reached") {
		t.Errorf("next at %v, %v, warned %q", next, err, *warned)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	now = next
	if err := sender.Send(stopped, outbox); err != nil || len(outbox.entries) != 1 || outbox.entries["00000000-0000-4000-8000-000000000001/111111111111"].Tries != 1 {
		t.Errorf("stopped: %v, %+v", err, outbox.entries)
	}
}

// TestStopInTheMiddleOfAMessage: what is on its way when a stop comes arrives once, and a
// server that does not answer holds the stop up for a few seconds alone.
func TestStopInTheMiddleOfAMessage(t *testing.T) {
	for name, answers := range map[string]bool{"accepted": true, "no answer": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			told, over := 0, make(chan struct{})
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				told++
				stop()
				if !answers {
					<-over
				}
				time.Sleep(100 * time.Millisecond) // the stop is the first to be seen
			}))
			defer s.Close()
			defer close(over)
			address, err := NewSecret(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			hooks := []Webhook{{Slack, address}}
			sender := &Sender{Webhooks: hooks, Metrics: NewMetrics(prometheus.NewRegistry(), hooks), Warn: func(err error) { t.Error(err) }}
			outbox, began := newBox(trust(1)), time.Now()
			if err := sender.Send(ctx, outbox); err != nil {
				t.Fatal(err)
			}
			if answers != (len(outbox.entries) == 0) || told != 1 || time.Since(began) >= patience {
				t.Errorf("told %d times, %d wait, after %v", told, len(outbox.entries), time.Since(began))
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"https://hooks.slack.com/services/" + canary + "\n": "",
		"http://127.0.0.1:8080/" + canary:                   "",
		"http://hooks.slack.com/" + canary:                  "it must begin with https://",
		"hooks.slack.com/" + canary:                         "it must begin with https://",
		"https://a/" + canary + "\nhttps://b/":              "it is no address",
		"https://%zz" + canary:                              "it is no address",
		"":                                                  "it must begin with https://",
		"https://a/" + strings.Repeat("CANARY", 1000):       "it is no address",
	} {
		file := filepath.Join(dir, "webhook")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		secret, err := ReadSecret(file)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "CANARY")) {
			t.Errorf("%.40q: %v", text, err)
		}
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Error("x", "secret", secret, "webhook", Webhook{Slack, secret})
		raw, err := json.Marshal(map[string]any{"a": secret, "b": Webhook{Slack, secret}})
		if all := log.String() + string(raw); err != nil || strings.Contains(all, "CANARY") || !strings.Contains(all, redacted) {
			t.Errorf("a secret shows itself: %s %v", all, err)
		}
	}
	if _, err := ReadSecret(filepath.Join(dir, "missing")); err == nil {
		t.Error("a missing file is no error")
	}
}

// TestRolesThatDoNotFit: a message names as many roles as there is room for, and counts the others.
func TestRolesThatDoNotFit(t *testing.T) {
	long := "arn:aws:iam::111111111111:role/" + strings.Repeat("p/", 90) + "r"
	for want, c := range map[string]Change{
		"":                                 {},
		"a, b":                             {RoleARNs: []string{"a", "b"}},
		"a and 3 more":                     {RoleARNs: []string{"a"}, MoreRoles: 3},
		long + ", " + long + " and 4 more": {RoleARNs: []string{long, long, long, long}, MoreRoles: 2},
	} {
		if got := rolesOf(c); got != want || len(got) > maxField {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
