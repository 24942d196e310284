package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// invalid holds the exact message of every testdata/invalid-*.yaml, after
// `reading configuration "testdata/invalid-….yaml": `, and its hint.
var invalid = map[string][2]string{
	"unknown-key":          {`line 2: unknown key "coverge"`, `did you mean "coverage"?`},
	"unknown-nested-key":   {`line 2: unknown key "coverage.thin_bellow"`, `did you mean "coverage.thin_below"?`},
	"unknown-nothing-near": {`line 1: unknown key "dashboards"`, ``},
	"twice":                {`line 2: key "lake" stands twice`, ``},
	"tab":                  {`line 2: near key "depth": found character that cannot start any token`, `indent with spaces: YAML takes no tabs there`},
	"syntax":               {`line 1: near key "lake": did not find expected ',' or ']'`, ``},
	"list-at-top":          {`line 1: must be keys with values, not a list`, ``},
	"two-documents":        {`line 2: a second document begins; only one is read`, ``},
	"lake-number":          {`line 1: lake must be a text, not "7"`, ``},
	"lake-empty":           {`line 1: lake must be a text, not nothing`, ``},
	"log-format":           {`line 1: log_format must be one of text, json, not "jsn"`, `did you mean "json"?`},
	"section-is-text":      {`line 1: limits must be keys with values, not "small"`, ``},
	"thin-below-percent":   {`line 2: coverage.thin_below must be a number from 0 to 1, not "90"`, ``},
	"thin-below-nan":       {`line 2: coverage.thin_below must be a number from 0 to 1, not "NaN"`, ``},
	"account-number":       {`line 2: known_accounts must have quotes around the account id 444444444444`, `write "444444444444", YAML takes it for a number otherwise`},
	"account-short":        {`line 1: known_accounts must be account ids of twelve digits, not "44444444444"`, ``},
	"accounts-text":        {`line 1: known_accounts must be a list of account ids, not "444444444444"`, ``},
	"size-unit":            {`line 2: limits.record_size must be a size like 16MiB or 2GB, not "16Mib/s"`, ``},
	"size-zero":            {`line 2: limits.record_size must be a size like 16MiB or 2GB, not "0"`, ``},
	"size-negative":        {`line 2: limits.inflated_size must be a size like 16MiB or 2GB, not "-2GiB"`, ``},
	"size-list":            {`line 2: limits.inflated_size must be a size like 16MiB or 2GB, not a list`, ``},
	"depth-fraction":       {`line 2: limits.depth must be a whole number from 8 to 1000, not "1.5"`, ``},
	"ratio-zero":           {`line 2: limits.inflation_ratio must be a whole number from 1 to 10000, not "0"`, ``},
	"inflated-size-large":  {`line 2: limits.inflated_size must be a size from 1KiB to 1TiB, not "2TiB"`, ``},
	"inflated-size-small":  {`line 2: limits.inflated_size must be a size from 1KiB to 1TiB, not "1"`, ``},
	"record-size-large":    {`line 2: limits.record_size must be a size from 1KiB to 256MiB, not "4GiB"`, ``},
	"record-size-small":    {`line 2: limits.record_size must be a size from 1KiB to 256MiB, not "1000B"`, ``},
	"records-large":        {`line 2: limits.records_per_object must be a whole number from 1 to 1000000000, not "4294967296"`, ``},
	"depth-large":          {`line 2: limits.depth must be a whole number from 8 to 1000, not "1001"`, ``},
	"ratio-large":          {`line 2: limits.inflation_ratio must be a whole number from 1 to 10000, not "10001"`, ``},
	"expected-not-list":    {`line 2: expected_callers must be a list of entries with role, callers, not a section`, ``},
	"expected-unknown-key": {`line 3: expected_callers entry 1: unknown key "caller"`, `did you mean "callers"?`},
	"expected-missing-key": {`line 4: expected_callers entry 2: key "callers" is missing`, ``},
	"expected-number":      {`line 5: expected_callers entry 1: callers must be a text, not "999999999999"`, ``},
	"exception-date":       {`line 4: exceptions entry 1: until must be a date like 2026-12-31, not "31.12.2026"`, ``},
	"exception-control":    {`line 2: exceptions entry 1: role must not hold control characters: "deploy\x1f"`, ``},
	"exception-twice":      {`line 3: exceptions entry 1: key "role" stands twice`, ``},
	"owner-missing":        {`line 2: owners entry 1: key "owner" is missing`, ``},
	"role-names":           {"line 2: review.role_names must be a regular expression: error parsing regexp: missing closing ): `^(a`", ``},
	"watched-as":           {`line 4: watched_roles entry 2: as must be one of influential, break-glass, not "breakglass"`, `did you mean "break-glass"?`},
	"alias":                {`line 2: log_format must be one of text, json, not an alias`, ``},
	"alias-of-section":     {`line 3: limits must be keys with values, not an alias`, ``},
	"unknown-anchor":       {`line 3: near key "known_accounts": unknown anchor 'vendors' referenced`, ``},
	"directive":            {`line 1: found incompatible YAML document`, `take the line out: a line that begins with % is a directive, and none is needed`},
	"directive-later":      {`line 2: near key "lake": did not find expected <document start>`, `take the line out: a line that begins with % is a directive, and none is needed`},
	"tab-first":            {`line 2: near key "thin_below": found character that cannot start any token`, `indent with spaces: YAML takes no tabs there`},
	"callers-empty":        {`line 3: expected_callers entry 1: callers must be a list of one text or more, not an empty list`, ``},
	"actors-missing":       {`line 3: known_automation entry 1: actors must be a list of one text or more, not nothing`, ``},
	"control":              {`line 2: near key "log_format": control characters are not allowed`, ``},
	"not-utf8":             {`line 2: near key "log_format": invalid leading UTF-8 octet`, ``},
	"key-is-list":          {`line 2: must be keys with values, and a key is a list`, ``},
	"first-line":           {`line 1: near key "lake": mapping values are not allowed in this context`, ``},
}

func TestInvalidFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid-*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(invalid) {
		t.Errorf("testdata has %d invalid files, the table has %d", len(files), len(invalid))
	}
	for name, want := range invalid {
		t.Run(name, func(t *testing.T) {
			path := "testdata/invalid-" + name + ".yaml"
			_, err := Load(path, "")
			if err == nil {
				t.Fatal("no error")
			}
			if got, ok := strings.CutPrefix(err.Error(), `reading configuration "`+path+`": `); !ok || got != want[0] {
				t.Errorf("error = %q, want %q", got, want[0])
			}
			if got := hintOf(err); got != want[1] {
				t.Errorf("hint = %q, want %q", got, want[1])
			}
		})
	}
}

func TestValidFiles(t *testing.T) {
	some := Default()
	some.Coverage.ThinBelow = 1
	rules := Default()
	rules.ExpectedCallers = []ExpectedCallers{{Role: "etl-*", Callers: []string{"lambda.amazonaws.com", "999999999999:AROA*"}}}
	rules.Exceptions = []Exception{
		{Role: "deploy", Caller: "oidc:*", Until: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Reason: "moving"},
		{Role: "deploy", Caller: "x", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Reason: "quoted"},
	}
	rules.Owners = []Owner{{Role: "etl-*", Owner: "data platform"}}
	rules.WatchedRoles = []WatchedRole{{Role: "rescue", As: "break-glass"}}
	rules.KnownAutomation = []Automation{{Name: "terraform", Actors: []string{"arn:aws:iam::111111111111:role/deploy"}}}
	for name, want := range map[string]Config{
		"full": {
			Lake: "/srv/lake", LogFormat: "json", Coverage: Coverage{ThinBelow: 0.75},
			KnownAccounts: []string{"444444444444", "012345678901"},
			Limits: Limits{
				InflatedSize: 4 << 30, InflationRatio: 1000, RecordSize: 500_000, Depth: 64, RecordsPerObject: 5000,
			},
		},
		"some":     some,
		"rules":    rules,
		"empty":    Default(),
		"comments": Default(),
	} {
		got, err := Load("testdata/valid-"+name+".yaml", "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

// TestExampleSetsEveryKey: the example that is shipped is read, sets each key, and
// what it leaves at its default is the default.
func TestExampleSetsEveryKey(t *testing.T) {
	const path = "../roletrail.example.yaml"
	got, err := Load(path, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.KnownAccounts) == 0 || len(got.ExpectedCallers) != 2 || len(got.Exceptions) == 0 || len(got.Owners) == 0 || len(got.KnownAutomation) == 0 || len(got.WatchedRoles) != 2 || got.RoleNames() == nil || !got.RoleNames().MatchString("CompressImagesForShop") {
		t.Errorf("the example is %+v", got)
	}
	got.KnownAccounts, got.ExpectedCallers, got.Exceptions, got.Owners, got.KnownAutomation, got.WatchedRoles = []string{}, nil, nil, nil, nil, nil
	got.Review = Review{}
	if !reflect.DeepEqual(got, Default()) {
		t.Errorf("the example sets %+v, the defaults are %+v", got, Default())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name := range keys {
		if key := name[strings.LastIndexByte(name, '.')+1:]; !strings.Contains(string(text), key+":") {
			t.Errorf("the example does not set %s", name)
		}
	}
}

func TestFileInCurrentFolder(t *testing.T) {
	dir := t.TempDir()
	got, err := Load("", dir)
	if err != nil || !reflect.DeepEqual(got, Default()) {
		t.Errorf("without a file: %+v, %v; want the defaults", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte("lake: ./other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err = Load("", dir); err != nil || got.Lake != "./other" {
		t.Errorf("with a file: lake = %q, %v", got.Lake, err)
	}
}

func TestNamedFileMustExist(t *testing.T) {
	_, err := Load("testdata/absent.yaml", "")
	if !errors.Is(err, os.ErrNotExist) || err.Error() != `reading configuration "testdata/absent.yaml": file does not exist` {
		t.Errorf("error = %v", err)
	}
	if got := hintOf(err); got != "leave --config out to run with the defaults" {
		t.Errorf("hint = %q", got)
	}
	if _, err = Load("testdata", ""); err == nil || err.Error() != `reading configuration "testdata": is a directory` {
		t.Errorf("a folder: error = %v", err)
	}
}

func TestHugeFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.yaml")
	if err := os.WriteFile(path, []byte(strings.Repeat("#", maxFile+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, ""); err == nil || !strings.HasSuffix(err.Error(), "is larger than 1MiB") {
		t.Errorf("error = %v", err)
	}
}

// Every key of the table must reach a field: one that is checked and then
// dropped would be a setting that does nothing.
func TestEveryKeyHasAField(t *testing.T) {
	fields := map[string]bool{}
	collect(reflect.TypeFor[Config](), "", fields)
	if len(fields) != len(keys) {
		t.Errorf("%d fields, %d keys", len(fields), len(keys))
	}
	for name := range keys {
		if !fields[name] {
			t.Errorf("key %q has no field", name)
		}
	}
}

func collect(s reflect.Type, prefix string, into map[string]bool) {
	for i := range s.NumField() {
		name := prefix + s.Field(i).Tag.Get("koanf")
		if s.Field(i).Type.Kind() == reflect.Struct {
			collect(s.Field(i).Type, name+".", into)
		} else {
			into[name] = true
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parse("x.yaml", b)
		if e := (*Error)(nil); errors.As(err, &e) && e.Line < 1 {
			t.Fatalf("%q: %v names no line", b, err)
		}
		if err == nil && (c.Limits.Depth < 8 || c.Limits.RecordSize > 256<<20 || c.Limits.RecordsPerObject > 1e9 || c.Lake == "" || !(c.Coverage.ThinBelow >= 0)) {
			t.Fatalf("%q was taken and means %+v", b, c)
		}
	})
}

// TestFileOf: the file that is read has the hash of its contents, and there may be none.
func TestFileOf(t *testing.T) {
	dir := t.TempDir()
	if f, err := FileOf("", dir); f != nil || err != nil {
		t.Errorf("without a file: %v, %v", f, err)
	}
	if _, err := FileOf(filepath.Join(dir, "absent.yaml"), dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file that was named: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := FileOf("", dir)
	// The hash is that of FIPS 180-4's example.
	if want := (File{FileName, 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}); err != nil || *f != want {
		t.Errorf("got %v, %v, want %v", f, err, want)
	}
}
