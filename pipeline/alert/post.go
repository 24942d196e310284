package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// failure is why a message was not accepted. It never shows the address.
type failure struct {
	reason  string
	after   time.Duration // that the server asks to wait
	refused bool          // no later try will be accepted: the message itself is at fault
}

func (f *failure) Error() string { return f.reason }

// payload is what is posted: for Slack a message, for others the changes as they are.
func (s *Sender) payload(w Webhook, changes []Change) any {
	switch {
	case w.Name != Slack:
		return genericOf(changes)
	case len(changes) == 1:
		return slackOf(changes[0], s.before(w, changes[0]))
	}
	return slackOfMany(changes)
}

// genericOf is the message for other programs.
func genericOf(changes []Change) any {
	message := map[string]any{"version": 1, "changes": changes}
	if len(changes) > 1 {
		message["title"] = titleOfMany(changes)
	}
	return message
}

// post posts one message.
func (s *Sender) post(ctx context.Context, w Webhook, changes []Change) *failure {
	text, err := json.Marshal(s.payload(w, changes))
	if err != nil {
		return &failure{reason: err.Error(), refused: true}
	}
	ctx, cancel := toItsEnd(ctx)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.Address.address, bytes.NewReader(text))
	if err != nil {
		return &failure{reason: "its address cannot be asked", refused: true}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "roletrail")
	client := s.Client
	if client == nil {
		// A redirect would take the message to where nobody asked it to go.
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	answer, err := client.Do(request)
	if err != nil {
		return &failure{reason: withoutAddress(err)}
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // so that the connection is used again
	return judged(answer)
}

// toItsEnd is the context of one message. It outlives ctx for a while: a message that is cut
// off may have arrived, and would be told again.
func toItsEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	message, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return message, func() {
		stop()
		cancel()
	}
}

// judged tells answers apart: accepted, to be tried again, or refused.
func judged(answer *http.Response) *failure {
	code := answer.StatusCode
	f := &failure{reason: fmt.Sprintf("the server answers %d %s", code, http.StatusText(code))}
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests, code >= 500:
		if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
			f.after = min(time.Duration(min(seconds, 3600))*time.Second, longestPause)
		}
	case code == http.StatusBadRequest, code == http.StatusRequestEntityTooLarge:
		f.refused = true
	default:
		// 403, 404, 410: the webhook was taken away. A new address may come with the next start.
		f.after = longestPause
	}
	return f
}

// withoutAddress is an error of the network without the address that it names.
func withoutAddress(err error) string {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %v", patience)
	}
	return "it cannot be reached: " + err.Error()
}
