package watch

import (
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// mostFolders is how many folders the operating system is asked to tell about. There are
// hundreds of thousands below a trail of some years, of which new files appear in few:
// those that changed last are chosen, and what appears in others is found by looking.
const mostFolders = 4096

// folderNews tells when something changed in a folder of the sources, until stop is called.
// Where the system cannot tell, it stays silent: looking again finds everything, only later.
func folderNews(sources []Source, told chan<- struct{}) (stop func()) {
	if runtime.GOOS != "linux" && runtime.GOOS != "windows" {
		return func() {} // others open every file of a folder for it
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return func() {}
	}
	var except []string
	for _, s := range sources {
		if s.Folder != "" {
			except = append(except, real(s.Except))
		}
	}
	for _, s := range sources {
		if s.Folder != "" {
			addFolders(watcher, real(s.Folder), except)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		listen(watcher, told, except)
	}()
	return func() {
		watcher.Close()
		<-done
	}
}

// real is where a folder lies, with links resolved as far as there is something: a lake may
// be made only later.
func real(folder string) string {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return folder
	}
	if resolved, err := filepath.EvalSymlinks(abs); err == nil {
		return resolved
	}
	if parent := filepath.Dir(abs); parent != abs {
		return filepath.Join(real(parent), filepath.Base(abs))
	}
	return abs
}

// listen passes on that something changed, and adds folders that appear. The lake's own
// changes, which every round makes, are no news.
func listen(watcher *fsnotify.Watcher, told chan<- struct{}, except []string) {
	for {
		select {
		case event, ok := <-watcher.Events:
			if !ok {
				return
			}
			if slices.Contains(except, event.Name) {
				continue
			}
			if event.Has(fsnotify.Create) && len(watcher.WatchList()) < mostFolders {
				addFolders(watcher, event.Name, except) // a file is none, and is left out
			}
		case _, ok := <-watcher.Errors:
			if !ok {
				return
			} // events were lost, which is news too
		}
		tell(told)
	}
}

// addFolders adds a folder and those below it, the ones that changed last if there are
// too many. Folders that cannot be added are found by looking.
func addFolders(watcher *fsnotify.Watcher, root string, except []string) {
	type folder struct {
		path    string
		changed time.Time
	}
	var folders []folder
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return nil
		case slices.Contains(except, path):
			return filepath.SkipDir
		}
		if info, err := entry.Info(); err == nil {
			folders = append(folders, folder{path, info.ModTime()})
		}
		return nil
	})
	slices.SortStableFunc(folders, func(a, b folder) int { return b.changed.Compare(a.changed) })
	for _, f := range folders[:min(len(folders), mostFolders-min(mostFolders, len(watcher.WatchList())))] {
		err := watcher.Add(f.path)
		if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
			return // the system's limit
		}
	}
}
