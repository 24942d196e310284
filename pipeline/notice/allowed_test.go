package notice_test

import (
	"slices"
	"strings"
	"testing"

	"roletrail/pipeline/bucket/s3test"
	"roletrail/pipeline/notice"
)

func TestAllowed(t *testing.T) {
	allowed, err := notice.ParseAllowed([]string{"s3://trails/AWSLogs", "s3://others", "s3://deep/a/b//"})
	if err != nil {
		t.Fatal(err)
	}
	for object, want := range map[notice.Object]bool{
		{Bucket: "trails", Key: "AWSLogs/a.json"}: true, {Bucket: "trails", Key: "AWSLogs-2/a.json"}: false, {Bucket: "trails", Key: "AWSLogs"}: false,
		{Bucket: "trails", Key: "x/AWSLogs/a.json"}: false, {Bucket: "trails-2", Key: "AWSLogs/a.json"}: false, {Bucket: "others", Key: "anything"}: true,
		{Bucket: "deep", Key: "a/b/x"}: true, {Bucket: "deep", Key: "a/x"}: false,
	} {
		err := allowed.Check(object)
		if (err == nil) != want || err != nil && !strings.Contains(err.Error(), "are not allowed") {
			t.Errorf("%+v: %v", object, err)
		}
		if err := notice.Allowed(nil).Check(object); err != nil {
			t.Errorf("%+v, where any are: %v", object, err)
		}
	}
	for _, url := range []string{"trails", "s3://", "https://trails/x", "s3://T/x", ""} {
		if _, err := notice.ParseAllowed([]string{url}); err == nil {
			t.Errorf("%q is taken for a place", url)
		}
	}
}

// TestNoticeOfAnotherPlace fails, and nothing is asked of the bucket that it names.
func TestNoticeOfAnotherPlace(t *testing.T) {
	server := s3test.New(t)
	server.Put("trails", "AWSLogs/a.json", []byte(logFile(1)))
	server.Put("trails", "others/a.json", []byte(logFile(2)))
	h, said := setUp(t, server, nil)
	open := h.New
	h.New = func() (*notice.Taker, error) {
		taker, err := open()
		if err == nil {
			taker.Allowed, err = notice.ParseAllowed([]string{"s3://trails/AWSLogs/"})
		}
		return taker, err
	}
	elsewhere := strings.ReplaceAll(created("AWSLogs/a.json"), `"trails"`, `"elsewhere"`)
	if got := failed(t.Context(), t, h, batch(queue, created("AWSLogs/a.json"), created("others/a.json"), elsewhere)); !slices.Equal(got, []string{"m1", "m2"}) {
		t.Errorf("given back %v", got)
	}
	if !strings.Contains(said.String(), "s3://elsewhere/AWSLogs/a.json") {
		t.Errorf("it does not name the object:\n%s", said)
	}
	for _, c := range server.Calls() {
		if strings.HasPrefix(c.Resource, "elsewhere") || strings.Contains(c.Resource, "others/") {
			t.Errorf("asked %+v", c)
		}
	}
}
