package pipeline

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"roletrail/parquet"
)

// A lake on a store has no ledger. Which of the files of its inventories, its trails and its
// catalogue count is told by its commits: commits/00000001.json, 00000002.json and so on, each
// stored once and never changed. What one adds is stored before it, so that all of it counts
// from one moment on; and of two writers that want to store the same number one fails, sees
// what the other one did, and begins anew. Whoever reads the commits in their order knows what
// counts, see [committed]. A lake without commits is one whose files were copied there: all of
// them count, and the first commit takes them over.

// remoteCommit is the content of one.
type remoteCommit struct {
	Format  int             `json:"format"`
	At      time.Time       `json:"at"`
	Program string          `json:"program"` // its version
	Added   []committedFile `json:"added"`
	Removed []string        `json:"removed"` // paths
}

// committedFile is a file that counts. One that is added under the path of another takes its place.
type committedFile struct {
	Path   string `json:"path"`             // in the lake
	Object string `json:"object,omitempty"` // where it lies in the place of its path
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// object is the name of where a file lies. What is stored is never replaced, and so a file that has
// always the same path lies elsewhere, under a name that tells its contents.
func (f *committedFile) object() string { return cmp.Or(f.Object, f.Path) }

const (
	commitFormat = 1
	// commitSize is how large a commit may be, in bytes: that of an organisation of 10,000
	// accounts has 15 million.
	commitSize = 64 << 20
	// mostCommits is how many there may be: the number has eight digits.
	mostCommits = 99_999_999
)

var (
	commitName      = regexp.MustCompile(`^commits/([0-9]{8})\.json$`)
	catalogueObject = regexp.MustCompile(`^catalogue/(?:actions/)?actions-[0-9a-f]{64}\.parquet$|^catalogue/(?:operations/)?operations-[0-9a-f]{64}\.parquet$`)
)

func isCommit(name string) bool { return commitName.MatchString(name) }

func isCatalogueObject(name string) bool { return catalogueObject.MatchString(name) }

func nameOfCommit(number int) string { return fmt.Sprintf("commits/%08d.json", number) }

// committed is what counts by the commits of a lake.
type committed struct {
	last  int // number of the newest, 0 if there is none
	files map[string]committedFile
}

// readCommits reads the commits of a lake.
func readCommits(ctx context.Context, store RemoteStore) (*committed, error) {
	objects := map[int]Object{}
	err := store.List(ctx, "commits/", func(name string, o Object) error {
		found := commitName.FindStringSubmatch(name)
		if found == nil {
			return strayObject(name)
		}
		number, err := strconv.Atoi(found[1])
		objects[number] = o
		return err
	})
	if err != nil {
		return nil, err
	}
	texts, err := readTexts(ctx, objects)
	if err != nil {
		return nil, err
	}
	c := &committed{files: map[string]committedFile{}}
	for i, text := range texts {
		if err := c.apply(text); err != nil {
			return nil, fmt.Errorf("reading %q: %w", nameOfCommit(i+1), err)
		}
	}
	return c, nil
}

// readTexts reads commits side by side. None may be missing.
func readTexts(ctx context.Context, objects map[int]Object) ([][]byte, error) {
	for number := range len(objects) {
		if _, ok := objects[number+1]; !ok {
			return nil, fmt.Errorf("%q is missing although a later one is there; restore it", nameOfCommit(number+1))
		}
	}
	texts, errs := make([][]byte, len(objects)), make([]error, mirrorFetchs)
	var reading sync.WaitGroup
	for w := range errs {
		reading.Go(func() {
			for i := w; i < len(texts) && errs[w] == nil; i += len(errs) {
				texts[i], errs[w] = readCommit(ctx, nameOfCommit(i+1), objects[i+1])
			}
		})
	}
	reading.Wait()
	return texts, errors.Join(errs...)
}

func readCommit(ctx context.Context, name string, o Object) (text []byte, err error) {
	if o.Size > commitSize {
		return nil, fmt.Errorf("reading %q: it has %d bytes, and no commit has more than %d", name, o.Size, commitSize)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	body, err := o.Open()
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(body, commitSize))
		err = errors.Join(err, body.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, err)
	}
	return text, nil
}

// apply reads the next commit. Somebody else may have written it.
func (c *committed) apply(text []byte) error {
	var one remoteCommit
	if err := json.Unmarshal(text, &one); err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	if one.Format != commitFormat {
		return fmt.Errorf("its format is %d, and this program knows %d: use a newer one", one.Format, commitFormat)
	}
	for _, path := range one.Removed {
		if _, ok := c.files[path]; !ok {
			return fmt.Errorf("it removes %q, which was not there", path)
		}
		delete(c.files, path)
	}
	for _, f := range one.Added {
		if err := f.check(); err != nil {
			return err
		}
		c.files[f.Path] = f
	}
	c.last++
	return nil
}

// check refuses what a commit of ours does not say.
func (f *committedFile) check() error {
	sum, err := hex.DecodeString(f.SHA256)
	table, _, _ := strings.Cut(f.Path, "/")
	switch {
	case !parquet.IsDataFile(f.Path) || !slices.Contains(committedFolders, table):
		return fmt.Errorf("it adds %q, which is no file of an inventory, of trails or of the catalogue", f.Path)
	case f.Object != "" && f.Object != objectOf(f.Path, f.SHA256):
		return fmt.Errorf("it adds %q, which is said to lie at %q", f.Path, f.Object)
	case err != nil || len(sum) != 32 || f.Bytes < 0 || f.Rows < 0:
		return fmt.Errorf("it adds %q with the size %d, %d rows and the hash %q", f.Path, f.Bytes, f.Rows, f.SHA256)
	}
	return nil
}

// committedFolders are those of the tables that commits are about.
var committedFolders = []string{"iam", "trails", "catalogue"}

// objectOf is where a file lies if not at its path, "" for others.
func objectOf(path, sha256 string) string {
	if name, ok := strings.CutPrefix(path, "catalogue/"); ok {
		return "catalogue/" + strings.TrimSuffix(name, ".parquet") + "-" + sha256 + ".parquet"
	}
	return ""
}

// next is the commit that makes of what counts what a ledger says.
func (c *committed) next(entries map[string]parquet.FileEntry, at time.Time, version string) *remoteCommit {
	one := &remoteCommit{Format: commitFormat, At: at.UTC(), Program: version, Added: []committedFile{}, Removed: []string{}}
	for path, e := range entries {
		sum := hex.EncodeToString(e.SHA256[:])
		if c.files[path].SHA256 != sum {
			one.Added = append(one.Added, committedFile{Path: path, Object: objectOf(path, sum), Rows: e.Rows, Bytes: e.Bytes, SHA256: sum})
		}
	}
	for path := range c.files {
		if _, ok := entries[path]; !ok {
			one.Removed = append(one.Removed, path)
		}
	}
	slices.SortFunc(one.Added, func(a, b committedFile) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(one.Removed)
	return one
}

// differs reports whether something else counts than a ledger says.
func (c *committed) differs(entries map[string]parquet.FileEntry) bool {
	next := c.next(entries, time.Time{}, "")
	return len(next.Added)+len(next.Removed) > 0
}
