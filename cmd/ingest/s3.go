package main

import (
	"context"

	"roletrail/pipeline/bucket"
)

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
