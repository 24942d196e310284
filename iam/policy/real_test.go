package policy_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/iam/action"
	"roletrail/iam/policy"
)

// realFiles are the real inventories, which not every checkout has beside it.
func realFiles(t *testing.T) string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared", "realdata", "iam")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no real inventories here: %v", err)
	}
	return root
}

// documentsOf finds the identity policies in JSON by the keys that inventories have
// them under.
func documentsOf(raw json.RawMessage) (out []json.RawMessage) {
	var object map[string]json.RawMessage
	var list []json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		for key, value := range object {
			if key == "PolicyDocument" || key == "Document" {
				out = append(out, value)
			} else {
				out = append(out, documentsOf(value)...)
			}
		}
	} else if json.Unmarshal(raw, &list) == nil {
		for _, value := range list {
			out = append(out, documentsOf(value)...)
		}
	}
	return out
}

// TestRealDocuments: every identity policy found in the wild is read in full and can
// be graded.
func TestRealDocuments(t *testing.T) {
	u := policy.NewUniverse(action.Embedded().Names())
	grader := policy.NewGrader(u, benchLevels())
	grades := map[policy.Privilege]int{}
	err := filepath.WalkDir(realFiles(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, document := range documentsOf(raw) {
			c := compile(t, u, string(document))
			if c.Err() != nil {
				t.Errorf("%s: %v", path, c.Err())
			}
			grade, _ := grader.Grade(policy.Evaluate(u, policy.Set{Identity: []policy.Named{{Name: "p", Policy: c}}}), me)
			grades[grade]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if grades[policy.Ungraded] > 0 || grades[policy.Admin] < 40 || grades[policy.Read] < 10 || grades[policy.None] == 0 {
		t.Errorf("graded %v", grades)
	}
}

// TestVulnerableAccount takes as oracle an account that was made to be attacked: its
// policies are named by the escalation that they open (privesc…), and those that
// look like one and are none (fp…).
func TestVulnerableAccount(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(realFiles(t), "cloudsplaining", "examples", "files", "example.json"))
	if err != nil {
		t.Fatal(err)
	}
	var account struct {
		Policies []struct {
			PolicyName        string
			PolicyVersionList []struct {
				IsDefaultVersion bool
				Document         json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(raw, &account); err != nil {
		t.Fatal(err)
	}
	u := policy.NewUniverse(action.Embedded().Names())
	grader := policy.NewGrader(u, benchLevels())
	open, closed := 0, 0
	for _, p := range account.Policies {
		for _, v := range p.PolicyVersionList {
			vulnerable, harmless := strings.HasPrefix(p.PolicyName, "privesc"), strings.HasPrefix(p.PolicyName, "fp")
			if p.PolicyName == "fp2-allow-all" { // no escalation is needed where everything is allowed
				vulnerable = true
			}
			if !v.IsDefaultVersion || !vulnerable && !harmless {
				continue
			}
			c := compile(t, u, string(v.Document))
			grade, path := grader.Grade(policy.Evaluate(u, policy.Set{Identity: []policy.Named{{Name: "p", Policy: c}}}), me)
			if (grade == policy.Admin) != vulnerable {
				t.Errorf("%s: %q %s\n%s", p.PolicyName, grade, path, v.Document)
			}
			if vulnerable {
				open++
			} else {
				closed++
			}
		}
	}
	if open < 30 || closed < 3 {
		t.Errorf("compared %d open and %d harmless policies only", open, closed)
	}
}
