package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// TestSourceErrors are the mistakes of a command line.
func TestSourceErrors(t *testing.T) {
	empty := t.TempDir()
	lake, err := parquet.CreateLake(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	link := filepath.Join(t.TempDir(), "link")
	symlink(t, lake.Dir(), link)
	events := filepath.Join(link, "events")
	for path, want := range map[string]string{
		"/no/such/folder": `listing source "/no/such/folder": no such file or folder; give the path of CloudTrail's log files, or s3://BUCKET/PREFIX`,
		"/dev/null":       `listing source "/dev/null": it is neither a file nor a folder; what comes through a pipe is read with -`,
		empty:             fmt.Sprintf("listing source %q: the folder holds no files; give the one that CloudTrail's log files lie in", empty),
		lake.Dir():        fmt.Sprintf("listing source %q: it is within the lake %q; log files lie elsewhere", lake.Dir(), lake.Dir()),
		link:              fmt.Sprintf("listing source %q: it is within the lake %q; log files lie elsewhere", link, lake.Dir()),
		events:            fmt.Sprintf("listing source %q: it is within the lake %q; log files lie elsewhere", events, lake.Dir()),
	} {
		if path == events {
			if err := os.Mkdir(events, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
				t.Fatal(err)
			}
		}
		_, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{pipeline.Files{Path: path, Except: lake.Dir()}}, pipeline.Options{})
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func symlink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Skipf("no links here: %v", err)
	}
}

// names lists a source, with the objects' names relative to a folder.
func names(t *testing.T, s pipeline.Files, from string, each func(pipeline.Object)) []string {
	t.Helper()
	var found []string
	err := s.List(context.Background(), func(o pipeline.Object) error {
		name, err := filepath.Rel(from, o.Name)
		found = append(found, name)
		if each != nil {
			each(o)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// TestLinks: the source itself is followed, and so are links to files; links to
// folders within it are not. What is reached through a link has the name of where it
// lies.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "real/a.json", trail(record(1)))
	write(t, dir, "elsewhere/b.json", trail(record(2)))
	symlink(t, filepath.Join(dir, "elsewhere", "b.json"), filepath.Join(dir, "real", "c.json"))
	symlink(t, filepath.Join(dir, "elsewhere"), filepath.Join(dir, "real", "folder"))
	symlink(t, filepath.Join(dir, "real"), filepath.Join(dir, "link"))
	symlink(t, filepath.Join(dir, "link"), filepath.Join(dir, "link2"))
	want := []string{"real/a.json", "real/c.json"}
	for _, source := range []string{"real", "link", "link2", "real/../link"} {
		if got := names(t, pipeline.Files{Path: filepath.Join(dir, source)}, dir, nil); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
	if got := names(t, pipeline.Files{Path: filepath.Join(dir, "link2", "a.json")}, dir, nil); !slices.Equal(got, want[:1]) {
		t.Errorf("a file behind a link: %v", got)
	}
}

// TestLakeWithinTheSourceIsLeftOut ingests the folder that also holds the lake,
// named directly and through links.
func TestLakeWithinTheSourceIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "logs/a.json", trail(record(1)))
	symlink(t, filepath.Join(dir, "logs"), filepath.Join(dir, "link"))
	lakes := []string{filepath.Join(dir, "logs", "lake"), filepath.Join(dir, "link", "lake")}
	for run := range 4 {
		lake, err := parquet.CreateLake(lakes[run%2])
		if err != nil {
			t.Fatal(err)
		}
		source := pipeline.Files{Path: filepath.Join(dir, []string{"logs", "link"}[run/2]), Except: lake.Dir()}
		s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{source}, pipeline.Options{})
		if err := errors.Join(err, lake.Close()); err != nil {
			t.Fatal(err)
		}
		if s.Objects.Total != 1 || s.Objects.Already != min(int64(run), 1) {
			t.Errorf("run %d found other objects:\n%s", run, s)
		}
	}
}

// TestSourceThatChangesWhileItIsListed: what vanishes or cannot be read is named and
// counted, and the run goes on.
func TestSourceThatChangesWhileItIsListed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.json", trail(record(1)))
	write(t, dir, "b/gone.json", trail(record(2)))
	write(t, dir, "c.json", trail(record(3)))
	write(t, dir, "d.json", trail(record(4)))
	symlink(t, filepath.Join(dir, "nowhere"), filepath.Join(dir, "e.json"))
	symlink(t, "f.json", filepath.Join(dir, "f.json")) // leads to itself
	lake, err := parquet.CreateLake(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	source := vanishing{pipeline.Files{Path: dir}, []string{filepath.Join(dir, "b"), filepath.Join(dir, "d.json")}}
	s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{source}, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Objects.Total != 6 || s.Objects.Ingested != 2 || s.Objects.Quarantined != 4 || !s.Balanced() {
		t.Errorf("wrong balance:\n%s\n%+v", s, s.Quarantine)
	}
	reasons := map[string]string{
		"b/": "listing the folder: no such file", "d.json": "listing the file: no such file",
		"e.json": "listing the file: no such file", "f.json": "listing the file: too many",
	}
	for _, q := range s.Quarantine {
		name := strings.TrimPrefix(q.Object, filepath.ToSlash(dir)+"/")
		if want := reasons[name]; want == "" || !strings.HasPrefix(q.Reason, want) {
			t.Errorf("%s: reason %q, want %q", name, q.Reason, want)
		}
		if q.SHA256 != "" || q.Detail == "" {
			t.Errorf("%s: hash %q of what cannot be read, detail %q", name, q.SHA256, q.Detail)
		}
	}
}

// vanishing is a source of which files and folders are removed when its first object
// has been listed: they are known by then, and not yet looked at.
type vanishing struct {
	pipeline.Files
	doomed []string
}

func (s vanishing) List(ctx context.Context, fn func(pipeline.Object) error) error {
	return s.Files.List(ctx, func(o pipeline.Object) error {
		for _, path := range s.doomed {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
		return fn(o)
	})
}

// TestUnreadableFolder is named, and what is beside it is read.
func TestUnreadableFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("permissions do not bind this user")
	}
	dir := t.TempDir()
	write(t, dir, "a/a.json", trail(record(1)))
	write(t, dir, "b.json", trail(record(2)))
	if err := os.Chmod(filepath.Join(dir, "a"), 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(filepath.Join(dir, "a"), 0o755)
	s := ingest(t, filepath.Join(t.TempDir(), "lake"), pipeline.Options{}, dir)
	if s.Objects.Ingested != 1 || s.Objects.Quarantined != 1 || s.Quarantine[0].Reason != "listing the folder: permission denied" {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
}

// TestFileThatCannotBeOpened: the reason in the quarantine does not repeat the name
// that stands before it.
func TestFileThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.json", trail(record(1)))
	listed := 0
	err := pipeline.Files{Path: dir}.List(context.Background(), func(o pipeline.Object) error {
		listed++
		if err := os.RemoveAll(filepath.Join(dir, "a.json")); err != nil {
			return err
		}
		_, err := o.Open()
		if err == nil || strings.Contains(err.Error(), "a.json") || !strings.HasPrefix(err.Error(), "opening the file: ") || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error is %v", err)
		}
		return nil
	})
	if err != nil || listed != 1 {
		t.Errorf("%d objects, %v", listed, err)
	}
}
