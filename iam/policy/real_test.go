package policy_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

func eachRealDocument(t *testing.T, look func(path string, document json.RawMessage)) {
	t.Helper()
	err := filepath.WalkDir(realFiles(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, document := range documentsOf(raw) {
			look(path, document)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRealDocuments: every identity policy found in the wild is read in full and can
// be graded.
func TestRealDocuments(t *testing.T) {
	u := policy.NewUniverse(action.Embedded().Names())
	grader := policy.NewGrader(u, benchLevels())
	grades := map[policy.Privilege]int{}
	eachRealDocument(t, func(path string, document json.RawMessage) {
		c := compile(t, u, string(document))
		if c.Err() != nil {
			t.Errorf("%s: %v", path, c.Err())
		}
		grade, _ := grader.Grade(policy.Evaluate(u, policy.Set{Identity: []policy.Named{{Name: "p", Policy: c}}}), me)
		grades[grade]++
	})
	if grades[policy.Ungraded] > 0 || grades[policy.Admin] < 40 || grades[policy.Read] < 10 || grades[policy.None] == 0 {
		t.Errorf("graded %v", grades)
	}
}

// TestRealProposals: of every identity policy found in the wild a part is proposed that
// allows just the actions that were kept, on the same resources as before, in policies
// that IAM takes.
func TestRealProposals(t *testing.T) {
	u := policy.NewUniverse(action.Embedded().Names())
	proposed, several, refused := 0, 0, 0
	tried := map[string]bool{}
	eachRealDocument(t, func(path string, document json.RawMessage) {
		text, err := policy.Decode(document)
		if err != nil || tried[text] {
			return // named by TestRealDocuments
		}
		tried[text] = true
		before := policy.Evaluate(u, policy.Set{Identity: []policy.Named{{Name: "p", Policy: u.Compile(policy.Parse(text))}}})
		var kept []policy.Kept
		keeps := map[string]*policy.Permission{}
		keep := func(name string, p *policy.Permission) {
			kept, keeps[name] = append(kept, policy.Kept{Action: name}), p
		}
		for i, p := range before.All() {
			if i%3 == 0 {
				keep(u.Name(i), p)
			}
		}
		for pattern, p := range before.Unmatched() {
			keep(pattern, p)
		}
		proposal, err := policy.Propose([]policy.Source{{Name: "p", Document: text}}, kept)
		if err != nil {
			refused++
			if !strings.Contains(err.Error(), "it has ${, which means itself") {
				t.Errorf("%s: %v\n%.500s", path, err, text)
			}
			return
		}
		var set policy.Set
		for _, d := range proposal.Drafts {
			if n := len(strings.Join(strings.Fields(d.JSON()), "")); n > policy.MaxManaged {
				t.Errorf("%s: a policy has %d characters", path, n)
			}
			set.Identity = append(set.Identity, policy.Named{Name: "d", Policy: compile(t, u, d.JSON())})
		}
		after := policy.Evaluate(u, set)
		if len(after.Unread) > 0 {
			t.Errorf("%s: what is proposed cannot be read: %v", path, after.Unread)
		}
		held := map[string]bool{}
		check := func(name string, p *policy.Permission) {
			held[name] = true
			if was := keeps[name]; was == nil || p.Effect != was.Effect || !sameTexts(p.Resources, was.Resources) {
				t.Errorf("%s: %s is %+v, was %+v", path, name, p, was)
			}
		}
		for i, p := range after.All() {
			check(u.Name(i), p)
		}
		for pattern, p := range after.Unmatched() {
			check(pattern, p)
		}
		if len(held) != len(keeps) {
			t.Errorf("%s: of %d actions %d are allowed", path, len(keeps), len(held))
		}
		proposed++
		if len(proposal.Drafts) > 1 {
			several++
		}
	})
	t.Logf("%d policies, %d of them in several parts, %d refused", proposed, several, refused)
	if proposed < 100 || several == 0 {
		t.Errorf("only %d were proposed, %d of them in several parts", proposed, several)
	}
}

// sameTexts compares lists of resources, whose order says nothing and which are cut
// somewhere when they are long.
func sameTexts(a, b []string) bool {
	if len(a) > policy.MaxResources {
		return len(a) == len(b)
	}
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
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
