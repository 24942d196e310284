package cli

import (
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// version is set by the build: -ldflags "-X roletrail/cmd/internal/cli.version=v1.2.3".
var version string

// build is what the toolchain noted in the program. What it did not note is empty.
type build struct {
	version  string    // of the module, from a tag; empty in a working copy without one
	revision string    // commit
	made     time.Time // of the commit
	modified bool      // files differed from the commit
	cgo      string    // CGO_ENABLED
}

func newBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{}
	}
	return buildOf(info)
}

func buildOf(info *debug.BuildInfo) (b build) {
	if v := info.Main.Version; v != "(devel)" {
		b.version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.revision = s.Value
		case "vcs.time":
			b.made, _ = time.Parse(time.RFC3339, s.Value) // zero where it is no time
		case "vcs.modified":
			b.modified = s.Value == "true"
		case "CGO_ENABLED":
			b.cgo = s.Value
		}
	}
	return b
}

// Version is the program's version: the one the build was given, else the
// module's, else the commit it was built from, else "devel".
func Version() string {
	if version != "" {
		return version
	}
	return newBuild().name()
}

// commitLength is how much of a commit's id names it.
const commitLength = 12

func (b build) name() string {
	switch {
	case b.version != "":
		return b.version
	case len(b.revision) >= commitLength:
		return "devel+" + b.revision[:commitLength]
	}
	return "devel"
}

// day is that of the commit, empty if nobody knows.
func (b build) day() string {
	if b.made.IsZero() {
		return ""
	}
	return b.made.UTC().Format(time.DateOnly)
}

// lines say what the program was made of, below its version.
func (b build) lines() string {
	commit := "commit not known"
	if b.revision != "" {
		commit = "commit " + b.revision
		if day := b.day(); day != "" {
			commit += " of " + day
		}
		if b.modified {
			commit += ", with changes"
		}
	}
	made := []string{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if b.cgo == "0" {
		made = append(made, "without cgo")
	}
	return commit + "\n" + strings.Join(made, ", ") + "\n"
}
