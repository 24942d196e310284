package roletrail_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// rulesFile is what is held of a file of rules of Prometheus.
type rulesFile struct {
	Groups []struct {
		Rules []struct {
			Alert  string `yaml:"alert"`
			Record string `yaml:"record"`
		} `yaml:"rules"`
	} `yaml:"groups"`
}

// rulesTest is what is held of the tests of such a file.
type rulesTest struct {
	RuleFiles []string `yaml:"rule_files"`
	Tests     []struct {
		Alerts []struct {
			Name     string `yaml:"alertname"`
			Expected []any  `yaml:"exp_alerts"`
		} `yaml:"alert_rule_test"`
		Expressions []struct {
			Expr     string `yaml:"expr"`
			Expected []any  `yaml:"exp_samples"`
		} `yaml:"promql_expr_test"`
	} `yaml:"tests"`
}

// TestEveryRuleIsTested: for promtool, which make integration runs, there is a moment at which each alert
// fires and one at which it does not, and a value of each recording rule.
func TestEveryRuleIsTested(t *testing.T) {
	files, err := filepath.Glob("dashboards/prometheus/*.rules.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of rules, %v", len(files), err)
	}
	for _, file := range files {
		var rules rulesFile
		var tests rulesTest
		testFile := strings.TrimSuffix(file, ".yml") + "_test.yml"
		for name, into := range map[string]any{file: &rules, testFile: &tests} {
			if err := yaml.Unmarshal(readFile(t, name), into); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if !slices.Equal(tests.RuleFiles, []string{filepath.Base(file)}) {
			t.Errorf("%s tests %v", testFile, tests.RuleFiles)
		}
		fires, silent, expressions := outcomesOf(&tests)
		alerts := map[string]bool{}
		for _, group := range rules.Groups {
			for _, rule := range group.Rules {
				switch {
				case rule.Record != "" && !slices.ContainsFunc(expressions, func(e string) bool { return strings.Contains(e, rule.Record) }):
					t.Errorf("%s: no value of %s is tested", testFile, rule.Record)
				case rule.Alert != "" && !fires[rule.Alert]:
					t.Errorf("%s: nothing lets %s fire", testFile, rule.Alert)
				case rule.Alert != "" && !silent[rule.Alert]:
					t.Errorf("%s: %s is never silent", testFile, rule.Alert)
				}
				alerts[rule.Alert] = true
			}
		}
		for name := range silent { // a name that is misspelt is silent, too
			if !alerts[name] {
				t.Errorf("%s: there is no alert %q", testFile, name)
			}
		}
		if len(alerts) == 0 {
			t.Errorf("%s has no rules", file)
		}
	}
}

// outcomesOf are the alerts that fire and those that do not, each in some test, and the expressions that
// have a value.
func outcomesOf(tests *rulesTest) (fires, silent map[string]bool, expressions []string) {
	fires, silent = map[string]bool{}, map[string]bool{}
	for _, test := range tests.Tests {
		for _, a := range test.Alerts {
			if len(a.Expected) > 0 {
				fires[a.Name] = true
			} else {
				silent[a.Name] = true
			}
		}
		for _, e := range test.Expressions {
			if len(e.Expected) > 0 {
				expressions = append(expressions, e.Expr)
			}
		}
	}
	return fires, silent, expressions
}
