package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/difference"
	"roletrail/pipeline"
	"roletrail/pipeline/alert"
	"roletrail/pipeline/parameter"
	"roletrail/pipeline/watch"
)

// alertJob is what of ingest watch tells people of role changes.
type alertJob struct {
	slackFile, webhookFile string
	severity               string
	maxAge                 time.Duration

	webhooks []alert.Webhook
}

// Webhooks by environment, for where files are a burden: the address itself, or the name of a
// parameter of Systems Manager that has it. Never by flag: who lists the processes would see them.
const (
	slackEnv            = "ROLETRAIL_SLACK_WEBHOOK"
	webhookEnv          = "ROLETRAIL_WEBHOOK"
	slackParameterEnv   = "ROLETRAIL_SLACK_WEBHOOK_PARAMETER"
	webhookParameterEnv = "ROLETRAIL_WEBHOOK_PARAMETER"
	alertSeverityEnv    = "ROLETRAIL_ALERT_SEVERITY"
)

func (j *alertJob) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&j.slackFile, "slack-webhook-file", "", "tell Slack of role changes: file with the address of an incoming webhook (or "+slackEnv+")")
	flags.StringVar(&j.webhookFile, "webhook-file", "", "tell a webhook of role changes, in plain JSON: file with its address (or "+webhookEnv+")")
	j.severity = "high"
	cli.EnumVar(cmd, false, &j.severity, "alert-severity", "tell of changes at least as grave as this", difference.Severities()...)
	flags.DurationVar(&j.maxAge, "alert-max-age", watch.NewsAge, "how old a change may be to be told and counted, 1m to 720h")
}

// check reads the addresses of the webhooks.
func (j *alertJob) check(ctx context.Context) error {
	if j.maxAge < time.Minute || j.maxAge > 720*time.Hour {
		return cli.Usage(fmt.Errorf("flag --alert-max-age must be from 1m to 720h, not %v", j.maxAge), "")
	}
	for _, from := range []struct{ name, file, parameterEnv, env string }{
		{alert.Slack, j.slackFile, slackParameterEnv, slackEnv}, {alert.Generic, j.webhookFile, webhookParameterEnv, webhookEnv},
	} {
		address, err := webhookAddress(ctx, from.file, from.parameterEnv, from.env)
		if err != nil {
			return err
		}
		if address != (alert.Secret{}) {
			j.webhooks = append(j.webhooks, alert.Webhook{Name: from.name, Address: address})
		}
	}
	return nil
}

// webhookAddress is the address in a file, in the parameter that the environment names, or in the
// environment; none if none is given.
func webhookAddress(ctx context.Context, file, parameterEnv, env string) (alert.Secret, error) {
	if file != "" {
		return alert.ReadSecret(file)
	}
	if name := os.Getenv(parameterEnv); name != "" {
		return addressInParameter(ctx, name)
	}
	text := os.Getenv(env)
	if text == "" {
		return alert.Secret{}, nil
	}
	address, err := alert.NewSecret(text)
	if err != nil {
		return alert.Secret{}, fmt.Errorf("reading the address of a webhook from %s: %w", env, err)
	}
	return address, nil
}

func addressInParameter(ctx context.Context, name string) (alert.Secret, error) {
	text, err := parameter.Read(ctx, name)
	if err != nil {
		return alert.Secret{}, err
	}
	address, err := alert.NewSecret(text)
	if err != nil {
		return alert.Secret{}, fmt.Errorf("reading the address of a webhook from parameter %q: %w", name, err)
	}
	return address, nil
}

// telling is what goes into the outbox.
func (j *alertJob) telling() pipeline.Telling {
	t := pipeline.Telling{AtLeast: j.severity}
	for _, w := range j.webhooks {
		t.Webhooks = append(t.Webhooks, w.Name)
	}
	return t
}

// sender is what takes it from there, nil where nobody is told.
func (j *alertJob) sender(p *cli.Program, registry *prometheus.Registry) *alert.Sender {
	if len(j.webhooks) == 0 {
		return nil
	}
	return &alert.Sender{
		Webhooks: j.webhooks, Metrics: alert.NewMetrics(registry, j.webhooks),
		Warn: func(err error) { p.Say(slog.LevelWarn, err.Error(), "alert", "error", err.Error()) },
	}
}
