package inventory

import (
	"fmt"
	"strings"
	"testing"

	"roletrail/iam/action"
)

func TestControlPolicies(t *testing.T) {
	const scp = `{"Policy":{"PolicySummary":{"Arn":"arn:aws:organizations::111111111111:policy/o-a/service_control_policy/p-1","Name":"regions","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"}}`
	rcp := strings.NewReplacer("SERVICE_CONTROL", "RESOURCE_CONTROL", "regions", "perimeter").Replace(scp)
	for name, c := range map[string]struct {
		text string
		want []ControlPolicy
	}{
		"described":           {scp, []ControlPolicy{{Policy: Policy{Name: "regions"}}}},
		"one after another":   {scp + "\n" + rcp, []ControlPolicy{{Policy: Policy{Name: "regions"}}, {Policy: Policy{Name: "perimeter"}, Resource: true}}},
		"list":                {"[" + scp + "," + rcp + "]", []ControlPolicy{{Policy: Policy{Name: "regions"}}, {Policy: Policy{Name: "perimeter"}, Resource: true}}},
		"plain document":      {denyDoc, []ControlPolicy{{}}},
		"content as document": {`{"Policy":{"PolicySummary":{"Name":"d"},"Content":` + denyDoc + `}}`, []ControlPolicy{{Policy: Policy{Name: "d"}}}},
	} {
		got, err := ParseControlPolicies(strings.NewReader(c.text), "scp.json", Limits{})
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %d policies, %v", name, len(got), err)
			continue
		}
		for i, p := range got {
			if p.Name != c.want[i].Name || p.Resource != c.want[i].Resource || !strings.Contains(p.Document, `"Effect":"Deny"`) {
				t.Errorf("%s: policy %d is %+v", name, i, p)
			}
		}
	}
}

func TestControlPoliciesRefused(t *testing.T) {
	for text, want := range map[string]string{
		``: `reading control policies "scp.json": it holds no policy: give the output of ` + "`aws organizations describe-policy`, a list of such, or a policy document",
		`{}`: `reading control policies "scp.json": policy 1: parsing policy: it has no Statement; give the output of ` +
			"`aws organizations describe-policy`, a list of such, or a policy document",
		`{"Policy":{"PolicySummary":{"Name":"t","Type":"TAG_POLICY"},"Content":"{}"}}`: `reading control policies "scp.json": policy 1: "t" is a "TAG_POLICY", which caps no role; give the output of ` +
			"`aws organizations describe-policy`, a list of such, or a policy document",
		`{"Policy":{"PolicySummary":{"Name":"n"}}}`: `reading control policies "scp.json": policy 1: "n": there is no policy document`,
	} {
		if _, err := ParseControlPolicies(strings.NewReader(text), "scp.json", Limits{}); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
	deep := strings.Repeat("[", 1<<20)
	if _, err := ParseControlPolicies(strings.NewReader(deep), "scp.json", Limits{}); err == nil || !strings.Contains(err.Error(), "it is not JSON: unexpected EOF") {
		t.Errorf("deep nesting: %v", err)
	}
}

// TestControlPoliciesThatAllowNothing: what leaves no role anything is said, by the level
// that does it where one alone does.
func TestControlPoliciesThatAllowNothing(t *testing.T) {
	level := func(documents ...string) (level []ControlPolicy) {
		for i, document := range documents {
			level = append(level, ControlPolicy{Policy: Policy{Name: fmt.Sprintf("p%d", i+1), Document: document}})
		}
		return level
	}
	const none = `{"Statement":[]}`
	denyS3, denyAll, s3, ec2 := document("Deny", `"s3:*"`, "*", ""), document("Deny", `"*"`, "*", ""), document("Allow", `"s3:*"`, "*", ""), document("Allow", `"ec2:*"`, "*", "")
	broken := `{"Statement":[7]}`
	perimeter := level(denyDoc)
	perimeter[0].Resource = true
	for name, c := range map[string]struct {
		levels [][]ControlPolicy
		want   string // how the problem begins
	}{
		"none given":              {nil, ""},
		"all":                     {[][]ControlPolicy{level(everything)}, ""},
		"all but some":            {[][]ControlPolicy{level(everything, denyS3)}, ""},
		"resources alone":         {[][]ControlPolicy{perimeter}, ""},
		"one that is not read":    {[][]ControlPolicy{level(broken)}, ""},
		"a Deny alone":            {[][]ControlPolicy{level(everything), level(denyS3)}, `control policies "scp:p1": they allow nothing`},
		"no statement":            {[][]ControlPolicy{level(none, none)}, `control policies "scp:p1", "scp:p2": they allow nothing`},
		"all denied":              {[][]ControlPolicy{level(everything, denyAll)}, `control policies "scp:p1", "scp:p2": they allow nothing`},
		"nothing that both allow": {[][]ControlPolicy{level(s3), level(ec2)}, "control policies: together they allow nothing"},
	} {
		got := ""
		for _, p := range NewJudge(&Inventory{}, action.Embedded(), c.levels).Problems() {
			got += p.Where + ": " + p.Err.Error()
		}
		if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// FuzzControlPolicies: whatever comes, a policy that is accepted has a document.
func FuzzControlPolicies(f *testing.F) {
	f.Add(denyDoc)
	f.Add(`[{"Policy":{"PolicySummary":{"Type":"RESOURCE_CONTROL_POLICY"},"Content":"{\"Statement\":[]}"}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		policies, err := ParseControlPolicies(strings.NewReader(text), "f", Limits{Bytes: 1 << 16})
		if (err == nil) != (len(policies) > 0) {
			t.Fatalf("%d policies, %v", len(policies), err)
		}
		for _, p := range policies {
			if p.Document == "" {
				t.Fatal("a policy without document was accepted")
			}
		}
	})
}
