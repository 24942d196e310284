package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// lakeChange is how a command brings something other than log files into a lake.
type lakeChange struct {
	p      *cli.Program
	common *cli.Common
	cache  *cli.Cache // of lakes on S3
	create bool       // that there is no lake is no mistake
	logs   bool       // it looks at the events of the lake
}

// change lets do write to the lake. Of one on S3 what do may ask of it is fetched into the cache, where
// do writes; then that is stored. It may be called more than once, if others change the lake meanwhile.
func (c *lakeChange) change(ctx context.Context, do func(*parquet.Lake) error) (err error) {
	if c.common.LakeInS3() {
		return c.onS3(ctx, do)
	}
	open := parquet.WriteLake
	if c.create {
		open = parquet.CreateLake
	}
	lake, err := open(c.common.Lake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	return do(lake)
}

func (c *lakeChange) onS3(ctx context.Context, do func(*parquet.Lake) error) error {
	limit, err := c.cache.Size()
	if err != nil {
		return err
	}
	store, err := bucket.OpenStore(ctx, c.common.Lake)
	if err != nil {
		return err
	}
	folder, err := c.cache.Folder(store.String())
	if err != nil {
		return err
	}
	options := pipeline.ChangeOptions{
		Mirror: pipeline.MirrorOptions{Limit: limit, Version: cli.Version(), Begin: c.begin(store)},
		NoLogs: !c.logs, NewLake: c.create, At: c.p.Now(),
	}
	return pipeline.ChangeRemote(ctx, store, folder, options, do)
}

// begin tells what is fetched.
func (c *lakeChange) begin(lake *bucket.Store) func(pipeline.Fetching) {
	return func(f pipeline.Fetching) {
		c.p.Say(slog.LevelInfo, fmt.Sprintf("fetching %s, of lake %s", f, lake), "fetching the lake", "lake", lake.String(), "fetching", f)
	}
}
