package pipeline_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/alert"
	"roletrail/pipeline/bucket/s3test"
)

// teller is a process that takes log files into a lake on S3 and tells of changes.
type teller struct {
	t        *testing.T
	outbox   *pipeline.RemoteOutbox
	delivery *pipeline.Delivery
	clock    *time.Time
}

func (m *mirrored) teller(clock *time.Time) *teller { return m.process(clock, nil) }

// process is a teller that finds unusual access, too, if it is told how.
func (m *mirrored) process(clock *time.Time, u *pipeline.Unusual) *teller {
	m.t.Helper()
	lake, err := parquet.CreateRemote(m.store)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { lake.Close() })
	outbox := pipeline.NewRemoteOutbox(m.store, alert.Slack)
	outbox.SetClock(func() time.Time { return *clock })
	options := pipeline.Options{Outbox: outbox, Telling: pipeline.Telling{Webhooks: []string{alert.Slack}, AtLeast: "high"}, RecentSince: clock.Add(-24 * time.Hour)}
	if u != nil {
		options.Telling.AtLeast, options.Remembering = "low", pipeline.NewRemoteMemory(m.store, u)
		options.Remembering.SetClock(func() time.Time { return *clock })
	}
	return &teller{t: m.t, outbox: outbox, delivery: pipeline.NewDelivery(lake, options), clock: clock}
}

