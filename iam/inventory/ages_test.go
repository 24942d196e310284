package inventory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The ages of grants come from the events that made them, where the inventory shows
// the same (design 9.11, 9.21).
func TestDateGrants(t *testing.T) {
	const mine = "arn:aws:iam::111111111111:policy/mine"
	id := fmt.Sprintf("AROA%017X", fnv("111111111111a"))
	mineV2 := `{"Arn":"` + mine + `","DefaultVersionId":"v2","PolicyVersionList":[{"VersionId":"v2","IsDefaultVersion":true,"CreateDate":"2026-02-01T00:00:00Z","Document":` + sendDoc + `}]}`
	// versions is the policy with v2 as its default version and others around it.
	versions := func(dates map[string]string, documents map[string]string) string {
		var list []string
		for _, v := range []string{"v1", "v2", "v3"} {
			if date := dates[v]; date != "" {
				list = append(list, fmt.Sprintf(`{"VersionId":%q,"IsDefaultVersion":%t,"CreateDate":"2026-%sT00:00:00Z","Document":%s}`, v, v == "v2", date, documents[v]))
			}
		}
		policy := `{"Arn":"` + mine + `","DefaultVersionId":"v2","PolicyVersionList":[` + strings.Join(list, ",") + `]}`
		return inventoryJSON(roleJSON("a", attachedJSON(mine)), policy)
	}
	again := versions(map[string]string{"v1": "01-03", "v2": "01-04", "v3": "01-05"}, map[string]string{"v1": sendDoc, "v2": sendDoc, "v3": readDoc})
	kept := versions(map[string]string{"v1": "02-01", "v2": "03-01"}, map[string]string{"v1": sendDoc, "v2": bothDoc})
	inline := inventoryJSON(roleJSON("a", `"RolePolicyList":[{"PolicyName":"p","PolicyDocument":`+bothDoc+`}]`), "")
	attached := inventoryJSON(roleJSON("a", attachedJSON(mine)), mineV2)
	send := "sqs:SendMessage "
	for name, c := range map[string]struct {
		page    string
		changes []Change
		want    string
	}{
		"no event":                       {inline, nil, send + "01-02 03:04"},
		"inline":                         {inline, []Change{put(5, "a", "p", bothDoc)}, send + "03-01 00:05"},
		"inline, once the same":          {inline, []Change{put(5, "a", "p", sendDoc), put(9, "a", "p", bothDoc), put(10, "a", "p", bothDoc)}, send + "03-01 00:05"},
		"inline, once less":              {inline, []Change{put(5, "a", "p", readDoc), put(9, "a", "p", bothDoc)}, send + "03-01 00:09"},
		"inline, changed since":          {inline, []Change{put(5, "a", "p", sendDoc)}, send + "01-02 03:04"},
		"inline, left out":               {inline, []Change{of(5, "PutRolePolicy", "a", `,"policyName":"p"`)}, send + "03-01 00:05"},
		"inline, of another name":        {inline, []Change{put(5, "a", "q", bothDoc)}, send + "01-02 03:04"},
		"inline, of the role before":     {inline, []Change{made(4, "a", secondID, ""), put(5, "a", "p", bothDoc)}, send + "01-02 03:04"},
		"inline, of the role by its id":  {inline, []Change{made(4, "a", id, ""), put(5, "A", "p", bothDoc)}, send + "03-01 00:05"},
		"attached":                       {attached, []Change{attach(5, "AttachRolePolicy", "a", mine)}, send + "03-01 00:05"},
		"attached twice":                 {attached, []Change{attach(5, "AttachRolePolicy", "a", mine), attach(9, "AttachRolePolicy", "a", mine)}, send + "03-01 00:05"},
		"attached before the logs":       {attached, nil, send + "02-01 00:00"},
		"an older version again":         {attached, []Change{changeAt(7, "SetDefaultPolicyVersion", `{"policyArn":"`+mine+`","versionId":"v2"}`, "")}, send + "03-01 00:07"},
		"an older version after another": {again, []Change{changeAt(7, "SetDefaultPolicyVersion", `{"policyArn":"`+mine+`","versionId":"v2"}`, "")}, send + "03-01 00:07"},
		"granted by the version before":  {kept, []Change{changeAt(0, "CreatePolicyVersion", `{"policyArn":"`+mine+`","policyDocument":`+quotedDoc(bothDoc)+`,"setAsDefault":true}`, `{"policyVersion":{"versionId":"v2"}}`)}, send + "02-01 00:00"},
		"another version, changed since": {attached, []Change{changeAt(7, "SetDefaultPolicyVersion", `{"policyArn":"`+mine+`","versionId":"v1"}`, "")}, send + "02-01 00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			inv := parseText(t, c.page)
			inv.DateGrants(Replay(c.changes, nil))
			got := ""
			for p := range judgeOf(inv).Role(&inv.Roles[0]).Permissions() {
				if strings.HasPrefix(p.Action, "sqs:Send") {
					got += p.Action + " " + p.GrantedAt.Format("01-02 15:04")
				}
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestChangesThatDate: without the changes that date no grant all grants are as old, and
// each kind of the others makes a difference somewhere.
func TestChangesThatDate(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 15))
	page := inventoryJSON(roleJSON("a", attachedJSON(awsPolicy)+`,"RolePolicyList":[{"PolicyName":"p","PolicyDocument":`+bothDoc+`}]`), "")
	ages := func(changes []Change) (out string) {
		inv := parseText(t, page)
		inv.DateGrants(Replay(changes, nil))
		perms := inv.Roles[0].perms
		for _, p := range perms.inline {
			out += fmt.Sprint(p.Name, p.since, p.earlier)
		}
		return out + fmt.Sprint(perms.attachedAt[awsPolicy])
	}
	left := 0
	matters := map[string]bool{}
	for range 800 {
		changes := randomChanges(rng)
		whole := ages(changes)
		dating := slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return !Dates(c.Name) })
		left += len(changes) - len(dating)
		if got := ages(dating); got != whole {
			t.Fatalf("with all changes %s, with those that date %s, of %v", whole, got, names4(changes))
		}
		for i, c := range changes {
			if !matters[c.Name] && ages(slices.Delete(slices.Clone(changes), i, i+1)) != whole {
				matters[c.Name] = true
			}
		}
	}
	for name := range matters {
		if !Dates(name) {
			t.Errorf("%s dates a grant", name)
		}
	}
	if left < 800 || len(matters) < 6 {
		t.Errorf("%d changes were left out, of use were %v: the sequences prove little", left, matters)
	}
}
