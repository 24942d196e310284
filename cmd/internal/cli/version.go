package cli

import (
	"runtime/debug"
)

// version is set by the build: -ldflags "-X roletrail/cmd/internal/cli.version=v1.2.3".
var version string

// Version is the program's version: the one the build was given, else the
// module's, else the commit it was built from, else "devel".
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "devel" + revision(info.Settings)
}

func revision(settings []debug.BuildSetting) string {
	for _, s := range settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "+" + s.Value[:12]
		}
	}
	return ""
}
