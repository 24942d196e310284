package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"roletrail/config"
)

// Cache is where lakes on S3 are brought to be read.
type Cache struct {
	dir  string
	size string
}

// defaultCacheSize holds a lake of some hundred million events.
const defaultCacheSize = "20GiB"

// Flags adds the flags that say where it is, and how large.
func (c *Cache) Flags(flags *pflag.FlagSet) {
	flags.StringVar(&c.dir, "cache", "", "of a lake on S3: folder that it is fetched into (default roletrail in the user's folder for caches)")
	flags.StringVar(&c.size, "cache-size", defaultCacheSize, "of a lake on S3: how much of it may be fetched")
}

// Size is how many bytes of a lake may be fetched.
func (c *Cache) Size() (int64, error) {
	size, err := config.ParseSize(c.size)
	if err != nil {
		return 0, Usage(fmt.Errorf("invalid value %q for --cache-size: %w", c.size, err), "")
	}
	return int64(size), nil
}

// Folder is that of one lake, and of nothing else.
func (c *Cache) Folder(lake string) (string, error) {
	dir := c.dir
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", WithHint(fmt.Errorf("looking for the folder of caches: %w", err), "name one with --cache")
		}
		dir = filepath.Join(base, "roletrail")
	}
	sum := sha256.Sum256([]byte(lake))
	return filepath.Join(dir, "lake-"+hex.EncodeToString(sum[:8])), nil
}
