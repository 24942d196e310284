package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"roletrail/iam/difference"
	"roletrail/pipeline"
	"roletrail/pipeline/alert"
	"roletrail/pipeline/bucket"
)

// lambdaAlerts is what of the function tells people of role changes. The addresses of webhooks are
// read when there is something to tell for the first time: where they cannot be read, log files come
// into the lake all the same, and what is to be told waits there.
type lambdaAlerts struct {
	parameters map[string]string // names, by webhook
	severity   string
	outbox     *pipeline.RemoteOutbox // nil where nobody is told
}

func newLambdaAlerts(store *bucket.Store) (*lambdaAlerts, error) {
	a := &lambdaAlerts{parameters: map[string]string{}, severity: cmp.Or(os.Getenv(alertSeverityEnv), "high")}
	if !slices.Contains(difference.Severities(), a.severity) {
		return nil, fmt.Errorf("reading %s: %q is no severity; there are %s", alertSeverityEnv, a.severity, strings.Join(difference.Severities(), ", "))
	}
	for webhook, env := range map[string]string{alert.Slack: slackParameterEnv, alert.Generic: webhookParameterEnv} {
		if name := os.Getenv(env); name != "" {
			a.parameters[webhook] = name
		}
	}
	if to := a.telling().Webhooks; len(to) > 0 {
		a.outbox = pipeline.NewRemoteOutbox(store, to...)
	}
	return a, nil
}

func (a *lambdaAlerts) telling() pipeline.Telling {
	t := pipeline.Telling{AtLeast: a.severity}
	for _, webhook := range []string{alert.Slack, alert.Generic} {
		if a.parameters[webhook] != "" {
			t.Webhooks = append(t.Webhooks, webhook)
		}
	}
	return t
}

const (
	// tellingAtMost is how long an invocation tells: what is left waits for the next one.
	tellingAtMost = 20 * time.Second
	// tellingEnds is how long before the end of an invocation's time the last message begins: it may
	// take some seconds more.
	tellingEnds = 6 * time.Second
)

// tell tells what is to be told, nil where nobody is.
func (a *lambdaAlerts) tell(log *slog.Logger) func(ctx context.Context) error {
	if a.outbox == nil {
		return nil
	}
	var sender *alert.Sender
	return func(ctx context.Context) (err error) {
		if due, err := a.due(); err != nil || !due {
			return err
		}
		if sender == nil {
			if sender, err = a.sender(ctx, log); err != nil {
				return err
			}
		}
		most := tellingAtMost
		if deadline, ok := ctx.Deadline(); ok {
			most = min(most, time.Until(deadline)-tellingEnds)
		}
		ctx, stop := context.WithTimeout(ctx, most)
		defer stop()
		return sender.Send(ctx, a.outbox)
	}
}

// due says whether there is something to tell.
func (a *lambdaAlerts) due() (bool, error) {
	for _, webhook := range a.telling().Webhooks {
		if due, err := a.outbox.Due(webhook, time.Now(), 1); err != nil || len(due) > 0 {
			return len(due) > 0, err
		}
	}
	return false, nil
}

// sender reads the addresses.
func (a *lambdaAlerts) sender(ctx context.Context, log *slog.Logger) (*alert.Sender, error) {
	s := &alert.Sender{Warn: func(err error) { log.Warn("telling of role changes", "error", err.Error()) }}
	for _, webhook := range a.telling().Webhooks {
		address, err := addressInParameter(ctx, a.parameters[webhook])
		if err != nil {
			return nil, err
		}
		s.Webhooks = append(s.Webhooks, alert.Webhook{Name: webhook, Address: address})
	}
	s.Metrics = alert.NewMetrics(prometheus.NewRegistry(), s.Webhooks)
	return s, nil
}
