package main

import (
	"context"

	"roletrail/config"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// intoS3 brings what the sources have into a lake on S3, and learns of it what ingest watch and the
// function of AWS Lambda hold news against. Nothing of it is news itself.
func (j *logsJob) intoS3(ctx context.Context, sources []pipeline.Source) (*pipeline.Summary, error) {
	store, err := bucket.OpenStore(ctx, j.common.Lake)
	if err != nil {
		return nil, err
	}
	options, settings := j.options(newPlainProgress(j.p, "objects")), j.common.Config
	options.RecentSince = j.p.Now()
	options.Explaining = &pipeline.Explaining{Accounts: settings.KnownAccounts, Automation: settings.AutomationOf, Watched: settings.WatchedAs}
	options.Remembering = pipeline.NewLearner(store, unusualOf(settings))
	return pipeline.IngestRemote(ctx, store, sources, options)
}

// s3Source is the source that s3://BUCKET/PREFIX names.
func (j *logsJob) s3Source(ctx context.Context, url string) (*bucket.Source, error) {
	name, prefix, err := bucket.Place(url)
	if err != nil {
		return nil, err
	}
	client, err := bucket.Connect(ctx, name)
	if err != nil {
		return nil, err
	}
	return &bucket.Source{Client: client, Bucket: name, Prefix: prefix, Since: j.since, Until: j.until, RequesterPays: j.requesterPays}, nil
}

// unusualOf says what is unusual by the configuration.
func unusualOf(c config.Config) *pipeline.Unusual {
	return &pipeline.Unusual{Accounts: c.KnownAccounts, Automation: c.AutomationOf, Watched: c.WatchedAs}
}
