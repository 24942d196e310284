package action

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var march = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)

// refreshed is the built-in catalogue with the services of testdata/reference.
func refreshed(t *testing.T) *Catalogue {
	t.Helper()
	var services []*Reference
	for _, name := range []string{"s3", "depot", "ferry"} {
		text, err := os.ReadFile(filepath.Join("testdata/reference/v1", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := ParseReference(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Service() != name {
			t.Fatalf("%s is taken for %s", name, r.Service())
		}
		services = append(services, r)
	}
	c, err := Embedded().Refresh(march, services)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t *testing.T, c *Catalogue, name string) Action {
	t.Helper()
	service, action, _ := strings.Cut(name, ":")
	i, ok := c.Lookup(service, action)
	if !ok {
		t.Fatalf("%s is unknown", name)
	}
	return c.At(i)
}

func TestRefresh(t *testing.T) {
	c, before := refreshed(t), Embedded()
	if !c.Date().Equal(march) {
		t.Errorf("its date is %s", c.Date())
	}
	s, _ := before.service("s3")
	if want := before.Len() - (s.end - s.first) + 2 + 6 + 1; c.Len() != want {
		t.Errorf("%d actions, want %d", c.Len(), want)
	}
	for name, want := range map[string]struct {
		level         Level
		observability Observability
		resources     string
	}{
		"depot:CreateCrate":    {Write, Attested, "crate,depot"},
		"depot:ListCrates":     {List, Attested, ""},
		"depot:GetCrate":       {Read, Unattested, "crate"},
		"depot:PutCratePolicy": {Permissions, Unattested, "crate"},
		"depot:TagCrate":       {Tagging, Unattested, "crate"},
		"depot:UseForklift":    {Write, PermissionOnly, ""}, // no operation asks for it
		"ferry:BoardFerry":     {Write, Unattested, ""},     // its service has no operations
		"s3:PutBucketPolicy":   {Permissions, Attested, "bucket*"},
		"s3:GetObject":         {Read, Data, "object"}, // the reviewed table comes first
		"iam:CreateRole":       {Write, Documented, "role*"},
	} {
		a := at(t, c, name)
		if a.Level != want.level || a.Observability != want.observability || strings.Join(a.ResourceTypes, ",") != want.resources {
			t.Errorf("%s is %+v, want %+v", name, a, want)
		}
	}
}

func TestOperation(t *testing.T) {
	c := refreshed(t)
	for key, want := range map[string]string{
		"depot:CreateCrate":     "depot:CreateCrate ferry:BoardFerry depot:TagCrate iam:PassRole",
		"DEPOT:createcrate":     "depot:CreateCrate ferry:BoardFerry depot:TagCrate iam:PassRole",
		"depot:SearchCrates":    "depot:ListCrates ferry:BoardFerry",
		"depot:GetCrate":        "depot:GetCrate", // without a list: the action of its name
		"depot:PutCratePolicy":  "depot:PutCratePolicy",
		"depot:SealCrate":       "depot:PutCratePolicy",
		"s3:HeadObject":         "s3:GetObject",
		"depot:Ping":            "", // without a list, and no action is called so
		"depot:":                "",
		"depot:CreateCrates":    "",
		"depo:tCreateCrate":     "",
		"depotx:CreateCrate":    "",
		"ferry:BoardFerry":      "",
		"iam:CreateRole":        "",
		":":                     "",
		"s3:PutBucketPolicy":    "s3:PutBucketPolicy",
		"ecs-depot:CreateCrate": "",
	} {
		service, name, _ := strings.Cut(key, ":")
		actions, ok := c.Operation(service, name)
		var got []string
		for _, i := range actions {
			got = append(got, c.Names()[i])
		}
		if strings.Join(got, " ") != want || ok != (want != "") {
			t.Errorf("%s asks for %q, %v; want %q", key, got, ok, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { c.Operation("DEPOT", "CreateCrate") }); n != 0 {
		t.Errorf("looking one up allocates %g times", n)
	}
	if _, ok := Embedded().Operation("s3", "HeadObject"); ok {
		t.Error("the built-in catalogue knows operations")
	}
}

// TestNew: a catalogue is the same after a lake has kept it.
func TestNew(t *testing.T) {
	c := refreshed(t)
	var actions []Action
	for i := range c.Len() {
		actions = append(actions, c.At(i))
	}
	slices.Reverse(actions)
	again, err := New(c.Date(), actions, slices.Collect(c.Operations()))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.rows, again.rows) || !slices.Equal(c.names, again.names) || !slices.Equal(c.services, again.services) || !again.Date().Equal(march) {
		t.Error("actions are others")
	}
	if len(c.operations) != 7 || len(again.operations) != 7 {
		t.Fatalf("%d operations, then %d", len(c.operations), len(again.operations))
	}
	for i, o := range c.operations {
		if o.key != again.operations[i].key || !slices.Equal(o.actions, again.operations[i].actions) {
			t.Errorf("operation %v became %v", o, again.operations[i])
		}
	}
	if _, err := New(march, []Action{{Service: "s3", Name: "GetObject", Level: "odd"}}, nil); err == nil || !strings.Contains(err.Error(), `"odd"`) {
		t.Errorf("an odd level: %v", err)
	}
	if _, err := New(march, []Action{{Service: "s3", Name: "A", Level: Read}, {Service: "s3", Name: "a", Level: Read}}, nil); err == nil {
		t.Error("an action is in it twice")
	}
}

func TestParseReferenceRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"Name":"s3","Actions":[{"Name":"Get*"}]}`:                              `"s3:Get*" is not spelled like an action`,
		`{"Name":"s 3","Actions":[]}`:                                            `"s 3" is not spelled like a service`,
		`{"Name":"s3","Actions":[{"Name":1}]}`:                                   "cannot unmarshal number",
		`{"Name":"s3","Actions":[`:                                               "unexpected end",
		`{"Name":"s3","Actions":[{"Name":"A","Resources":[{"Name":"\u0000"}]}]}`: "holds the byte 0x0",
		`{"Name":"s3","Actions":[]}x`:                                            "invalid character",
	} {
		if _, err := ParseReference([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{`[]`, `{}`, `{"Name":"s3"}`, `{"Actions":[]}`, `"x"`, `null`} {
		if _, err := ParseReference([]byte(text)); !errors.Is(err, ErrNoService) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

func TestRefreshRefuses(t *testing.T) {
	for want, texts := range map[string][]string{
		"described twice":  {`{"Name":"x","Actions":[]}`, `{"Name":"X","Actions":[]}`},
		"each once":        {`{"Name":"x","Actions":[{"Name":"A"},{"Name":"a"}]}`},
		"there twice":      {`{"Name":"x","Actions":[{"Name":"A"}],"Operations":[{"Name":"A"},{"Name":"a"}]}`},
		"not spelled like": {`{"Name":"x","Actions":[],"Operations":[{"Name":"A B"}]}`},
		"more than 500":    {`{"Name":"x","Actions":[],"Operations":[{"Name":"A","AuthorizedActions":[` + strings.Repeat("{},", maxAuthorized) + `{}]}]}`},
	} {
		var services []*Reference
		for _, text := range texts {
			r, err := ParseReference([]byte(text))
			if err != nil {
				t.Fatalf("%.60s: %v", text, err)
			}
			services = append(services, r)
		}
		if _, err := Embedded().Refresh(march, services); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: error %v, want %q", texts, err, want)
		}
	}
}

func TestParseIndex(t *testing.T) {
	text, err := os.ReadFile("testdata/reference/index.json")
	if err != nil {
		t.Fatal(err)
	}
	if index, err := ParseIndex(text); err != nil || len(index) != 3 || index[0] != (IndexEntry{"depot", "/v1/depot.json"}) {
		t.Errorf("index %v, %v", index, err)
	}
	for _, text := range []string{`{}`, `[{}]`, `[{"service":"x"}]`, `[`, `[` + strings.Repeat(`{},`, maxServices) + `{}]`} {
		if _, err := ParseIndex([]byte(text)); err == nil {
			t.Errorf("%.60s passes", text)
		}
	}
}

// FuzzParseReference: what parses, refreshes or is refused, and then every action
// and operation of it is found.
func FuzzParseReference(f *testing.F) {
	for _, name := range []string{"depot", "ferry", "s3", "mapping"} {
		text, err := os.ReadFile(filepath.Join("testdata/reference/v1", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	few, err := New(march, []Action{{Service: "iam", Name: "PassRole", Level: Write}, {Service: "s3", Name: "GetObject", Level: Read}}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseReference(text)
		if err != nil {
			return
		}
		c, err := few.Refresh(march, []*Reference{r})
		if err != nil {
			return
		}
		for i, full := range c.Names() {
			service, name, _ := strings.Cut(full, ":")
			if j, ok := c.Lookup(service, name); !ok || j != i {
				t.Fatalf("%q is not found", full)
			}
		}
		n := 0
		for o := range c.Operations() {
			actions, ok := c.Operation(o.Service, o.Name)
			if !ok || len(actions) == 0 || len(actions) != len(o.Actions) {
				t.Fatalf("operation %v is not found", o)
			}
			n++
		}
		if n > len(r.operations) {
			t.Fatal("operations came from nowhere")
		}
	})
}
