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
// catalogue count, and which of those that compactions made, is told by its commits:
// commits/00000001.json, 00000002.json and so on, each stored once and never changed nor
// removed. What one adds is stored before it, so that all of it counts
// from one moment on; and of two writers that want to store the same number one fails, sees
// what the other one did, and begins anew. Whoever reads the commits in their order knows what
// counts, see [committed]. One that is whole says all that counts, so that none before it need
// be read. A lake without commits is one whose files were copied there: all of
// them count, and the first commit takes them over.

// remoteCommit is the content of one.
type remoteCommit struct {
	Format  int             `json:"format"`
	At      time.Time       `json:"at"`
	Program string          `json:"program"` // its version
	Whole   bool            `json:"whole,omitempty"`
	Added   []committedFile `json:"added"`
	Removed []string        `json:"removed"` // paths
	// Replaced are, of one that is whole, the files of compactions that count no longer and
	// may still be there.
	Replaced []replacedFile `json:"replaced,omitempty"`
}

// committedFile is a file that counts. One that is added under the path of another takes its place.
type committedFile struct {
	Path   string `json:"path"`             // in the lake
	Object string `json:"object,omitempty"` // where it lies in the place of its path
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Since is, of a file of log_files, since when its log files lie with others.
	Since time.Time `json:"since,omitzero"`
}

// replacedFile is one in whose place others came.
type replacedFile struct {
	Path string    `json:"path"`
	At   time.Time `json:"at"`
}

// object is the name of where a file lies. What is stored is never replaced, and so a file that has
// always the same path lies elsewhere, under a name that tells its contents.
func (f *committedFile) object() string { return cmp.Or(f.Object, f.Path) }

const (
	// commitFormat is that of commits about inventories, trails and the catalogue alone, and
	// compactFormat that of all others, which older programs refuse to read.
	commitFormat, compactFormat = 1, 2
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
	last     int // number of the newest, 0 if there is none
	deltas   int // how many there are since the one that was whole
	files    map[string]committedFile
	replaced map[string]time.Time // files of compactions that count no longer, and since when
}

// readCommits reads the commits of a lake, the newest first, until one is whole.
func readCommits(ctx context.Context, store RemoteStore) (*committed, error) {
	objects, newest := map[int]Object{}, 0
	err := store.List(ctx, "commits/", func(name string, o Object) error {
		found := commitName.FindStringSubmatch(name)
		if found == nil {
			return strayObject(name)
		}
		number, err := strconv.Atoi(found[1])
		objects[number], newest = o, max(newest, number)
		return err
	})
	if err != nil {
		return nil, err
	}
	var commits []*remoteCommit // the newest first
	for next := newest; next > 0 && (len(commits) == 0 || !commits[len(commits)-1].Whole); next = newest - len(commits) {
		some, err := readSome(ctx, objects, next)
		if err != nil {
			return nil, err
		}
		commits = append(commits, some...)
	}
	c := &committed{last: newest - len(commits)}
	for _, one := range slices.Backward(commits) {
		if err := c.apply(one); err != nil {
			return nil, &damagedCommit{fmt.Errorf("reading %q: %w", nameOfCommit(c.last+1), err)}
		}
	}
	return c, nil
}

// damagedCommit is one by which it cannot be told what counts.
type damagedCommit struct{ error }

func (e *damagedCommit) Unwrap() error { return e.error }

// readSome reads commits side by side, from one of that number backwards, and ends with one that
// is whole. None may be missing.
func readSome(ctx context.Context, objects map[int]Object, newest int) ([]*remoteCommit, error) {
	commits, errs := make([]*remoteCommit, min(newest, mirrorFetchs)), make([]error, min(newest, mirrorFetchs))
	var reading sync.WaitGroup
	for i := range commits {
		reading.Go(func() { commits[i], errs[i] = readCommit(ctx, objects, newest-i) })
	}
	reading.Wait()
	for i, one := range commits {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if one.Whole {
			return commits[:i+1], nil
		}
	}
	return commits, nil
}

