package queue_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// server stands in for SQS: it speaks its JSON protocol, and hides messages that were
// received until they are deleted or made visible again.
type server struct {
	url string

	mu       sync.Mutex
	messages map[string]*stored // by id
	calls    map[string]int
	fail     func(action string) bool // answers with an error of the server
	silent   map[string]int           // how many calls of an action are still left without an answer
}

type stored struct {
	body     string
	receipt  string // of the last time; empty: visible
	received int
}

func newServer(t *testing.T) *server {
	s := &server{messages: map[string]*stored{}, calls: map[string]int{}}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	s.url = web.URL + "/111111111111/trails"
	return s
}

func (s *server) send(id, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages[id] = &stored{body: body}
}

// expire makes all messages visible again, as their time does.
func (s *server) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		m.receipt = ""
	}
}

// state says how often each message was received, and whether it is hidden.
func (s *server) state() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := map[string]string{}
	for id, m := range s.messages {
		state[id] = "visible"
		if m.receipt != "" {
			state[id] = "hidden"
		}
	}
	return state
}

func (s *server) received(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.messages[id]; m != nil {
		return m.received
	}
	return 0
}

// entry is one of a batch.
type entry struct {
	ID                string `json:"Id"`
	ReceiptHandle     string
	VisibilityTimeout int
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	var ask struct {
		QueueURL            string `json:"QueueUrl"`
		MaxNumberOfMessages int
		VisibilityTimeout   int
		Entries             []entry
	}
	text, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(text, &ask)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[action]++
	if s.silent[action] > 0 {
		s.silent[action]--
		s.mu.Unlock()
		<-r.Context().Done()
		s.mu.Lock()
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	refuse := func(code string) {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"__type": "com.amazonaws.sqs#" + code, "message": "refused"})
	}
	switch {
	case err != nil:
		refuse("InvalidParameterValue")
	case s.fail != nil && s.fail(action):
		refuse("InternalError")
	case ask.QueueURL != s.url:
		refuse("QueueDoesNotExist")
	case len(ask.Entries) > 10 || ask.MaxNumberOfMessages > 10:
		refuse("TooManyEntriesInBatchRequest")
	default:
		json.NewEncoder(w).Encode(s.answer(action, ask.MaxNumberOfMessages, ask.Entries))
	}
}

func (s *server) answer(action string, most int, entries []entry) any {
	switch action {
	case "GetQueueAttributes":
		return map[string]any{"Attributes": map[string]string{"QueueArn": "arn:aws:sqs:eu-west-1:111111111111:trails"}}
	case "ReceiveMessage":
		var out []map[string]string
		for id, m := range s.messages {
			if m.receipt == "" && len(out) < most {
				m.received++
				m.receipt = fmt.Sprintf("%s-%d", id, m.received)
				out = append(out, map[string]string{"MessageId": id, "ReceiptHandle": m.receipt, "Body": m.body})
			}
		}
		return map[string]any{"Messages": out}
	}
	var done []map[string]string
	for _, e := range entries {
		for id, m := range s.messages {
			if m.receipt != e.ReceiptHandle {
				continue
			}
			switch {
			case action == "DeleteMessageBatch":
				delete(s.messages, id)
			case e.VisibilityTimeout == 0:
				m.receipt = ""
			}
		}
		done = append(done, map[string]string{"Id": e.ID})
	}
	return map[string]any{"Successful": done, "Failed": []any{}}
}
