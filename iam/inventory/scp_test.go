package inventory

import (
	"strings"
	"testing"
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
		``:   `reading control policies "scp.json": it holds no policy: give the output of ` + "`aws organizations describe-policy`, a list of such, or a policy document",
		`{}`: `reading control policies "scp.json": policy 1: parsing policy: it has no Statement`,
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
