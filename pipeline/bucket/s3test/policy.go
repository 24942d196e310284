package s3test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Policy is one that the documentation ships, for the buckets of a test.
type Policy struct {
	Statement []struct {
		Sid      string
		Effect   string
		Action   []string
		Resource []string
	}
}

// jsonBlock is a block of JSON in a page.
var jsonBlock = regexp.MustCompile("(?ms)^```json\n(.*?)^```$")

// ShippedPolicy is the policy of a page that has a statement with that Sid. The bucket of the
// trail is called trails, and that of the lake lake.
func ShippedPolicy(t *testing.T, page, sid string) *Policy {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.NewReplacer("YOUR-TRAIL-BUCKET", "trails", "YOUR-LAKE-BUCKET", "lake")
	for _, block := range jsonBlock.FindAllStringSubmatch(string(text), -1) {
		var p Policy
		decoder := json.NewDecoder(strings.NewReader(names.Replace(block[1])))
		if err := decoder.Decode(&p); err != nil {
			continue // another sort of block
		}
		for _, s := range p.Statement {
			if s.Sid == sid {
				return &p
			}
		}
	}
	t.Fatalf("%s has no policy with a statement %q", page, sid)
	return nil
}

// allows is the place of a pair of action and resource that allows a call.
func (p *Policy) allows(c Call) (pair string, ok bool) {
	for _, s := range p.Statement {
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				name, _ := strings.CutPrefix(resource, "arn:aws:s3:::")
				prefix, any := strings.CutSuffix(name, "*")
				if s.Effect == "Allow" && action == c.Action && (c.Resource == name || any && strings.HasPrefix(c.Resource, prefix)) {
					return action + " on " + resource, true
				}
			}
		}
	}
	return "", false
}

// Refuse refuses what the policy does not allow, see [Server.Refuse].
func (p *Policy) Refuse(c Call) int {
	if _, ok := p.allows(c); !ok {
		return http.StatusForbidden
	}
	return 0
}

// Compare fails on calls that the policy does not allow, and on what it allows and nobody
// called.
func (p *Policy) Compare(t *testing.T, calls []Call) {
	t.Helper()
	used := map[string]bool{}
	for _, c := range calls {
		pair, ok := p.allows(c)
		if !ok {
			t.Errorf("the policy does not allow %s on %s", c.Action, c.Resource)
		}
		used[pair] = true
	}
	for _, s := range p.Statement {
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				if pair := action + " on " + resource; !used[pair] {
					t.Errorf("the policy allows %s, which nothing needs", pair)
				}
			}
		}
	}
}
