package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/config"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// cache is where lakes on S3 are brought to be asked.
type cache struct {
	dir  string
	size string
}

// defaultCacheSize holds a lake of some hundred million events.
const defaultCacheSize = "20GiB"

func (c *cache) flags(root *cobra.Command) {
	root.PersistentFlags().StringVar(&c.dir, "cache", "", "of a lake on S3: folder that it is fetched into (default roletrail in the user's folder for caches)")
	root.PersistentFlags().StringVar(&c.size, "cache-size", defaultCacheSize, "of a lake on S3: how much of it may be fetched")
}

// folder is that of one lake, and of nothing else.
func (c *cache) folder(lake string) (string, error) {
	dir := c.dir
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", cli.WithHint(fmt.Errorf("looking for the folder of caches: %w", err), "name one with --cache")
		}
		dir = filepath.Join(base, "roletrail")
	}
	sum := sha256.Sum256([]byte(lake))
	return filepath.Join(dir, "lake-"+hex.EncodeToString(sum[:8])), nil
}

// fetched is the lake as a folder: of one on S3, what the question needs of it is brought to
// this machine first, where DuckDB can read it.
func (r *report) fetched(ctx context.Context) (folder string, err error) {
	if !r.LakeInS3() {
		return r.Lake, nil
	}
	limit, err := config.ParseSize(r.cache.size)
	if err != nil {
		return "", cli.Usage(fmt.Errorf("invalid value %q for --cache-size: %w", r.cache.size, err), "")
	}
	store, err := bucket.OpenStore(ctx, r.Lake)
	if err != nil {
		return "", err
	}
	if folder, err = r.cache.folder(store.String()); err != nil {
		return "", err
	}
	return folder, pipeline.Mirror(ctx, store, folder, pipeline.MirrorOptions{
		Until: r.until, Limit: int64(limit), Version: cli.Version(),
		Begin: func(objects int, bytes int64) {
			r.Say(slog.LevelInfo, fmt.Sprintf("fetching %d log files, %d bytes, of lake %s", objects, bytes, store),
				"fetching the lake", "lake", store.String(), "objects", objects, "bytes", bytes)
		},
	})
}
