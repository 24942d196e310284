package roletrail_test

import (
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// layers says which of our packages each part of the house may import: arrows go
// down only. A part is a folder with all folders below it, the longest match counts;
// imports within a part are its own business.
var layers = map[string][]string{
	// The vocabularies know nothing of files and lakes.
	"cloudtrail": {},
	"iam":        {},
	// The way in, and the way out.
	"parquet":  {"cloudtrail", "iam"},
	"pipeline": {"pipeline/silence", "parquet", "cloudtrail", "iam"},
	"queries":  {"pipeline/silence", "parquet", "cloudtrail", "iam"},
	"review":   {"queries", "iam", "review/termfit", "review/termtext"},
	// The programs are thin, and what they share stands beside them.
	"cmd/ingest":            {"cmd/internal/cli", "cmd/internal/exporter", "config", "pipeline", "parquet", "cloudtrail", "iam", "review/termtext"},
	"cmd/report":            {"cmd/internal/cli", "cmd/internal/exporter", "config", "config/didyoumean", "review", "review/termtext", "queries", "pipeline", "parquet", "iam"},
	"cmd/internal/exporter": {"cmd/internal/cli"},
	"cmd/internal/cli":      {"config", "config/didyoumean", "review/termfit", "review/termtext"},
	// Settings and texts, usable from everywhere because they use nothing.
	"config":            {"config/didyoumean"},
	"pipeline/silence":  {},
	"config/didyoumean": {},
	"review/termfit":    {},
	"review/termtext":   {},
	// The test organisation is an oracle: it must not share the code it judges.
	"testdata/cloudtrail": {},
	"scripts":             {},
	"scripts/scale":       {"parquet", "scripts"}, // lays copies of files into a lake
	".":                   {},
}

// part is the part of the house that a folder belongs to.
func part(folder string) (string, bool) {
	for ; ; folder = path.Dir(folder) {
		if _, ok := layers[folder]; ok {
			return folder, true
		}
		if folder == "." {
			return "", false
		}
	}
}

func TestImportsGoDownOnly(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		from, ok := part(s.folder())
		if !ok || from == "." && s.folder() != "." {
			t.Errorf("%s belongs to no part of the house: give its folder a line in layers", s.path)
			continue
		}
		if s.isTest() {
			continue // tests may look at the whole way
		}
		used[from] = true
		for _, name := range s.imports() {
			folder, ours := strings.CutPrefix(name, module+"/")
			if !ours {
				continue
			}
			to, _ := part(folder)
			if to != from && !slices.Contains(layers[from], to) {
				t.Errorf("%s imports %s, but %s may only import %v", s.path, name, from, layers[from])
			}
		}
	}
	for name := range layers {
		if !used[name] {
			t.Errorf("layers has a line for %s, which does not exist", name)
		}
	}
}

// homes says which folder alone may import a module in its programs, or which folders with a
// blank between them, and in at most how many files: what else would have to change if the
// module were replaced.
var homes = map[string]struct {
	folder string
	files  int
}{
	"github.com/marcboeker/go-duckdb/v2":          {"queries", 1},
	"github.com/marcboeker/go-duckdb/mapping":     {"queries", 5},
	"github.com/trinodb/trino-go-client":          {"queries", 2},
	"modernc.org/sqlite":                          {"parquet", 1},
	"github.com/spf13/cobra":                      {"cmd", 100},
	"github.com/knadh/koanf/":                     {"config", 1},
	"github.com/jedib0t/go-pretty/":               {"review", 2},
	"github.com/xuri/excelize/":                   {"review", 3},
	"github.com/fsnotify/":                        {"pipeline/watch", 1},
	"github.com/prometheus/exporter-toolkit/":     {"cmd/internal/exporter", 1},
	"github.com/aws/":                             {"pipeline queries", 18},
	"github.com/aws/aws-sdk-go-v2/config":         {"pipeline queries", 5},
	"github.com/aws/aws-sdk-go-v2/service/athena": {"queries", 3},
	"github.com/aws/aws-sdk-go-v2/service/sqs":    {"pipeline/notice/queue", 2},
	"github.com/aws/aws-lambda-go":                {"pipeline/notice", 1},
	"github.com/aws/aws-sdk-go-v2/service/iam":    {"pipeline/live", 3},
	"github.com/aws/aws-sdk-go-v2/service/s3":     {"pipeline/bucket", 6},
	"github.com/aws/aws-sdk-go-v2/service/ssm":    {"pipeline/parameter", 1},
}

func TestModulesStayAtHome(t *testing.T) {
	in := map[string]map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() || s.folder() == "scripts/bench/yardstick" { // that is DuckDB and nothing of ours
			continue
		}
		for _, name := range s.imports() {
			for prefix, home := range homes {
				if !strings.HasPrefix(name, prefix) {
					continue
				}
				if in[prefix] == nil {
					in[prefix] = map[string]bool{}
				}
				in[prefix][s.path] = true
				if !slices.ContainsFunc(strings.Fields(home.folder), func(folder string) bool { return s.folder() == folder || strings.HasPrefix(s.folder(), folder+"/") }) {
					t.Errorf("%s imports %s, which only %s may", s.path, name, home.folder)
				}
			}
		}
	}
	for prefix, home := range homes {
		if n := len(in[prefix]); n == 0 || n > home.files {
			t.Errorf("%d files import %s, expected 1 to %d: %v", n, prefix, home.files, in[prefix])
		}
	}
}

// TestIngestNeedsNoCgo: cmd/ingest is one static binary for every system. Packages
// of Go itself have a version without cgo.
func TestIngestNeedsNoCgo(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}} {{len .CgoFiles}}{{end}}", "./cmd/ingest")
	list.Env = append(os.Environ(), "CGO_ENABLED=1")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(out))
	if len(lines) < 20 {
		t.Fatalf("go list named too few packages:\n%s", out)
	}
	for i := 0; i+1 < len(lines); i += 2 {
		name, cgo := lines[i], lines[i+1]
		if cgo != "0" {
			t.Errorf("cmd/ingest depends on %s, which needs cgo", name)
		}
		if strings.Contains(name, "duckdb") {
			t.Errorf("cmd/ingest depends on %s: only cmd/report links DuckDB", name)
		}
	}
}

// TestReportAsksS3AndAthenaAlone: of AWS cmd/report can ask these, and what gives credentials.
func TestReportAsksS3AndAthenaAlone(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/report").Output()
	if err != nil {
		t.Fatal(err)
	}
	const services = "github.com/aws/aws-sdk-go-v2/service/"
	asked := 0
	for _, name := range strings.Fields(string(out)) {
		service, ok := strings.CutPrefix(name, services)
		service, _, _ = strings.Cut(service, "/")
		if ok && !slices.Contains([]string{"s3", "athena", "sso", "ssooidc", "sts", "signin", "internal"}, service) || strings.HasPrefix(name, "github.com/aws/aws-lambda-go") {
			t.Errorf("cmd/report depends on %s", name)
		}
		if ok {
			asked++
		}
	}
	if asked == 0 {
		t.Errorf("cmd/report depends on nothing of AWS's:\n%s", out)
	}
}
