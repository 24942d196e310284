package roletrail_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// modules are the modules that our own code may import, each with the reason why it
// is not written here. A new one needs a reason as good as these.
var modules = map[string]string{
	"github.com/apache/arrow/go/v17":              "writes Parquet: its column writers take dictionaries as they are",
	"github.com/aws/aws-lambda-go":                "serves AWS Lambda, as its runtime asks it",
	"github.com/aws/aws-sdk-go-v2":                "asks IAM and S3: signed calls, tried again",
	"github.com/aws/aws-sdk-go-v2/service/athena": "Athena's calls and their pages",
	"github.com/aws/aws-sdk-go-v2/config":         "finds credentials as the AWS CLI does",
	"github.com/aws/aws-sdk-go-v2/service/iam":    "IAM's calls and their pages",
	"github.com/aws/aws-sdk-go-v2/service/s3":     "S3's calls and their pages",
	"github.com/aws/aws-sdk-go-v2/service/sqs":    "SQS's calls",
	"github.com/aws/aws-sdk-go-v2/service/ssm":    "the call for a secret in Parameter Store",
	"github.com/aws/smithy-go":                    "answers that are errors, for the SDK; and its silence",
	"github.com/fsnotify/fsnotify":                "asks the operating system to tell what changes in folders",
	"github.com/prometheus/client_golang":         "metrics, as Prometheus reads them",
	"github.com/prometheus/exporter-toolkit":      "TLS and passwords of /metrics, as of Prometheus's own exporters",
	"github.com/klauspost/compress":               "gzip, twice as fast as the standard library's",
	"modernc.org/sqlite":                          "the ledger: transactions without cgo",
	"modernc.org/libc":                            "tests only: stands below SQLite, whose writes fail there",
	"golang.org/x/sys":                            "the lake's lock, which the kernel gives back when a process dies",
	"github.com/trinodb/trino-go-client":          "asks Trino, page by page",
	"github.com/marcboeker/go-duckdb/v2":          "runs the reports: an engine that reads Parquet where it lies",
	"github.com/spf13/cobra":                      "commands, help and shell completion",
	"github.com/spf13/pflag":                      "flags with values of a closed set, for cobra",
	"github.com/vbauerster/mpb/v8":                "the progress bar on a terminal",
	"github.com/marcboeker/go-duckdb/mapping":     "DuckDB's C interface, for rows as they come",
	"github.com/go-viper/mapstructure/v2":         "sizes like 16MiB and unknown keys, for koanf",
	"github.com/knadh/koanf/v2":                   "settings over defaults",
	"github.com/knadh/koanf/parsers/yaml":         "roletrail.yaml, for koanf",
	"go.yaml.in/yaml/v3":                          "lines of mistakes in roletrail.yaml",
	"github.com/jedib0t/go-pretty/v6":             "tables on a terminal and in Markdown",
	"github.com/xuri/excelize/v2":                 "workbooks with filters and lists to choose from",
	"github.com/peterh/liner":                     "the prompt of report sql, with history",
	"golang.org/x/term":                           "whether and how wide a terminal is there",
	"github.com/rogpeppe/go-internal":             "tests only: scripts of command lines",
	"github.com/hashicorp/hcl/v2":                 "tests only: evaluates deploy/terraform without Terraform",
	"github.com/zclconf/go-cty":                   "tests only: its values",
}

// required is a module that go.mod names.
type required struct {
	Path     string
	Indirect bool
}

// goMod reads go.mod.
func goMod(t *testing.T) []required {
	t.Helper()
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct{ Require []required }
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	return mod.Require
}

// TestOnlyChosenModules holds our imports, the list above and go.mod to each other.
func TestOnlyChosenModules(t *testing.T) {
	require := goMod(t)
	imported := map[string]string{} // module -> a file that imports it
	for _, s := range sources(t) {
		for _, name := range s.imports() {
			if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") {
				imported[moduleOf(name, require)] = s.path
			}
		}
	}
	for name, file := range imported {
		if _, ok := modules[name]; !ok {
			t.Errorf("%s imports module %q, which is not on the list of chosen ones", file, name)
		}
	}
	for name := range modules {
		if _, ok := imported[name]; !ok {
			t.Errorf("module %s is on the list, but nothing imports it", name)
		}
	}
	for _, r := range require {
		if _, direct := imported[r.Path]; direct == r.Indirect {
			t.Errorf("go.mod calls %s indirect: %v, but that nothing of ours imports it is %v; run go mod tidy", r.Path, r.Indirect, !direct)
		}
	}
}

// moduleOf is the module that a package belongs to.
func moduleOf(name string, require []required) string {
	longest := ""
	for _, r := range require {
		if (name == r.Path || strings.HasPrefix(name, r.Path+"/")) && len(r.Path) > len(longest) {
			longest = r.Path
		}
	}
	if longest == "" {
		return name
	}
	return longest
}
