package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestBuild(t *testing.T) {
	made := runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.time", Value: "2026-09-30T23:30:00-02:00"}, {Key: "vcs.modified", Value: "true"}, {Key: "CGO_ENABLED", Value: "0"}}
	for _, tc := range []struct {
		module              string
		settings            []debug.BuildSetting
		name, day, document string
	}{
		{"", nil, "devel", "", "commit not known\n" + made + "\n"},
		{"(devel)", vcs, "devel+0123456789ab", "2026-10-01", "commit 0123456789abcdef0123 of 2026-10-01, with changes\n" + made + ", without cgo\n"},
		{"v1.2.3", vcs[:1], "v1.2.3", "", "commit 0123456789abcdef0123\n" + made + "\n"},
		{"(devel)", []debug.BuildSetting{{Key: "vcs.revision", Value: "short"}, {Key: "vcs.time", Value: "never"}}, "devel", "", "commit short\n" + made + "\n"},
	} {
		b := buildOf(&debug.BuildInfo{Main: debug.Module{Version: tc.module}, Settings: tc.settings})
		if b.name() != tc.name || b.day() != tc.day || b.lines() != tc.document {
			t.Errorf("%q, %v: %q of %q\n%s", tc.module, tc.settings, b.name(), b.day(), b.lines())
		}
	}
}