func readCommit(ctx context.Context, objects map[int]Object, number int) (*remoteCommit, error) {
	name := nameOfCommit(number)
	o, ok := objects[number]
	if !ok {
		return nil, &damagedCommit{fmt.Errorf("%q is missing although a later one is there; restore it", name)}
	}
	text, err := readCommitText(ctx, name, o)
	if err != nil {
		return nil, err
	}
	var one remoteCommit
	if err := json.Unmarshal(text, &one); err != nil {
		return nil, &damagedCommit{fmt.Errorf("reading %q: it is damaged: %w", name, err)}
	}
	if one.Format != commitFormat && one.Format != compactFormat {
		return nil, fmt.Errorf("reading %q: its format is %d, and this program knows %d and %d: use a newer one", name, one.Format, commitFormat, compactFormat)
	}
	return &one, nil
}

func readCommitText(ctx context.Context, name string, o Object) (text []byte, err error) {
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

// apply goes on to what counts by the next commit. Somebody else may have written it.
func (c *committed) apply(one *remoteCommit) error {
	if one.Whole || c.files == nil {
		c.files, c.replaced, c.deltas = map[string]committedFile{}, map[string]time.Time{}, 0
	}
	if !one.Whole {
		c.deltas++
	}
	for _, path := range one.Removed {
		if _, ok := c.files[path]; !ok {
			return fmt.Errorf("it removes %q, which was not there", path)
		}
		delete(c.files, path)
		if isCompactFile(path) {
			c.replaced[path] = one.At
		}
	}
	for _, f := range one.Added {
		if err := f.check(); err != nil {
			return err
		}
		c.files[f.Path] = f
	}
	for _, r := range one.Replaced {
		if !isCompactFile(r.Path) {
			return fmt.Errorf("it says that %q was replaced, which no compaction made", r.Path)
		}
		c.replaced[r.Path] = r.At
	}
	c.last++
	return nil
}

// check refuses what a commit of ours does not say.
func (f *committedFile) check() error {
	sum, err := hex.DecodeString(f.SHA256)
	table, _, _ := strings.Cut(f.Path, "/")
	switch {
	case !isCompactFile(f.Path) && (!parquet.IsDataFile(f.Path) || !slices.Contains(committedFolders, table)):
		return fmt.Errorf("it adds %q, which is no file of an inventory, of trails, of the catalogue or of a compaction", f.Path)
	case f.Object != "" && f.Object != objectOf(f.Path, f.SHA256):
		return fmt.Errorf("it adds %q, which is said to lie at %q", f.Path, f.Object)
	case err != nil || len(sum) != 32 || f.Bytes < 0 || f.Rows < 0:
		return fmt.Errorf("it adds %q with the size %d, %d rows and the hash %q", f.Path, f.Bytes, f.Rows, f.SHA256)
	}
	return nil
}

// committedFolders are those of the tables that commits are about, besides those of compactions.
var committedFolders = []string{"iam", "trails", "catalogue"}

// objectOf is where a file lies if not at its path, "" for others.
func objectOf(path, sha256 string) string {
	if name, ok := strings.CutPrefix(path, "catalogue/"); ok {
		return "catalogue/" + strings.TrimSuffix(name, ".parquet") + "-" + sha256 + ".parquet"
	}
	return ""
}

// next is the commit that makes of the inventories, trails and catalogue that count those of a
// ledger.
func (c *committed) next(entries map[string]parquet.FileEntry, at time.Time, version string) *remoteCommit {
	one := &remoteCommit{Format: commitFormat, At: at.UTC(), Program: version, Added: []committedFile{}, Removed: []string{}}
	for path, e := range entries {
		sum := hex.EncodeToString(e.SHA256[:])
		if c.files[path].SHA256 != sum {
			one.Added = append(one.Added, committedFile{Path: path, Object: objectOf(path, sum), Rows: e.Rows, Bytes: e.Bytes, SHA256: sum})
		}
	}
	for path := range c.files {
		if _, ok := entries[path]; !ok && !isCompactFile(path) {
			one.Removed = append(one.Removed, path)
		}
	}
	one.sort()
	return one
}

func (one *remoteCommit) sort() {
	slices.SortFunc(one.Added, func(a, b committedFile) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(one.Removed)
	slices.SortFunc(one.Replaced, func(a, b replacedFile) int { return strings.Compare(a.Path, b.Path) })
}

// differs reports whether something else counts than a ledger says.
func (c *committed) differs(entries map[string]parquet.FileEntry) bool {
	next := c.next(entries, time.Time{}, "")
	return len(next.Added)+len(next.Removed) > 0
}
