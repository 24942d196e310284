package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline/bucket/s3test"
)

// oneEvent is a log file of one event.
func oneEvent(id int) []byte {
	return fmt.Appendf(nil, `{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"111111111111"}]}`, id)
}

const testOfNotices = `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trails"}`

// inSNS is a message of SNS as a queue gets it.
func inSNS(message string) string { return `{"Type":"Notification","Message":` + quoted(message) + `}` }

// fromSNS is an event of SNS as a function gets it.
func fromSNS(message string) string {
	return `{"Records":[{"EventSource":"aws:sns","eventSource":"aws:sns","EventVersion":"1.0","Sns":{"Type":"Notification","Message":` + quoted(message) + `}}]}`
}

func fromEventBridge(key string) string {
	return fmt.Sprintf(`{"version":"0","source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"trails"},"object":{"key":%q,"size":1}}}`, key)
}

// TestFunctionAnswers asks the program as AWS Lambda does.
func TestFunctionAnswers(t *testing.T) {
	program := bootstrap(t)
	for name, ask := range map[string]func(*testing.T, *s3test.Server, *function){
		"notices of every form": everyForm, "every subset of a batch": everySubset, "too little time": tooLittleTime,
	} {
		t.Run(name, func(t *testing.T) {
			server := s3test.New(t)
			ask(t, server, startFunction(t, program, append(server.Environment(t), lambdaLake+"=s3://lake/roletrail")...))
		})
	}
	t.Run("a bucket that lets who asks pay", func(t *testing.T) { requesterPays(t, program) })
}

// requesterPays: a bucket that lets who asks pay is read by a function that agrees to that; to one that does
// not it is told how, and a setting that says neither is refused.
func requesterPays(t *testing.T, program string) {
	server := s3test.New(t)
	server.Put("trails", "1.json", oneEvent(1))
	server.LetPay("trails")
	environment := append(server.Environment(t), lambdaLake+"=s3://lake/roletrail")
	notice := s3Event(s3Record("trails", "1.json"))
	if a := startFunction(t, program, environment...).invoke(notice, time.Minute); a.kind != "error" || !strings.Contains(a.body, "ROLETRAIL_REQUESTER_PAYS=true") {
		t.Errorf("who does not agree: answered %+v", a)
	}
	f := startFunction(t, program, append(environment, lambdaPays+"=true")...)
	if a := f.invoke(notice, time.Minute); a.kind != "response" || len(server.Objects("lake", "roletrail/coverage/")) != 1 {
		t.Errorf("who agrees: answered %+v\n%s", a, f.log)
	}
	f = startFunction(t, program, append(environment, lambdaPays+"=perhaps")...)
	if _, ok := f.answer(notice, time.Minute); ok || !strings.Contains(f.log.String(), `\"perhaps\" is neither true nor false`) {
		t.Errorf("who says neither:\n%s", f.log)
	}
}

// everyForm gives it each form in which notices come, of an object of its own with a key that is encoded
// there or is not.
func everyForm(t *testing.T, server *s3test.Server, f *function) {
	count := 0
	key := func() string {
		count++
		key := fmt.Sprintf("AWSLogs/a b+%%2f/é/%d.json", count)
		server.Put("trails", key, oneEvent(count))
		return key
	}
	s3 := func() string { return s3Event(s3Record("trails", key()), s3Record("trails", key())) }
	for form, event := range map[string]string{
		"S3": s3(), "SNS": fromSNS(s3()), "EventBridge": fromEventBridge(key()),
		"SQS": sqsEvent(s3()), "SNS in SQS": sqsEvent(inSNS(s3())), "EventBridge in SQS": sqsEvent(fromEventBridge(key())),
		"EventBridge in SNS in SQS": sqsEvent(inSNS(fromEventBridge(key()))),
		"a test":                    testOfNotices, "a test in SQS": sqsEvent(testOfNotices), "a test in SNS in SQS": sqsEvent(inSNS(testOfNotices)),
	} {
		a := f.invoke(event, time.Minute)
		if a.kind != "response" || strings.Contains(event, `"aws:sqs"`) && len(failures(t, a)) > 0 {
			t.Errorf("%s: answered %+v\n%s", form, a, f.log)
		}
	}
	if covered := server.Objects("lake", "roletrail/coverage/"); len(covered) != count || count < 11 {
		t.Errorf("%d objects are in the lake, want %d\n%s", len(covered), count, f.log)
	}
	for _, event := range []string{`{"Records":[{"eventSource":"aws:ses"}]}`, fromSNS("no JSON"), fromEventBridge("missing.json"), `[]`} {
		if a := f.invoke(event, time.Minute); a.kind != "error" || !json.Valid([]byte(a.body)) {
			t.Errorf("%s: answered %+v", event, a)
		}
	}
}

// everySubset gives it every subset of ten messages as those that fail.
func everySubset(t *testing.T, _ *s3test.Server, f *function) {
	bad := []string{"no JSON", "{}", "[]", `{"Records":[{"eventSource":"aws:ses"}]}`, inSNS("no JSON"), s3Event(s3Record("trails", "missing.json"))}
	for subset := range 1 << 10 {
		var bodies, want []string
		for i := range 10 {
			if subset&(1<<i) == 0 {
				bodies = append(bodies, testOfNotices)
				continue
			}
			bodies, want = append(bodies, bad[(subset+i)%len(bad)]), append(want, fmt.Sprint("m", i))
		}
		if got := failures(t, f.invoke(sqsEvent(bodies...), time.Minute)); !slices.Equal(got, want) {
			t.Fatalf("subset %010b: given back %v, want %v", subset, got, want)
		}
	}
}

// tooLittleTime lets an object not come: what is not finished is given back when the time is over, and taken
// when it comes again. That the answer is in time is held by a test with a clock of its own; here it must
// not wait for the object.
func tooLittleTime(t *testing.T, server *s3test.Server, f *function) {
	var bodies []string
	for n := range 4 {
		key := fmt.Sprint(n, ".json")
		server.Put("trails", key, oneEvent(n))
		bodies = append(bodies, s3Event(s3Record("trails", key)))
	}
	server.Ignore(func(c s3test.Call) bool { return c == s3test.Call{Action: "s3:GetObject", Resource: "trails/1.json"} })
	const timeout = 6 * time.Second
	start := time.Now()
	got := failures(t, f.invoke(sqsEvent(bodies...), timeout))
	if took := time.Since(start); took >= 4*timeout || !slices.Equal(got, []string{"m1", "m2", "m3"}) {
		t.Errorf("after %v, with a time of %v: given back %v\n%s", took, timeout, got, f.log)
	}
	if covered := server.Objects("lake", "roletrail/coverage/"); len(covered) != 1 {
		t.Errorf("%d objects are in the lake", len(covered))
	}
	server.Ignore(nil)
	if got := failures(t, f.invoke(sqsEvent(bodies...), time.Minute)); len(got) > 0 || len(server.Objects("lake", "roletrail/coverage/")) != 4 {
		t.Errorf("given back %v\n%s", got, f.log)
	}
}
