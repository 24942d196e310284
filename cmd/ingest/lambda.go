package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"roletrail/config"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/notice"
	"roletrail/pipeline/watch"
)

// Lambda starts the program without arguments, and tells where its runtime is.
const (
	lambdaRuntime = "AWS_LAMBDA_RUNTIME_API"
	lambdaLake    = "ROLETRAIL_LAKE"
	lambdaAllow   = "ROLETRAIL_ALLOW_SOURCES"  // separated by spaces
	lambdaPays    = "ROLETRAIL_REQUESTER_PAYS" // true or false
)

// runLambda serves as an AWS Lambda function. What it says is JSON on standard error, which
// Lambda brings to CloudWatch Logs.
func runLambda() int {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	handler, err := newHandler(context.Background(), log)
	if err != nil {
		log.Error("starting as a Lambda function", "error", err.Error())
		return 1
	}
	handler.Start()
	return 1 // it does not come to this
}

// newHandler connects to the lake that the environment or roletrail.yaml beside the program
// names.
func newHandler(ctx context.Context, log *slog.Logger) (*notice.Handler, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("looking for %s: %w", config.FileName, err)
	}
	settings, err := config.Load("", dir)
	if err != nil {
		return nil, err
	}
	if lake := os.Getenv(lambdaLake); lake != "" {
		settings.Lake = lake
	}
	if !strings.HasPrefix(settings.Lake, "s3://") {
		return nil, fmt.Errorf("opening lake %q: it must lie on S3; set %s to s3://BUCKET/PREFIX", settings.Lake, lambdaLake)
	}
	store, err := bucket.OpenStore(ctx, settings.Lake)
	if err != nil {
		return nil, err
	}
	allowed, err := notice.ParseAllowed(strings.Fields(os.Getenv(lambdaAllow)))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", lambdaAllow, err)
	}
	if len(allowed) == 0 {
		log.Warn(fmt.Sprintf("whoever may give notice chooses what is read: name the buckets of your trails in %s", lambdaAllow))
	}
	pays, err := lambdaRequesterPays()
	if err != nil {
		return nil, err
	}
	alerts, err := newLambdaAlerts(store)
	if err != nil {
		return nil, err
	}
	options := pipeline.Options{Limits: limits(settings.Limits), Outbox: alerts.outbox, Telling: alerts.telling()}
	if alerts.outbox != nil {
		options.Explaining = &pipeline.Explaining{Accounts: settings.KnownAccounts, Automation: settings.AutomationOf, Watched: settings.WatchedAs}
		options.Remembering = pipeline.NewRemoteMemory(store, unusualOf(settings))
	}
	connect := func(ctx context.Context, name string) (bucket.Client, error) { return bucket.Connect(ctx, name) }
	return &notice.Handler{
		New: func() (*notice.Taker, error) {
			taker, err := notice.NewTaker(store, options, connect)
			if err == nil {
				taker.Allowed, taker.NewsAge, taker.Sources.RequesterPays = allowed, watch.NewsAge, pays
			}
			return taker, err
		},
		Log:  log,
		Tell: alerts.tell(log),
	}, nil
}

// lambdaRequesterPays is whether the function agrees to pay for the requests to the buckets of log files.
func lambdaRequesterPays() (bool, error) {
	switch text := os.Getenv(lambdaPays); text {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, fmt.Errorf("reading %s: %q is neither true nor false; set it to true to agree to pay for the requests, or leave it out", lambdaPays, text)
	}
}
