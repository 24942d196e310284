package action

import (
	"slices"
	"strings"
	"testing"
)

func TestReadFactsNamesTheBadLine(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"missing column":  {"# head\na\tb\tc\n\na\tb\n", "reading x.txt: line 4: 2 columns instead of 3"},
		"further column":  {"a\tb\tc\td", "reading x.txt: line 1: 4 columns instead of 3"},
		"spaces for tabs": {"a b c", "reading x.txt: line 1: 1 columns instead of 3"},
		"two tabs":        {"a\t\tc", "reading x.txt: line 1: column 2 is empty"},
		"space behind":    {"a\tb\tc ", `reading x.txt: line 1: column 3 holds ' '`},
		"carriage return": {"a\tb\tc\r\n", `reading x.txt: line 1: column 3 holds '\r'`},
		"wildcard":        {"a\tb*\tc", `reading x.txt: line 1: column 2 holds '*'`},
		"twice":           {"a\tb\tc\nd\te\tf\nA\tB\tg", `reading x.txt: line 3: "a b" stands in line 1 already`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			facts, err := readFacts("x.txt", test.text, 2, 3)
			if err == nil || err.Error() != test.want {
				t.Errorf("%v, %v; want error %s", facts, err, test.want)
			}
		})
	}
	facts, err := readFacts("x.txt", "# a\n\na\tb,c\t-\na\td:e.f\t-", 2, 3)
	if err != nil || len(facts) != 2 || strings.Join(facts[1], "|") != "a|d:e.f|-" {
		t.Errorf("%v, %v", facts, err)
	}
}

func TestReadRulesNamesTheFile(t *testing.T) {
	for i, file := range []string{"hosts.txt", "renames.txt", "verbs.txt", "passrole.txt", "tagging.txt"} {
		var texts [5]string
		texts[i] = "# head\nbad line"
		if _, err := readRules(texts[0], texts[1], texts[2], texts[3], texts[4]); err == nil || !strings.HasPrefix(err.Error(), "reading "+file+": line 2: ") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// FuzzReadFacts: what is read is what stands there, and nothing else is taken.
func FuzzReadFacts(f *testing.F) {
	for _, text := range []string{hostsText, verbsText, "a\tb\tc\n", "a\tb\n", "\t\t\n", "#\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		facts, err := readFacts("x.txt", text, 1, 3)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "reading x.txt: line ") {
				t.Errorf("the error does not name the line: %v", err)
			}
			return
		}
		var lines []string
		for _, fact := range facts {
			lines = append(lines, strings.Join(fact, "\t"))
		}
		var want []string
		for _, line := range strings.Split(text, "\n") {
			if line != "" && line[0] != '#' {
				want = append(want, line)
			}
		}
		if !slices.Equal(lines, want) {
			t.Errorf("%q became %q", want, lines)
		}
	})
}

// TestTablesFitTheCatalogue: every action of the tables exists, and every line says
// something that the rules behind it would not say.
func TestTablesFitTheCatalogue(t *testing.T) {
	c := Embedded()
	r := reviewedRules()
	checked := 0
	check := func(where string, names ...string) {
		for _, full := range names {
			checked++
			service, name, _ := strings.Cut(full, ":")
			if i, ok := c.Lookup(service, name); !ok || c.Names()[i] != full {
				t.Errorf("%s: the catalogue has no action %s", where, full)
			}
		}
	}
	for op, rename := range r.renames {
		check("renames.txt, "+op.service+" "+op.name, rename.used...)
		check("renames.txt, "+op.service+" "+op.name, rename.possible...)
		if len(rename.possible) == 0 && len(rename.used) == 1 && strings.EqualFold(rename.used[0], op.service+":"+op.name) {
			t.Errorf("renames.txt: %s %s says no more than its name", op.service, op.name)
		}
		if len(rename.possible) == 0 && len(rename.used) == 0 {
			t.Errorf("renames.txt: %s %s says nothing", op.service, op.name)
		}
	}
	for op, names := range r.onRequest {
		check("tagging.txt, "+op.service+" "+op.name, names...)
	}
	for service, verbs := range r.verbs {
		for i, v := range verbs {
			check("verbs.txt, "+service, v.action)
			for j, other := range verbs {
				if i != j && strings.HasPrefix(v.beginning, other.beginning) {
					t.Errorf("verbs.txt: %s begins with %s", v.beginning, other.beginning)
				}
			}
		}
	}
	for label, prefix := range r.hosts {
		if !c.HasService(prefix) || prefix == label {
			t.Errorf("hosts.txt: %s is no service's prefix but that of %s", prefix, label)
		}
	}
	if checked < 1500 || len(r.hosts) < 50 || len(r.renames) < 165 || len(r.passRole) < 770 {
		t.Errorf("checked %d actions of %d hosts, %d renames, %d operations that pass roles", checked, len(r.hosts), len(r.renames), len(r.passRole))
	}
}

// TestTablesAreSortedAndSourced: lines stand in the order of their names, and every
// source is explained at the head.
func TestTablesAreSortedAndSourced(t *testing.T) {
	for file, text := range map[string]string{
		"hosts.txt": hostsText, "renames.txt": renamesText, "verbs.txt": verbsText, "passrole.txt": passRoleText, "tagging.txt": taggingText,
	} {
		sources := map[string]bool{}
		last, lines := "", 0
		for _, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(line, "#   ") {
				sources[strings.Fields(line)[1]] = true
			}
			if line == "" || line[0] == '#' {
				continue
			}
			lines++
			if line < last {
				t.Errorf("%s: %q stands behind %q", file, line, last)
			}
			last = line
			if source := line[strings.LastIndexByte(line, '\t')+1:]; !sources[source] {
				t.Errorf("%s: source %q of %q is not explained", file, source, line)
			}
		}
		if lines < 10 {
			t.Errorf("%s has %d lines only", file, lines)
		}
	}
}

func TestWithoutVersion(t *testing.T) {
	tests := map[string]string{
		"CreateFunction20150331":         "CreateFunction",
		"GetFunction20150331v2":          "GetFunction",
		"getfunction20150331V2":          "getfunction",
		"AddPermission20150331v10":       "AddPermission",
		"GetFunction_20150331":           "GetFunction",
		"GetFunctionv20150331":           "GetFunction",
		"GetFunction_v20150331":          "GetFunction",
		"UpdateDistribution2020_05_31":   "UpdateDistribution",
		"UpdateDistribution_2020_05_31":  "UpdateDistribution",
		"CreateEnvironmentEC220150331":   "CreateEnvironmentEC2",
		"CreateEnvironmentEC22020_05_31": "CreateEnvironmentEC2",
		"GetMetricDataV220150331v2":      "GetMetricDataV2",
		"ListObjectsV2":                  "ListObjectsV2",
		"ListFindingsV2":                 "ListFindingsV2",
		"GetObject":                      "GetObject",
		"Put2015033":                     "Put2015033",
		"Put20150331v":                   "Put20150331v",
		"Putv2":                          "Putv2",
		"Put2020_05_3":                   "Put2020_05_3",
		"Put2020-05-31":                  "Put2020-05-31",
		"Put2020_x5_31":                  "Put2020_x5_31",
		"20150331":                       "20150331",
		"20150331v2":                     "20150331v2",
		"2020_05_31":                     "2020_05_31",
		"_20150331":                      "_20150331",
		"v2":                             "v2",
		"":                               "",
	}
	for name, want := range tests {
		if got := withoutVersion(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
