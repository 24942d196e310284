package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"sync"

	"roletrail/config"
	"roletrail/queries"
	"roletrail/review/access"
)

// manifest says what a review was made of, and what its files are.
type manifest struct {
	Made          string          `json:"made_with"`
	Meta          queries.Meta    `json:"meta"`
	Digests       manifestDigests `json:"digests"`
	Configuration *manifestFile   `json:"configuration"` // roletrail.yaml; null for the defaults
	Decisions     *manifestFile   `json:"decisions"`     // of the last review, if they were given
	// Files are the others of the folder.
	Files []manifestFile `json:"files"`
}

type manifestFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// manifestDigests says what is known of CloudTrail's digest files, which prove that no log
// file was changed or taken away.
type manifestDigests struct {
	// Status is "not verified", or "none" where the window has no digest file: roletrail
	// counts them, and compares no log file with them.
	Status string `json:"status"`
	// Files are the digest files of the window that ingest saw.
	Files int64 `json:"files"`
}

// digestFamily is what coverage calls digest files.
const digestFamily = "CloudTrail-Digest"

func digestsOf(coverage []access.Coverage) manifestDigests {
	d := manifestDigests{Status: "none"}
	for _, c := range coverage {
		if c.Family == digestFamily {
			d.Status, d.Files = "not verified", d.Files+c.Objects
		}
	}
	return d
}

// configurationOf is the configuration file that was read, if there was one.
func configurationOf(f *config.File) *manifestFile {
	if f == nil {
		return nil
	}
	return &manifestFile{f.Name, f.Bytes, f.SHA256}
}

const manifestName = "manifest.json"

// writeReview writes the files and, when all are there, their manifest. Files of owners and
// actions that the manifest before it had, and this one has not, are removed: who answers for
// nothing any more must not be asked, and what was decided anew must not be run.
func (r *report) writeReview(out string, files []access.File, m manifest) error {
	before := readManifest(out)
	written, err := r.writeFiles(out, files)
	now := map[string]bool{}
	for _, f := range written {
		now[f.Name] = true
		if _, err := fmt.Fprintln(r.Stdout, filepath.Join(out, filepath.FromSlash(f.Name))); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	m.Files = written
	if err := removeFormer(out, before, now); err != nil {
		return err
	}
	_, err = writeFile(out, manifestName, func(w io.Writer) error {
		text, err := json.MarshalIndent(m, "", " ")
		if err != nil {
			return err
		}
		_, err = w.Write(append(text, '\n'))
		return err
	})
	if err == nil {
		_, err = fmt.Fprintln(r.Stdout, filepath.Join(out, manifestName))
	}
	return err
}

// writeFiles writes as many files at once as there are processors: one of them takes as long as
// all others together. Those that were written it returns beside an error, too.
func (r *report) writeFiles(out string, files []access.File) ([]manifestFile, error) {
	written, errs := make([]manifestFile, len(files)), make([]error, len(files))
	writers := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i, f := range files {
		writers <- struct{}{}
		r.work.write(f.Name, i+1, len(files))
		all.Go(func() {
			defer func() { <-writers }()
			if errs[i] = os.MkdirAll(filepath.Join(out, filepath.Dir(filepath.FromSlash(f.Name))), 0o755); errs[i] != nil {
				errs[i] = fmt.Errorf("making the folder of the review: %w", errs[i])
				return
			}
			if w, err := writeFile(out, f.Name, f.Write); err != nil {
				errs[i] = err
			} else {
				written[i] = w
			}
		})
	}
	all.Wait()
	return slices.DeleteFunc(written, func(f manifestFile) bool { return f.Name == "" }), cmp.Or(errs...)
}

// removeFormer removes the files of a former manifest that come and go and are not among
// those of now.
func removeFormer(out string, before manifest, now map[string]bool) error {
	for _, f := range before.Files {
		if !comesAndGoes(f.Name) || now[f.Name] {
			continue
		}
		if err := os.Remove(filepath.Join(out, filepath.FromSlash(f.Name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing a file of the former review: %w", err)
		}
	}
	return nil
}

// ofActions are the names of the files that package actions writes.
var ofActions = regexp.MustCompile(`^actions/(README\.txt|[0-9]{3,6}-(trim|remove)/(undo/)?[a-z]+(-[0-9]+)?\.(sh|tf|json))$`)

// comesAndGoes says whether a name is that of an owner's file or of an action, and of
// nothing else whatever a manifest says.
func comesAndGoes(name string) bool {
	owners := path.Clean(name) == name && path.Dir(name) == "owners" && path.Ext(name) == ".md" && filepath.IsLocal(filepath.FromSlash(name))
	return owners || ofActions.MatchString(name)
}

// maxManifest bounds the manifest that is read, in bytes.
const maxManifest = 16 << 20

// readManifest reads the manifest of a review that was written before. One that cannot be
// read names no file.
func readManifest(out string) (m manifest) {
	f, err := os.Open(filepath.Join(out, manifestName))
	if err != nil {
		return m
	}
	defer f.Close()
	if json.NewDecoder(io.LimitReader(f, maxManifest)).Decode(&m) != nil {
		return manifest{}
	}
	return m
}

// writeFile writes a file whole or not at all: somebody may be reading the old one.
func writeFile(dir, name string, write func(io.Writer) error) (written manifestFile, err error) {
	target := filepath.Join(dir, filepath.FromSlash(name))
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+"-*")
	if err != nil {
		return written, fmt.Errorf("writing %s: %w", target, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("writing %s: %w", target, err), os.Remove(f.Name()))
		}
	}()
	sum := sha256.New()
	counted := &countingWriter{}
	if err := errors.Join(write(io.MultiWriter(f, sum, counted)), f.Chmod(0o644), f.Close()); err != nil {
		return written, err
	}
	if err := os.Rename(f.Name(), target); err != nil {
		return written, err
	}
	return manifestFile{name, counted.bytes, hex.EncodeToString(sum.Sum(nil))}, nil
}

type countingWriter struct{ bytes int64 }

func (c *countingWriter) Write(b []byte) (int, error) {
	c.bytes += int64(len(b))
	return len(b), nil
}
