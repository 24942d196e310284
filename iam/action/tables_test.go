package action

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTablesNameWhatExists: a row that names nothing is a slip, or AWS renamed the
// action.
func TestTablesNameWhatExists(t *testing.T) {
	c := Embedded()
	known, checked := reviewed(), 0
	for prefix, view := range known.services {
		s, ok := c.service(prefix)
		if !ok {
			t.Errorf("there is no service %q", prefix)
			continue
		}
		for _, r := range slices.Concat(view.dataPlane, view.permission) {
			checked++
			if !slices.ContainsFunc(c.names[s.first:s.end], func(full string) bool { return r.matches(full[len(prefix)+1:]) }) {
				t.Errorf("%s has no action %s", prefix, r.pattern)
			}
		}
	}
	if checked < 300 {
		t.Errorf("checked %d rules only", checked)
	}
	for _, dataType := range known.dataTypes[1:] {
		if parts := strings.Split(dataType, "::"); len(parts) != 3 || parts[0] != "AWS" {
			t.Errorf("%q is no resource type", dataType)
		}
	}
}

// TestTablesSayWhere: every row has one of the sources that the file's head
// explains, and documented.txt is sorted.
func TestTablesSayWhere(t *testing.T) {
	check := func(file, text string, field int, allowed ...string) {
		err := eachLine(file, text, field+1, func(fields []string) {
			if !slices.Contains(allowed, fields[field]) {
				t.Errorf("%s: %s has the source %q", file, fields[0], fields[field])
			}
			for _, s := range allowed {
				if !strings.Contains(text, "#   "+s+" ") {
					t.Errorf("%s does not explain the source %q", file, s)
				}
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
	check("dataplane.txt", dataPlaneText, 2, "trail", "guide", "model", "none")
	check("permissiononly.txt", permissionText, 1, "iam", "sdk")
	last := ""
	err := eachLine("documented.txt", documentedText, 3, func(fields []string) {
		if fields[0] <= last {
			t.Errorf("documented.txt: %s stands behind %s", fields[0], last)
		}
		last = fields[0]
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRuleMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"Get", "Get", true}, {"Get", "Gets", false}, {"Get*", "Get", true}, {"Get*", "GetX", true}, {"Get*", "XGet", false}, {"*", "", true},
		{"*Object", "GetObject", true}, {"*Object", "GetObjects", false}, {"*Proxy*", "AProxyB", true}, {"*Proxy*", "Pro", false},
		{"A*B*C", "AxByC", true}, {"A*B*C", "AC", false}, {"AB*BA", "ABA", false},
	} {
		if got := (rule{pattern: c.pattern}).matches(c.name); got != c.want {
			t.Errorf("%s matches %s: %v", c.pattern, c.name, got)
		}
	}
}

func TestBrokenTables(t *testing.T) {
	if _, err := parseTables("s3 AWS::S3::Object guide\n", "", ""); err == nil || !strings.Contains(err.Error(), "dataplane.txt: line 1") {
		t.Errorf("error %v", err)
	}
}

// flag is a row of the oracle: what AWS said in February 2026.
type flag struct{ action, level, flags string }

func readFlags(t *testing.T) (out []flag) {
	t.Helper()
	file, err := os.Open("../../../shared/iam/action-flags.tsv.gz")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the reference tables are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	service := ""
	for lines := bufio.NewScanner(z); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "@"); ok {
			service = name
			continue
		}
		parts := strings.Split(lines.Text(), "\t")
		out = append(out, flag{service + ":" + parts[0], parts[1], parts[2]})
	}
	return out
}

// doubtful are actions that AWS attests although we do not take a call for shown
// (iam-data 3.2).
var doubtful = []string{
	"appsync:GraphQL", // its resource type stands in AWS's list of data events
}

// TestAgainstFlags: what AWS generates policies from, CloudTrail shows. The tables
// may say otherwise of the doubtful ones alone.
func TestAgainstFlags(t *testing.T) {
	c := Embedded()
	table := map[string]int{}
	for _, f := range readFlags(t) {
		service, name, _ := strings.Cut(f.action, ":")
		i, ok := c.Lookup(service, name)
		if !ok {
			t.Errorf("%s is not in the catalogue", f.action)
			continue
		}
		a := c.At(i)
		if letter := levelLetters[slices.Index(levels, a.Level)]; string(letter) != f.level {
			t.Errorf("%s gives %q, not %q", f.action, letter, f.level)
		}
		isAttested := strings.Contains(f.flags, "p")
		table[fmt.Sprintf("attested %-5v %s", isAttested, a.Observability)]++
		if hidden := a.Observability == Data || a.Observability == PermissionOnly; isAttested && hidden && !slices.Contains(doubtful, f.action) {
			t.Errorf("%s is %s, but AWS attests its events", f.action, a.Observability)
		}
	}
	for _, cell := range slices.Sorted(maps.Keys(table)) {
		t.Logf("%6d %s", table[cell], cell)
	}
	if n := table["attested true  documented"]; n < 7000 {
		t.Errorf("of what AWS attests, documented.txt covers %d actions only", n)
	}
}