// graveChange is a change that is told, of a number.
func graveChange(n int, at time.Time) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","eventTime":%q,"eventSource":"iam.amazonaws.com","eventName":"DeleteRolePermissionsBoundary","awsRegion":"us-east-1","recipientAccountId":"111111111111",
		"eventID":"00000000-0000-4000-8000-%012d","eventType":"AwsApiCall","eventCategory":"Management","requestParameters":{"roleName":"app"}}`, at.UTC().Format(time.RFC3339), n)
}

// take takes a log file of changes.
func (p *teller) take(name string, numbers ...int) error {
	var records []string
	for _, n := range numbers {
		records = append(records, graveChange(n, p.clock.Add(time.Duration(n)*time.Second-time.Hour)))
	}
	return p.takeText(name, trail(records...), fmt.Sprint(numbers))
}

func (p *teller) takeText(name string, text []byte, tag string) error {
	_, err := p.delivery.Deliver(p.t.Context(), pipeline.Object{Name: name, Tag: tag, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }})
	return err
}

// due are the numbers of the changes that the process is to tell.
func (p *teller) due() (keys []string, numbers []int) {
	p.t.Helper()
	entries, err := p.outbox.Due(alert.Slack, *p.clock, 1000)
	if err != nil && !strings.Contains(err.Error(), "AccessDenied") {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		var n int
		if _, err := fmt.Sscanf(e.Change.EventID, "00000000-0000-4000-8000-%d", &n); err != nil {
			p.t.Fatal(err)
		}
		keys, numbers = append(keys, e.Key), append(numbers, n)
	}
	return keys, numbers
}

// tellAll tells what is due, and returns which.
func (p *teller) tellAll() []int {
	p.t.Helper()
	keys, numbers := p.due()
	if err := p.outbox.Settle(alert.Slack, keys); err != nil {
		p.t.Fatal(err)
	}
	return numbers
}

func want(t *testing.T, when string, got []int, numbers ...int) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(numbers) {
		t.Errorf("%s: told %v, want %v", when, got, numbers)
	}
}

// TestRemoteOutbox: a change is told once, by the process that took its log file, and neither when
// the log file comes again, here or elsewhere, nor when another log file holds it, too.
func TestRemoteOutbox(t *testing.T) {
	m, clock := newMirrored(t), time.Now()
	a, b := m.teller(&clock), m.teller(&clock)
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	try(a.take("one.json", 1, 2))
	want(t, "at first", a.tellAll(), 1, 2)
	try(a.take("one.json", 1, 2))
	try(b.take("one.json", 1, 2))
	try(b.take("other.json", 2, 3))
	want(t, "again", a.tellAll())
	want(t, "elsewhere", b.tellAll(), 3)
	clock = clock.Add(20 * time.Minute)
	want(t, "when nothing is left", m.teller(&clock).tellAll())
	if n := len(m.server.Objects("lake", "a/outbox/lease/")); n != 0 {
		t.Errorf("%d leases were taken for nothing", n)
	}
}

// TestLeftMessagesAreTaken: what a process did not tell, because it ended or could not note that it
// did, is told a quarter of an hour later, by one of the others.
func TestLeftMessagesAreTaken(t *testing.T) {
	m, clock := newMirrored(t), time.Now().Truncate(15*time.Minute)
	if err := m.teller(&clock).take("one.json", 1); err != nil { // and ended
		t.Fatal(err)
	}
	a := m.teller(&clock)
	m.server.Refuse(func(c s3test.Call) int {
		if strings.HasSuffix(c.Resource, ".told") || strings.Contains(c.Resource, "/coverage/") {
			return http.StatusForbidden
		}
		return 0
	})
	if err := a.take("two.json", 2); err == nil {
		t.Fatal("it was taken without coverage")
	}
	_, numbers := a.due()
	want(t, "before the log file counts", numbers)
	m.server.Refuse(func(c s3test.Call) int {
		if strings.HasSuffix(c.Resource, ".told") {
			return http.StatusForbidden
		}
		return 0
	})
	if err := a.take("two.json", 2); err != nil {
		t.Fatal(err)
	}
	keys, numbers := a.due()
	want(t, "when it counts", numbers, 2)
	if err := a.outbox.Settle(alert.Slack, keys); err == nil || !strings.Contains(err.Error(), "s3:PutObject") {
		t.Errorf("noting what was told: %v", err)
	}
	m.server.Refuse(nil)
	clock = clock.Add(14 * time.Minute)
	want(t, "a little later", m.teller(&clock).tellAll())
	clock = clock.Add(time.Minute)
	b, c := m.teller(&clock), m.teller(&clock)
	_, numbers = b.due()
	want(t, "by the first that looks", numbers, 1, 2)
	want(t, "by the second", c.tellAll())
	want(t, "by the process that had it", a.tellAll())
	if err := b.outbox.Postpone(alert.Slack, keys, clock.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	want(t, "when one is put off", b.tellAll(), 1)
	clock = clock.Add(15 * time.Minute)
	want(t, "in the next quarter of an hour", c.tellAll(), 2)
	clock = clock.Add(15 * time.Minute)
	want(t, "at the end", c.tellAll())
}

// TestRemoteOutboxAcrossRestarts lets calls fail at random and processes end at random: at the end each
// change was told, and more than once only where it could not be noted that it was.
func TestRemoteOutboxAcrossRestarts(t *testing.T) {
	m, clock := newMirrored(t), time.Now()
	random := rand.New(rand.NewPCG(7, 7))
	unnoted, refused := 0, 0
	chance := 6
	m.server.Refuse(func(c s3test.Call) int {
		if chance == 0 || c.Action != "s3:PutObject" || random.IntN(chance) > 0 {
			return 0
		}
		if refused++; strings.HasSuffix(c.Resource, ".told") {
			unnoted++
		}
		return http.StatusForbidden
	})
	told := map[int]int{}
	p := m.teller(&clock)
	tell := func() {
		keys, numbers := p.due()
		for i, key := range keys {
			told[numbers[i]]++
			if p.outbox.Settle(alert.Slack, []string{key}) != nil {
				return // it waits, or is told again
			}
		}
	}
	const logFiles, restarts = 40, 5
	for n := range logFiles {
		for p.take(fmt.Sprint(n, ".json"), n, n+1) != nil { // the notice comes again
			if random.IntN(2) == 0 {
				p = m.teller(&clock)
			}
		}
		if n%restarts == 0 {
			p = m.teller(&clock) // before it told
		}
		tell()
		clock = clock.Add(time.Duration(random.IntN(120)) * time.Second)
	}
	for chance = 0; ; clock = clock.Add(7 * time.Minute) { // a lease ends before its quarter of an hour
		tell()
		if p = m.teller(&clock); time.Until(clock) > 6*time.Hour {
			break
		}
	}
	again := 0
	for n := range logFiles + 1 {
		if told[n] == 0 {
			t.Errorf("change %d was told nobody", n)
		}
		again += told[n] - 1
	}
	t.Logf("%d changes, %d calls refused, %d of them notes of what was told, %d told again", len(told), refused, unnoted, again)
	if again > unnoted || refused < 10 || unnoted == 0 {
		t.Errorf("%d were told again, %d notes were refused", again, unnoted)
	}
}

// TestOldMessagesAreRemoved by compactions, when nothing that they are about can be news any more.
func TestOldMessagesAreRemoved(t *testing.T) {
	c := newCompacting(t)
	c.log("one.json", map[int][]int{1: {1}})
	c.deliver("one.json")
	for _, name := range []string{"slack/0123.json", "slack/0123.told", "lease/7"} {
		c.server.Put("lake", "a/outbox/"+name, []byte("{}"))
	}
	for _, after := range []struct{ days, left int }{{29, 3}, {30, 0}} {
		c.now = putDay.AddDate(0, 0, after.days)
		c.mustCompact()
		if n := len(c.server.Objects("lake", "a/outbox/")); n != after.left {
			t.Errorf("after %d days %d objects are left, want %d", after.days, n, after.left)
		}
	}
}
