package trust

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"roletrail/iam"
	"roletrail/iam/policy"
)

var update = flag.Bool("update", false, "write testdata/real_kinds.golden anew")

const (
	realPolicies = "../../../shared/realdata/iam/trust_policies.ndjson"
	golden       = "testdata/real_kinds.golden"
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

// TestRealTrustPolicies holds the kind of every real trust policy, as an object
// and as the two strings it may come as.
func TestRealTrustPolicies(t *testing.T) {
	file, err := os.Open(realPolicies)
	if os.IsNotExist(err) {
		t.Skip("the real trust policies are not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var got strings.Builder
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var p realPolicy
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%2d %s\n", n+1, describeKind(t, p))
	}
	if err := lines.Err(); err != nil || n != 35 {
		t.Fatalf("read %d policies, want 35 (%v)", n, err)
	}
	compareGolden(t, got.String())
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

func compareGolden(t *testing.T, got string) {
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
