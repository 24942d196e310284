package organisation

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of README.md again")

// TestReadmeTables holds the generated tables of README.md; -update writes them.
func TestReadmeTables(t *testing.T) {
	const path = "../README.md"
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := old
	for name, table := range map[string]string{
		"last-used": lastUsedTable(t), "changes": changesTable(t), "bad": badTable(t),
		"unused": unusedTable(t), "unused-trails": unusedTrailsTable(t), "unexpected": unexpectedTable(t),
	} {
		start, end := []byte("<!-- "+name+" -->\n"), []byte("<!-- /"+name+" -->")
		before, rest, ok := bytes.Cut(text, start)
		_, after, ok2 := bytes.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("README.md has no place for table %s", name)
		}
		text = bytes.Join([][]byte{before, start, []byte(table), end, after}, nil)
	}
	if bytes.Equal(old, text) {
		return
	}
	if !*update {
		t.Fatal("the tables of README.md are not current; run this test with -update")
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func lastUsedTable(t *testing.T) string {
	var out strings.Builder
	out.WriteString("| account | role | story | state | privilege | verdict | last used | uses | denied | failed | sessions | callers |\n| --- | --- | --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range answerRows[lastUsedRow](t, "last_used.json") {
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %s | %d | %d | %d | %d | %d |\n", r.AccountID[:3]+"…", r.RoleName, r.Story, r.State, deref(r.Privilege), r.Verdict, deref(r.LastUsed), r.Uses, r.Denied, r.Failed, r.Sessions, r.Callers)
	}
	return out.String()
}

func changesTable(t *testing.T) string {
	var out strings.Builder
	out.WriteString("| time | action | change | severity | outcome | roles |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range answerRows[changeRow](t, "changes.json") {
		var names []string
		for _, arn := range r.RoleARNs {
			names = append(names, nameOf(arn))
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s |\n", r.EventTime, r.Action, r.Change, r.Severity, r.Outcome, strings.Join(names, ", "))
	}
	return out.String()
}

func badTable(t *testing.T) string {
	var out strings.Builder
	out.WriteString("| file | object | rows | records in quarantine | why |\n| --- | --- | ---: | ---: | --- |\n")
	for _, f := range answerRows[badFile](t, "bad.json") {
		fmt.Fprintf(&out, "| %s | %s | %d | %d | %s |\n", f.Name, f.Object, f.Written, f.Quarantined, f.Why)
	}
	return out.String()
}

// unusedTable has one row per role and verdict, but for what is used.
func unusedTable(t *testing.T) string {
	var out strings.Builder
	out.WriteString("| role | verdict | the reason says | actions |\n| --- | --- | --- | --- |\n")
	type line struct{ role, verdict, says string }
	actions := map[line][]string{}
	var order []line
	for _, r := range answerRows[unusedRow](t, "unused.json") {
		if r.Verdict == "used" {
			continue
		}
		l := line{nameOf(r.RoleARN), r.Verdict, strings.Join(r.ReasonSays, ", ")}
		if actions[l] == nil {
			order = append(order, l)
		}
		actions[l] = append(actions[l], r.Action)
	}
	for _, l := range order {
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", l.role, l.verdict, strings.TrimSuffix(l.says, ", "), strings.Join(actions[l], ", "))
	}
	return out.String()
}

// unusedTrailsTable has the data events whose reason the trails changed.
func unusedTrailsTable(t *testing.T) string {
	var out strings.Builder
	out.WriteString("| role | action | verdict | the reason says |\n| --- | --- | --- | --- |\n")
	before := map[string]string{}
	for _, r := range answerRows[unusedRow](t, "unused.json") {
		before[r.RoleID+r.Action] = strings.Join(r.ReasonSays, ", ")
	}
	for _, r := range answerRows[unusedRow](t, "unused_trails.json") {
		if says := strings.Join(r.ReasonSays, ", "); says != before[r.RoleID+r.Action] {
			fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", nameOf(r.RoleARN), r.Action, r.Verdict, says)
		}
	}
	return out.String()
}

// unexpectedTable has the rows that report unexpected shows without --all.
func unexpectedTable(t *testing.T) string {
	var out strings.Builder
	out.WriteString("| role | caller | findings | with roletrail.yaml |\n| --- | --- | --- | --- |\n")
	for _, r := range answerRows[unexpectedRow](t, "unexpected.json") {
		findings, configured := strings.Join(r.Findings, ", "), strings.Join(r.ConfiguredFindings, ", ")
		if configured == findings {
			configured = "the same"
		}
		if findings != "" && findings != "expected" {
			fmt.Fprintf(&out, "| %s | `%s` | %s | %s |\n", nameOf(r.RoleARN), r.Caller, findings, configured)
		}
	}
	return out.String()
}

// nameOf is the name of a role.
func nameOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
