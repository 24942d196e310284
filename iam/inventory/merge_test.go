package inventory

import (
	"reflect"
	"strings"
	"testing"

	"roletrail/iam/policy"
)

func TestDuplicates(t *testing.T) {
	old := roleJSON("a", `"Tags":[{"Key":"v","Value":"1"}]`)
	last := roleJSON("a", `"Tags":[{"Key":"v","Value":"2"}]`)
	for way, inv := range map[string]*Inventory{
		"page":  parseText(t, pageJSON(false, old, roleJSON("b"), last)),
		"pages": parseText(t, pageJSON(true, old)+pageJSON(false, roleJSON("b"), last)),
		"files": Merge(parseText(t, pageJSON(true, old, roleJSON("b"))), parseText(t, pageJSON(false, last))),
	} {
		checkBalance(t, inv)
		if names(inv) != "a b" || inv.Roles[0].Tags != `{"v":"2"}` || inv.Duplicates != 1 || len(inv.Problems) > 0 {
			t.Errorf("%s: %+v", way, inv)
		}
	}
}

// Two ids of one ARN: the role was made again between two snapshots.
func TestRecreatedBetweenFiles(t *testing.T) {
	before := parseText(t, pageJSON(false, roleJSON("a", `"RoleId":"AROA1111111111EXAMPLE"`, `"CreateDate":"2026-01-01T00:00:00Z"`)))
	after := parseText(t, pageJSON(false, roleJSON("a", `"RoleId":"AROA2222222222EXAMPLE"`, `"CreateDate":"2026-02-01T00:00:00Z"`)))
	for _, inv := range []*Inventory{Merge(before, after), Merge(after, before), Merge(Merge(after), Merge(before))} {
		checkBalance(t, inv)
		want := []string{`role "arn:aws:iam::111111111111:role/a": it is here with two role ids: "AROA2222222222EXAMPLE", made later, ` +
			`is kept and "AROA1111111111EXAMPLE" left out; give files of one snapshot only`}
		if len(inv.Roles) != 1 || inv.Roles[0].RoleID != "AROA2222222222EXAMPLE" || !reflect.DeepEqual(problems(inv), want) {
			t.Errorf("%+v %q", inv.Roles, problems(inv))
		}
	}
}

func TestSharedRoleID(t *testing.T) {
	inv := parseText(t, pageJSON(false, roleJSON("a", `"RoleId":"AROA1111111111EXAMPLE"`), roleJSON("b", `"RoleId":"AROA1111111111EXAMPLE"`)))
	want := `role "arn:aws:iam::111111111111:role/b": its role id AROA1111111111EXAMPLE is that of "arn:aws:iam::111111111111:role/a" too: ` +
		`use in the logs cannot be told apart by it`
	if names(inv) != "a b" || len(inv.Problems) != 1 || problems(inv)[0] != want {
		t.Errorf("%s %q", names(inv), problems(inv))
	}
}

func TestAccounts(t *testing.T) {
	inv := parseText(t, `{"RoleDetailList":[`+accountRoleJSON("222222222222", "x")+","+accountRoleJSON("111111111111", "x")+`],
		"UserDetailList":[{"Arn":"arn:aws:iam::333333333333:user/u"},{"Arn":"rubbish"},7],
		"GroupDetailList":[{"Arn":"arn:aws:iam::444444444444:group/g"}],
		"Policies":[{"Arn":"arn:aws:iam::aws:policy/P","DefaultVersionId":"v1","PolicyVersionList":[{"VersionId":"v1","Document":`+readDoc+`}]}]}`)
	want := []string{"111111111111", "222222222222", "333333333333", "444444444444"}
	if !reflect.DeepEqual(inv.Accounts, want) || len(inv.Roles) != 2 || len(inv.Problems) > 0 {
		t.Errorf("%+v", inv)
	}
}

func TestIncomplete(t *testing.T) {
	const one, two = "111111111111", "222222222222"
	page := func(more bool, accounts ...string) string {
		var roles []string
		for _, a := range accounts {
			roles = append(roles, accountRoleJSON(a, "r"))
		}
		return pageJSON(more, roles...)
	}
	for name, c := range map[string]struct {
		files []string
		want  string
	}{
		"no flag":                      {[]string{`{"RoleDetailList":[` + roleJSON("a") + `]}`}, ""},
		"one page":                     {[]string{page(false, one)}, ""},
		"first page only":              {[]string{page(true, one)}, one},
		"both pages":                   {[]string{page(true, one) + page(false, one)}, ""},
		"last page announces more":     {[]string{page(false, one) + page(true, one)}, one},
		"last page is empty":           {[]string{page(true, one) + page(false)}, ""},
		"empty page announces more":    {[]string{page(true, one) + page(true)}, one},
		"the other account's":          {[]string{page(true, one) + page(false, two)}, one},
		"both accounts at once":        {[]string{page(true, one, two)}, one + " " + two},
		"accounts in turn":             {[]string{page(true, one) + page(true, two) + page(false, one) + page(false, two)}, ""},
		"files":                        {[]string{page(true, one), page(false, one)}, ""},
		"files out of order":           {[]string{page(false, one), page(true, one)}, ""},
		"files, the last one missing":  {[]string{page(true, one), page(true, one)}, one},
		"files, the last one is empty": {[]string{page(true, one), page(false)}, ""},
		"files, an empty one, more":    {[]string{page(true, one), page(true)}, one},
		"NextToken":                    {[]string{`{"RoleDetailList":[` + roleJSON("a") + `],"NextToken":"x"}`}, one},
		"NextToken null":               {[]string{`{"RoleDetailList":[` + roleJSON("a") + `],"NextToken":null}`}, ""},
	} {
		var parts []*Inventory
		for _, f := range c.files {
			parts = append(parts, parseText(t, f))
		}
		inv := Merge(parts...)
		if got := strings.Join(inv.Incomplete, " "); got != c.want {
			t.Errorf("%s: incomplete is %q, want %q", name, got, c.want)
		}
		for i, r := range inv.Roles {
			if incomplete, privilege := strings.Contains(c.want, r.AccountID), privilegeOf(inv, i); incomplete == (privilege == policy.None) {
				t.Errorf("%s: role of %s has privilege %q", name, r.AccountID, privilege)
			}
		}
	}
}

func TestMoreOfNoAccount(t *testing.T) {
	inv := parseText(t, pageJSON(true))
	if got := problems(inv); len(got) != 1 || got[0] != `"roles.json": the file says that more pages follow, and names no account` {
		t.Errorf("%q", got)
	}
}

func TestMergeNothing(t *testing.T) {
	if inv := Merge(); inv == nil || len(inv.Roles) > 0 || len(inv.Accounts) > 0 {
		t.Errorf("%+v", inv)
	}
}
