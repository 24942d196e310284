package main

import (
	"context"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// intoS3 brings what the sources have into a lake on S3.
func (j *logsJob) intoS3(ctx context.Context, sources []pipeline.Source) (*pipeline.Summary, error) {
	store, err := bucket.OpenStore(ctx, j.common.Lake)
	if err != nil {
		return nil, err
	}
	return pipeline.IngestRemote(ctx, store, sources, j.options(newPlainProgress(j.p, "objects")))
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
