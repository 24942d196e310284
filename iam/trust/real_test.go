package trust

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"roletrail/iam"
	"roletrail/iam/policy"
)

var update = flag.Bool("update", false, "write testdata/real_kinds.golden anew")

const (
	realPolicies = "../../../shared/realdata/iam/trust_policies.ndjson"
	golden       = "testdata/real_kinds.golden"
	// principalsGolden counts the principals of the real policies by kind.
	principalsGolden = "testdata/real_principals.golden"
	// loggedAccount is the account of the roles that the file knows from log
	// records by name only.
	loggedAccount = "123837392027"
)

type realPolicy struct {
	Src      string          `json:"src"`
	Role     *string         `json:"role"`
	ARN      string          `json:"arn"`
	Doc      json.RawMessage `json:"doc"`
	Unparsed *string         `json:"unparsed"`
}

// readRealPolicies returns the real trust policies, and skips the test where they
// are not on this machine.
func readRealPolicies(t *testing.T) []realPolicy {
	t.Helper()
	file, err := os.Open(realPolicies)
	if os.IsNotExist(err) {
		t.Skip("the real trust policies are not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []realPolicy
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p realPolicy
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := lines.Err(); err != nil || len(all) != 35 {
		t.Fatalf("read %d policies, want 35 (%v)", len(all), err)
	}
	return all
}

// TestRealTrustPolicies holds the kind of every real trust policy, as an object
// and as the two strings it may come as.
func TestRealTrustPolicies(t *testing.T) {
	var got strings.Builder
	for i, p := range readRealPolicies(t) {
		fmt.Fprintf(&got, "%2d %s\n", i+1, describeKind(t, p))
	}
	compareGolden(t, golden, got.String())
}

// describeKind returns the kind of a policy and the role it was judged for.
func describeKind(t *testing.T, p realPolicy) string {
	t.Helper()
	arn := p.ARN
	switch {
	case p.Role != nil && strings.HasPrefix(*p.Role, "arn:"):
		arn = *p.Role
	case p.Role != nil:
		arn = "arn:aws:iam::" + loggedAccount + ":role/" + *p.Role
	case arn == "":
		arn = "arn:aws:iam::" + loggedAccount + ":role/unnamed"
	}
	role, err := iam.ParseARN(arn)
	if err != nil {
		t.Fatal(err)
	}
	raw := p.Doc
	if p.Unparsed != nil {
		if raw, err = json.Marshal(*p.Unparsed); err != nil {
			t.Fatal(err)
		}
	}
	text, derr := policy.Decode(raw)
	kind, err := KindOf(role, text, false)
	out := fmt.Sprintf("%-16s %s", kind, arn)
	for _, e := range []error{derr, err} {
		if e != nil {
			out += " | " + e.Error()
		}
	}
	return out
}

func compareGolden(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("kinds differ from %s (run with -update to accept):\n%s", golden, got)
	}
}

// TestRealPrincipals reads every real trust policy into rows, and holds how many
// principals of which kind there are. What a policy's text says by itself, without
// our parser, is the check.
func TestRealPrincipals(t *testing.T) {
	got, want := map[PrincipalKind]int{}, map[PrincipalKind]int{}
	for _, p := range readRealPolicies(t) {
		text := string(p.Doc)
		if p.Unparsed != nil {
			text = *p.Unparsed
		}
		parsed, err := Parse(text)
		if isReadable := p.Unparsed == nil; (err == nil || errors.Is(err, policy.ErrNoStatement)) != isReadable {
			t.Errorf("%s: %v", text, err)
		}
		for _, r := range parsed.Rows {
			got[r.PrincipalKind]++
		}
		countPrincipals(want, p)
		for _, c := range parsed.Conditions {
			if c.Pattern == "" || !c.Exact {
				t.Errorf("%s: no exact pattern for %+v", text, c)
			}
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, the texts say %v", got, want)
	}
	var lines []string
	for kind, n := range got {
		lines = append(lines, fmt.Sprintf("%-8s %3d\n", kind, n))
	}
	slices.Sort(lines)
	compareGolden(t, principalsGolden, strings.Join(lines, ""))
}

// principalTexts are the forms that the real policies use, as they are in JSON.
var principalTexts = map[PrincipalKind]*regexp.Regexp{
	PrincipalAnyone:  regexp.MustCompile(`"Principal": ?"\*"`),
	PrincipalAccount: regexp.MustCompile(`"AWS": ?"(\d{12}|arn:aws:iam::\d{12}:root)"`),
	PrincipalUser:    regexp.MustCompile(`:user/`),
	PrincipalRole:    regexp.MustCompile(`"arn:aws:iam::\d{12}:role/`),
	PrincipalSession: regexp.MustCompile(`:assumed-role/`),
	PrincipalService: regexp.MustCompile(`"[a-z0-9.-]+\.amazonaws\.com"`),
	PrincipalSAML:    regexp.MustCompile(`:saml-provider/`),
}

func countPrincipals(counts map[PrincipalKind]int, p realPolicy) {
	if p.Unparsed != nil {
		counts[PrincipalUnknown] += 2 // it may admit, and refuse, anybody
		return
	}
	for kind, form := range principalTexts {
		if n := len(form.FindAll(p.Doc, -1)); n > 0 {
			counts[kind] += n
		}
	}
}
