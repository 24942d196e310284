package roletrail_test

import (
	"go/ast"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// statement recognises the beginning of a SQL statement.
var statement = regexp.MustCompile(`(?is)^[\s(]*(` + strings.Join([]string{
	`select\s.*`, `with\s+(recursive\s+)?\w+\s+as\s*\(`, `insert\s+(or\s+\w+\s+)?into\s`, `update\s+\w+\s+set\s`, `delete\s+from\s`,
	`(create|drop|alter)\s+(or\s+replace\s+)?(temp\w*\s+|unique\s+)*(table|view|macro|index|trigger|schema|function|sequence)\b`,
	`(attach|detach)\s+['"(]`, `pragma\s+\w+`, `copy\s+[\w(].*\b(to|from)\s+['"(]`, `(install|load)\s+'`, `set\s+\w+\s*=`, `explain\s+select`,
}, "|") + `)`)

// TestSQLStandsInItsOwnFiles: SQL in a .sql file can be read, run and checked by
// itself, and is never glued from pieces.
func TestSQLStandsInItsOwnFiles(t *testing.T) {
	literals := 0
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.syntax, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			literals++
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Errorf("%s: %v", s.at(literal), err)
			}
			if statement.MatchString(text) {
				t.Errorf("%s: %.60q looks like SQL: put it into a .sql file and embed it", s.at(literal), text)
			}
			return true
		})
	}
	if literals < 1000 {
		t.Fatalf("saw %d string literals only", literals)
	}
}

// The pattern must know SQL when it sees it, and must not cry at every text.
func TestStatementPattern(t *testing.T) {
	for text, want := range map[string]bool{
		"select 1": true, "SELECT\n\t*\nFROM events": true, "  insert into t values (?)": true, "insert or ignore into t values (1)": true,
		"create or replace macro f(x) as x": true, "create unique index i on t (a)": true, "with a as (select 1) select * from a": true,
		"update t set a = 1": true, "delete from t": true, "drop table t": true, "pragma user_version = 1": true,
		"install 'httpfs'": true, "set memory_limit = '1GB'": true, "attach 'x.db' as x": true,
		"selected": false, "select": false, "with a word as before": false, "create a lake": false, "update it": false,
		"set aside": false, "load 5": false, "delete from": false, "copying %q": false, "creating file": false,
	} {
		if got := statement.MatchString(text); got != want {
			t.Errorf("statement pattern says %v for %q", got, text)
		}
	}
}

// notReports are the folders of queries/ whose SQL answers no question by itself.
// They are explained together.
var notReports = []string{"queries/views/", "queries/duckdb/", "queries/trino/", "queries/examples/"}

// A description says first what one row is, and then what the columns mean.
var described = regexp.MustCompile(`(?ms)^description: (>\s+)?One row\b.*^columns:$`)

// TestQueriesAreDescribed: beside each query stands what one row of it is and what
// its columns mean, and no description describes nothing.
func TestQueriesAreDescribed(t *testing.T) {
	all := paths(t)
	queries := 0
	for _, name := range all {
		if !strings.HasPrefix(name, "queries/") || strings.Contains(name, "testdata/") ||
			slices.ContainsFunc(notReports, func(folder string) bool { return strings.HasPrefix(name, folder) }) {
			continue
		}
		if base, ok := strings.CutSuffix(name, ".yml"); ok && !slices.Contains(all, base+".sql") {
			t.Errorf("%s describes a query that does not exist", name)
		}
		base, ok := strings.CutSuffix(name, ".sql")
		if !ok {
			continue
		}
		queries++
		text, err := os.ReadFile(base + ".yml")
		if err != nil {
			t.Errorf("%s has no description beside it: %v", name, err)
		} else if !described.Match(text) {
			t.Errorf("%s.yml must have a description that begins with \"One row\", and columns", base)
		}
	}
	if queries == 0 {
		t.Error("queries/ has no query")
	}
}
