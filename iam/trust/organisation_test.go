package trust_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roletrail/cloudtrail"
	"roletrail/iam/policy"
	"roletrail/iam/trust"
)

const (
	organisation       = "../../testdata/cloudtrail/"
	organisationGolden = "testdata/organisation.golden"
)

// TestOrganisation judges every assumption in the logs of the test organisation by
// the trust policies of its inventory. It shows that the keys of principals are the
// texts that callers have in events, and that the stories of the organisation come
// out as told.
func TestOrganisation(t *testing.T) {
	policies := inventoryPolicies(t)
	counts := map[string]int{}
	judged := 0
	eachAssumption(t, func(rec *cloudtrail.Record, id *cloudtrail.Identity, a *cloudtrail.Assumption) {
		p, known := policies[string(a.RoleARN)]
		if a.RoleARN == nil {
			p, known = policies[string(a.RoleID)]
			a.RoleARN = a.RoleID
		}
		if !known {
			counts[fmt.Sprintf("%s <- %s: no trust policy", a.RoleARN, a.Caller)]++
			return
		}
		r := trust.Match(p, callOf(rec, id, a))
		counts[fmt.Sprintf("%s <- %s: %v %v", a.RoleARN, a.Caller, r.Findings, r.NotShown)]++
		judged++
	})
	if judged < 2500 {
		t.Errorf("judged %d assumptions only", judged)
	}
	var lines []string
	for line, n := range counts {
		lines = append(lines, fmt.Sprintf("%s %d\n", line, n))
	}
	slices.Sort(lines)
	got := strings.Join(lines, "")
	if isUpdate() {
		if err := os.WriteFile(organisationGolden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(organisationGolden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the findings differ from %s (run with -update to accept):\n%s", organisationGolden, got)
	}
}

func isUpdate() bool { return flag.Lookup("update").Value.String() == "true" }

// inventoryPolicies are the organisation's trust policies by ARN and by id of the
// role.
func inventoryPolicies(t *testing.T) map[string]trust.Policy {
	t.Helper()
	all := map[string]trust.Policy{}
	files, err := filepath.Glob(organisation + "iam/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no inventory: %v", err)
	}
	for _, name := range files {
		var inventory struct {
			RoleDetailList []struct {
				ARN                      string `json:"Arn"`
				RoleID                   string `json:"RoleId"`
				AssumeRolePolicyDocument json.RawMessage
			}
		}
		text, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(text, &inventory)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range inventory.RoleDetailList {
			text, err := policy.Decode(role.AssumeRolePolicyDocument)
			if err == nil {
				all[role.ARN], err = trust.Parse(text)
			}
			if err != nil {
				t.Errorf("%s: %v", role.ARN, err)
			}
			all[role.RoleID] = all[role.ARN]
		}
	}
	return all
}

// eachAssumption reads the organisation's logs.
func eachAssumption(t *testing.T, judge func(*cloudtrail.Record, *cloudtrail.Identity, *cloudtrail.Assumption)) {
	t.Helper()
	decoder, identities, assumptions := cloudtrail.NewDecoder(cloudtrail.Limits{}), new(cloudtrail.IdentityParser), new(cloudtrail.AssumptionParser)
	seen := map[string]bool{} // some files are delivered twice
	err := filepath.WalkDir(organisation+"AWSLogs", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(filepath.ToSlash(name), "/CloudTrail/") {
			return err
		}
		text, err := inflate(name)
		if err != nil {
			return err
		}
		doc, err := decoder.Decode(text, cloudtrail.Management)
		if err != nil {
			return err
		}
		for i := range doc.Records {
			rec := &doc.Records[i]
			key := string(rec.Text[cloudtrail.EventID]) + string(rec.Text[cloudtrail.RecipientAccountID])
			var id cloudtrail.Identity
			var a cloudtrail.Assumption
			if rec.UserIdentity != nil {
				identities.Parse(rec.UserIdentity, &id)
			}
			if assumptions.Parse(rec, &id, &a) && !seen[key] {
				judge(rec, &id, &a)
			}
			seen[key] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func inflate(name string) ([]byte, error) {
	packed, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// callOf is what a record shows of an assumption, by the tables of
// docs/semantics.md, section Trust.
func callOf(rec *cloudtrail.Record, id *cloudtrail.Identity, a *cloudtrail.Assumption) trust.Call {
	c := trust.Call{
		Action: "sts:" + strings.Replace(string(rec.Text[cloudtrail.EventName]), "SwitchRole", "AssumeRole", 1),
		Caller: string(a.Caller), Kind: string(a.CallerKind), Shown: map[string][]string{},
	}
	show := func(key string, value []byte) {
		if len(value) > 0 {
			c.Shown[key] = []string{string(value)}
		}
	}
	isSwitch := string(rec.Text[cloudtrail.EventName]) == "SwitchRole" // the identity may be the role itself
	principal, _, _ := bytes.Cut(id.Text[cloudtrail.IdentityPrincipalID], []byte(":"))
	show("sts:rolesessionname", a.SessionName)
	if addr, err := netip.ParseAddr(string(rec.Text[cloudtrail.SourceIPAddress])); err == nil {
		c.Shown["aws:sourceip"] = []string{addr.String()}
	}
	if rec.JSON[cloudtrail.RequestParameters] != nil {
		c.Shown["sts:externalid"] = []string{}
		show("sts:externalid", a.ExternalID)
	}
	switch c.Kind {
	case "user", "role", "root":
		c.Account = strings.Split(c.Caller, ":")[4]
		show("aws:principalaccount", []byte(c.Account))
		if isSwitch {
			break
		}
		c.PrincipalID = string(principal)
		show("aws:principalarn", a.Caller)
		if arn := string(id.Text[cloudtrail.IdentityARN]); strings.Contains(arn, ":assumed-role/") {
			c.SessionARN = arn
		}
	case "account":
		c.Account, c.PrincipalID = string(id.Text[cloudtrail.IdentityAccountID]), string(principal)
		show("aws:principalaccount", []byte(c.Account))
	case "web_identity", "saml", "identity_center":
		showFederated(&c, rec, id, show)
	}
	return c
}

func showFederated(c *trust.Call, rec *cloudtrail.Record, id *cloudtrail.Identity, show func(string, []byte)) {
	var request struct{ PrincipalARN string }
	var answer struct{ Audience string }
	_ = json.Unmarshal(rec.JSON[cloudtrail.RequestParameters], &request) // denied calls have neither
	_ = json.Unmarshal(rec.JSON[cloudtrail.ResponseElements], &answer)
	provider := string(id.Text[cloudtrail.IdentityProvider])
	if c.Kind == "web_identity" {
		c.Provider = provider[strings.Index(provider, ":oidc-provider/")+len(":oidc-provider/"):]
	} else {
		_, c.Provider, _ = strings.Cut(request.PrincipalARN, ":saml-provider/")
	}
	show("aud", []byte(answer.Audience))
	show("sub", id.Text[cloudtrail.IdentityUserName])
}
