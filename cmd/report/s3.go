package main

import (
	"context"
	"fmt"
	"log/slog"

	"roletrail/cmd/internal/cli"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// fetched is the lake as a folder: of one on S3, what the question needs of it is brought to
// this machine first, where DuckDB can read it.
func (r *report) fetched(ctx context.Context) (folder string, err error) {
	if !r.LakeInS3() {
		return r.Lake, nil
	}
	limit, err := r.cache.Size()
	if err != nil {
		return "", err
	}
	store, err := bucket.OpenStore(ctx, r.Lake)
	if err != nil {
		return "", err
	}
	if folder, err = r.cache.Folder(store.String()); err != nil {
		return "", err
	}
	r.work.begin("listing the lake", 0, countedObjects)
	defer r.work.do("opening the lake")
	return folder, pipeline.Mirror(ctx, watched{store, &r.work}, folder, pipeline.MirrorOptions{
		Until: r.until, Limit: limit, Version: cli.Version(), Compacted: r.work.compacted,
		Begin: func(f pipeline.Fetching) {
			r.work.begin("fetching the lake", f.Bytes, countedBytes)
			r.Say(slog.LevelInfo, fmt.Sprintf("fetching %s, of lake %s", f, store), "fetching the lake", "lake", store.String(), "fetching", f)
		},
	})
}
