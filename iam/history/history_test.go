package history

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"roletrail/iam/difference"
)

var judge = difference.Embedded()

const (
	account = "111111111111"
	policy1 = "arn:aws:iam::111111111111:policy/p"
)

func day(n int) time.Time { return time.Date(2026, 9, n, 10, 0, 0, 0, time.UTC) }

// change is an event of a day. members are those of its parameters and, behind "=>", of
// its response; "-" stands for none.
func change(n int, name, members string) *Change {
	c := &Change{ID: fmt.Sprintf("event-%02d-%s", n, name), Time: day(n), AccountID: account, Name: name}
	request, response, _ := strings.Cut(members, "=>")
	if request != "-" {
		c.Request = []byte("{" + request + "}")
	}
	if response != "" {
		c.Response = []byte("{" + response + "}")
	}
	return c
}

// doc is a member with a policy document that allows actions, as text.
func doc(key string, actions ...string) string {
	text, _ := json.Marshal(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}]}`)
	return fmt.Sprintf("%q:%s", key, text)
}

// trusts is a member with a trust policy that lets in accounts.
func trusts(key string, accounts ...string) string {
	text, _ := json.Marshal(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["` + strings.Join(accounts, `","`) + `"]},"Action":"sts:AssumeRole"}]}`)
	return fmt.Sprintf("%q:%s", key, text)
}

func plain(member string) string {
	var text string
	_, value, _ := strings.Cut(member, ":")
	if err := json.Unmarshal([]byte(value), &text); err != nil {
		panic(err)
	}
	return text
}

const role, put, queue = `"roleName":"app"`, `"roleName":"app","policyName":"queue"`, `"policyArn":"arn:aws:iam::111111111111:policy/p"`

// remember is a memory of changes and facts.
func remember(changes []*Change, facts ...Fact) *InMemory {
	m := NewInMemory()
	for _, c := range changes {
		m.Put(FactsOf(c)...)
	}
	m.Put(facts...)
	return m
}

var created = change(1, "CreateRole", role+","+trusts("assumeRolePolicyDocument", account)+`=>"role":{"arn":"arn:aws:iam::111111111111:role/app"}`)

// abac is a policy that decides by two tags.
var abac = change(2, "PutRolePolicy", abacParameters)

const abacParameters = put + `,"policyDocument":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/${aws:PrincipalTag/cost center}/*\",\"Condition\":{\"StringEquals\":{\"aws:principaltag/Team\":\"x\"}}}}"`

// explanations are changes, what was told of documents beside them, and what is said of
// them; without reasons they are not explained.
var explanations = []struct {
	name     string
	told     []*Change
	facts    []Fact
	change   *Change
	severity string
	reasons  string
}{
	{"trust from its making", []*Change{created}, nil, change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account, "999999999999")), "critical", "lets in account 999999999999 without a condition"},
	{"trust of one's own", []*Change{created}, nil, change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account, "222222222222")), "high", "lets in account 222222222222"},
	{"trust unchanged, other case of the name", []*Change{created}, nil, change(5, "UpdateAssumeRolePolicy", `"roleName":"APP",`+trusts("policyDocument", account)), "info", "nothing changes in effect"},
	{"trust told by nobody", nil, nil, change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account)), "high", "what was before is unknown"},
	{"trust told later", []*Change{change(6, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account))}, nil,
		change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account)), "high", "what was before is unknown"},
	{"trust from the inventory", nil, RoleFacts(day(2), "arn:aws:iam::111111111111:role/team/app", true, plain(trusts("x", account)), ""),
		change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account)), "info", "nothing changes in effect"},
	{"trust that was too large", []*Change{created, change(3, "UpdateAssumeRolePolicy", role)}, nil,
		change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account)), "high", "what was before is unknown"},
	{"something of the account was too large", []*Change{created, change(3, "PutRolePolicy", "-")}, nil,
		change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account)), "high", "what was before is unknown"},
	{"that was before", []*Change{change(1, "PutRolePolicy", "-"), change(2, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account))}, nil,
		change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account)), "info", "nothing changes in effect"},
	{"a role of that name was deleted", []*Change{created, change(3, "DeleteRole", role)}, nil, change(5, "PutRolePolicy", put+","+doc("policyDocument", "s3:GetObject")), "low", "gains s3:GetObject"},
	{"new role, open", nil, nil, change(5, "CreateRole", role+","+trusts("assumeRolePolicyDocument", "999999999999")), "high", "lets in account 999999999999 without a condition"},
	{"new role", nil, nil, change(5, "CreateRole", role+","+trusts("assumeRolePolicyDocument", "222222222222")), "medium", "lets in account 222222222222"},
	{"deleted role", []*Change{created}, nil, change(5, "DeleteRole", role), "medium", "no longer lets in account 111111111111"},

	{"first inline policy of a role", []*Change{created}, nil, change(5, "PutRolePolicy", put+","+doc("policyDocument", "s3:PutObject")), "medium", "gains s3:PutObject"},
	{"first inline policy by the inventory", nil, RoleFacts(day(2), "arn:aws:iam::111111111111:role/app", true, "", ""), change(5, "PutRolePolicy", put+","+doc("policyDocument", "s3:PutObject")), "medium", "gains s3:PutObject"},
	{"inventory that lists no policies", nil, RoleFacts(day(2), "arn:aws:iam::111111111111:role/app", false, "", ""), change(5, "PutRolePolicy", put+","+doc("policyDocument", "s3:PutObject")), "", "what was before is unknown"},
	{"inline policy of the inventory", nil, append(RoleFacts(day(2), "arn:aws:iam::111111111111:role/app", true, "", ""), PolicyFacts(day(2), "", "", "arn:aws:iam::111111111111:role/app", "queue", plain(doc("x", "s3:PutObject", "s3:GetObject")))...),
		change(5, "PutRolePolicy", put+","+doc("policyDocument", "s3:PutObject")), "low", "loses s3:GetObject"},
	{"deleted inline policy", []*Change{change(3, "PutRolePolicy", put+","+doc("policyDocument", "s3:PutObject"))}, nil, change(5, "DeleteRolePolicy", put), "low", "loses s3:PutObject"},
	{"deleted and put again", []*Change{change(3, "PutRolePolicy", put+","+doc("policyDocument", "s3:PutObject")), change(4, "DeleteRolePolicy", put)}, nil,
		change(5, "PutRolePolicy", put+","+doc("policyDocument", "s3:PutObject")), "medium", "gains s3:PutObject"},
	{"inline policy of a user", []*Change{change(3, "PutUserPolicy", `"userName":"u","policyName":"queue",`+doc("policyDocument", "s3:PutObject"))}, nil,
		change(5, "DeleteUserPolicy", `"userName":"u","policyName":"queue"`), "low", "loses s3:PutObject"},

	{"new policy", nil, nil, change(5, "CreatePolicy", `"policyName":"p",`+doc("policyDocument", "*")+`=>"policy":{"arn":"`+policy1+`"}`), "medium", "allows every action"},
	{"new version", []*Change{change(1, "CreatePolicy", doc("policyDocument", "s3:GetObject")+`=>"policy":{"arn":"`+policy1+`","defaultVersionId":"v1"}`)}, nil,
		change(5, "CreatePolicyVersion", queue+`,"setAsDefault":true,`+doc("policyDocument", "s3:GetObject", "s3:PutObject")+`=>"policyVersion":{"versionId":"v2"}`), "medium", "gains s3:PutObject"},
	{"new version, not in force", []*Change{change(1, "CreatePolicy", doc("policyDocument", "s3:GetObject")+`=>"policy":{"arn":"`+policy1+`"}`)}, nil,
		change(5, "CreatePolicyVersion", queue+`,"setAsDefault":false,`+doc("policyDocument", "s3:GetObject", "s3:PutObject")+`=>"policyVersion":{"versionId":"v2"}`), "low", "gains s3:PutObject|not in force"},
	{"back to the first version", []*Change{change(1, "CreatePolicy", doc("policyDocument", "*")+`=>"policy":{"arn":"`+policy1+`"}`),
		change(2, "CreatePolicyVersion", queue+`,"setAsDefault":"true",`+doc("policyDocument", "s3:GetObject")+`=>"policyVersion":{"versionId":"v2"}`)}, nil,
		change(5, "SetDefaultPolicyVersion", queue+`,"versionId":"v1"`), "high", "allows every action"},
	{"to a version that nobody told", []*Change{change(1, "CreatePolicy", doc("policyDocument", "*")+`=>"policy":{"arn":"`+policy1+`"}`)}, nil, change(5, "SetDefaultPolicyVersion", queue+`,"versionId":"v3"`), "", "content unknown"},
	{"to a version that the inventory tells later", []*Change{change(1, "CreatePolicy", doc("policyDocument", "s3:GetObject")+`=>"policy":{"arn":"`+policy1+`"}`)},
		PolicyFacts(day(9), policy1, "v3", "", "", plain(doc("x", "s3:PutObject"))), change(5, "SetDefaultPolicyVersion", queue+`,"versionId":"v3"`), "medium", "gains s3:PutObject|loses s3:GetObject"},
	{"deleted version", []*Change{change(1, "CreatePolicy", doc("policyDocument", "*")+`=>"policy":{"arn":"`+policy1+`"}`)}, nil, change(5, "DeletePolicyVersion", queue+`,"versionId":"v1"`), "low", "loses "},
	{"deleted policy", []*Change{change(1, "CreatePolicy", doc("policyDocument", "s3:PutObject")+`=>"policy":{"arn":"`+policy1+`"}`)}, nil, change(5, "DeletePolicy", queue), "medium", "loses s3:PutObject"},
	{"attached", []*Change{change(1, "CreatePolicy", doc("policyDocument", "iam:*")+`=>"policy":{"arn":"`+policy1+`"}`)}, nil, change(5, "AttachRolePolicy", role+","+queue), "high", "allows iam:putrolepolicy"},
	{"attached, told by the next inventory", nil, PolicyFacts(day(9), policy1, "v3", "", "", plain(doc("x", "s3:GetObject"))), change(5, "AttachRolePolicy", role+","+queue), "low", "gains s3:GetObject"},
	{"attached, and changed before the next inventory", []*Change{change(7, "SetDefaultPolicyVersion", queue+`,"versionId":"v3"`)}, PolicyFacts(day(9), policy1, "v3", "", "", plain(doc("x", "s3:GetObject"))),
		change(5, "AttachRolePolicy", role+","+queue), "", ""},
	{"attached, unknown", nil, nil, change(5, "AttachRolePolicy", role+","+queue), "", ""},
	{"administrator detached", nil, nil, change(5, "DetachRolePolicy", role+`,"policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"`), "low", "loses "},
	{"guard detached", nil, PolicyFacts(day(2), policy1, "v1", "", "", `{"Statement":{"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"}}`), change(5, "DetachRolePolicy", role+","+queue), "high", "no longer denies s3:DeleteBucket"},

	{"bounded less", []*Change{change(2, "PutRolePermissionsBoundary", role+`,"permissionsBoundary":"`+policy1+`"`)}, append(PolicyFacts(day(1), policy1, "v1", "", "", plain(doc("x", "s3:GetObject"))),
		PolicyFacts(day(1), policy1+"2", "v1", "", "", plain(doc("x", "s3:*")))...), change(5, "PutRolePermissionsBoundary", role+`,"permissionsBoundary":"`+policy1+`2"`), "high", "bounds it less"},
	{"bounded at all", []*Change{created}, PolicyFacts(day(1), policy1, "v1", "", "", plain(doc("x", "s3:GetObject"))), change(5, "PutRolePermissionsBoundary", role+`,"permissionsBoundary":"`+policy1+`"`), "medium", "bounds it, which nothing did before"},
	{"longer sessions than at its making", []*Change{created}, nil, change(5, "UpdateRole", role+`,"maxSessionDuration":43200`), "medium", "sessions may last 12h0m0s, not 1h0m0s"},
	{"longer sessions than since", []*Change{created, change(2, "UpdateRole", role+`,"maxSessionDuration":7200`)}, nil, change(5, "UpdateRole", role+`,"maxSessionDuration":14400`), "medium", "sessions may last 4h0m0s, not 2h0m0s"},
	{"shorter sessions", []*Change{created, change(2, "UpdateRole", role+`,"maxSessionDuration":7200`)}, nil, change(5, "UpdateRole", role+`,"maxSessionDuration":3600`), "", ""},
	{"another description", []*Change{created}, nil, change(5, "UpdateRole", role+`,"description":"x"`), "", ""},
	{"long sessions, and nobody told of the role", nil, nil, change(5, "UpdateRole", role+`,"maxSessionDuration":43200`), "", "sessions may last 12h0m0s|what was before is unknown"},
	{"sessions that are no number of seconds", []*Change{created}, nil, change(5, "UpdateRole", role+`,"maxSessionDuration":"43200"`), "", ""},
	{"tag by which a policy of the account decides", []*Change{abac}, nil, change(5, "TagRole", role+`,"tags":[{"key":"x"},{"key":"Team","value":"HIDDEN_DUE_TO_SECURITY_REASONS"}]`), "medium", "policies decide by tag Team"},
	{"tag in a resource, taken off", []*Change{abac}, nil, change(5, "UntagRole", role+`,"tagKeys":["cost center"]`), "medium", "policies decide by tag cost center"},
	{"tag by which an inventory's policy decides", nil, PolicyFacts(day(9), policy1, "v1", "", "", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/team":"x"}}}}`),
		change(5, "TagRole", role+`,"tags":[{"key":"team"}]`), "medium", "policies decide by tag team"},
	{"tag by which no policy decides", []*Change{abac}, nil, change(5, "TagRole", role+`,"tags":[{"key":"tea"}]`), "", ""},
	{"tag before the policy", []*Change{change(7, "PutRolePolicy", abacParameters)}, nil, change(5, "TagRole", role+`,"tags":[{"key":"Team"}]`), "", ""},
	{"tag by which a policy of another account decides", nil, PolicyFacts(day(1), "arn:aws:iam::222222222222:policy/p", "v1", "", "", `{"Condition":{"StringEquals":{"aws:PrincipalTag/team":"x"}}}`),
		change(5, "TagRole", role+`,"tags":[{"key":"team"}]`), "", ""},
	{"settings without parameters put no document in doubt", []*Change{created, change(3, "UpdateRole", "-"), change(3, "TagRole", "-")}, nil,
		change(5, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", account)), "info", "nothing changes in effect"},
	{"boundary deleted", nil, nil, change(5, "DeleteRolePermissionsBoundary", role), "high", "nothing bounds it any more"},
}

// TestExplain holds what is said of a change to what was told before it, and after it.
func TestExplain(t *testing.T) {
	for _, c := range explanations {
		for range 3 { // told again
			c.told = append(c.told, c.change)
		}
		e := &Explainer{Judge: judge, Memory: remember(c.told, c.facts...), Own: func(a string) bool { return a == "222222222222" }}
		d, err := e.Explain(c.change)
		if err != nil || (d == nil) != (c.reasons == "") {
			t.Errorf("%s: %v, %v", c.name, d, err)
		}
		if d == nil {
			continue
		}
		severity := ""
		if d.Severity != nil {
			severity = d.Severity.String()
		}
		if got := strings.Join(d.Reasons, "|"); severity != c.severity || !strings.HasPrefix(got, c.reasons) {
			t.Errorf("%s: %s %q, want %s %q", c.name, severity, got, c.severity, c.reasons)
		}
	}
}

// TestNoDocument: what is about no document is not explained.
func TestNoDocument(t *testing.T) {
	e := &Explainer{Judge: judge, Memory: NewInMemory()}
	for _, c := range []*Change{change(1, "TagRole", role), change(1, "CreateUser", `"userName":"u"`), change(1, "PutRolePolicy", "-"), change(1, "DeletePolicy", `"policyArn":"none"`)} {
		if d, err := e.Explain(c); d != nil || err != nil {
			t.Errorf("%s: %v, %v", c.Name, d, err)
		}
	}
}

// TestOrderOfTelling: whatever the order and however often changes are told, the same is
// kept, and the same is said of each.
func TestOrderOfTelling(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	var changes []*Change
	for i := range 60 {
		n := 1 + r.IntN(20)
		c := []*Change{
			change(n, "UpdateAssumeRolePolicy", role+","+trusts("policyDocument", fmt.Sprintf("%012d", r.IntN(4)))),
			change(n, "PutRolePolicy", put+","+doc("policyDocument", []string{"s3:GetObject", "s3:PutObject", "*"}[r.IntN(3)])),
			change(n, "DeleteRolePolicy", put), change(n, "DeleteRole", role), change(n, "PutRolePolicy", "-"),
			change(n, "CreatePolicyVersion", queue+`,"setAsDefault":true,`+doc("policyDocument", "s3:PutObject")+fmt.Sprintf(`=>"policyVersion":{"versionId":"v%d"}`, r.IntN(9))),
			change(n, "SetDefaultPolicyVersion", queue+fmt.Sprintf(`,"versionId":"v%d"`, r.IntN(9))), change(n, "AttachRolePolicy", role+","+queue),
		}[r.IntN(8)]
		c.ID = fmt.Sprint("event-", i)
		changes = append(changes, c)
	}
	told := func() (*InMemory, string) {
		e := &Explainer{Judge: judge, Memory: remember(changes)}
		var said strings.Builder
		for i := range 60 {
			for _, c := range changes {
				if c.ID != fmt.Sprint("event-", i) {
					continue
				}
				d, err := e.Explain(c)
				if err != nil {
					t.Fatal(err)
				}
				if d != nil {
					fmt.Fprintln(&said, c.ID, d.Severity, d.Reasons)
				}
				break
			}
		}
		return e.Memory.(*InMemory), said.String()
	}
	want, wantSaid := told()
	for range 50 {
		r.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
		changes = append(changes[:60:60], changes[r.IntN(60)], changes[r.IntN(60)])
		if got, said := told(); !reflect.DeepEqual(got, want) || said != wantSaid {
			t.Fatalf("another order told\n%s\nnot\n%s", said, wantSaid)
		}
		changes = changes[:60]
	}
}

// TestKept: of one subject no more than the newest facts are kept; what is older than
// these has nothing before it.
func TestKept(t *testing.T) {
	m := NewInMemory()
	var changes []*Change
	for n := 1; n <= 20; n++ {
		c := change(n, "PutRolePolicy", put+","+doc("policyDocument", "s3:GetObject"))
		changes = append(changes, c)
		m.Put(FactsOf(c)...)
	}
	e := &Explainer{Judge: judge, Memory: m}
	for i, c := range changes {
		d, _ := e.Explain(c)
		if known := d.Before.State == difference.Known; known != (i > 20-MaxKept) {
			t.Errorf("change %d: what was before is known: %v", i, known)
		}
	}
}

// FuzzFacts reads hostile parameters of every event: nothing panics, subjects are
// bounded, and the same change tells the same.
func FuzzFacts(f *testing.F) {
	f.Add([]byte(`{"roleName":"app","policyName":"x","policyDocument":"{}"}`), []byte(`{"role":{"arn":7}}`))
	f.Add([]byte(`{"roleName":["a"],"policyArn":"arn:aws:iam::1:policy/ x","versionId":{}}`), []byte(`[]`))
	f.Add([]byte(`{"roleName":"a b","setAsDefault":"true","permissionsBoundary":{"a":1}}`), []byte(`null`))
	f.Fuzz(func(t *testing.T, request, response []byte) {
		for name := range turns {
			c := &Change{ID: "e", Time: day(1), AccountID: account, Name: name, Request: request, Response: response}
			facts := FactsOf(c)
			for _, fact := range facts {
				if len(fact.Subject) > 2400 || len(fact.Text) > 3*maxJSON {
					t.Errorf("%s: a subject of %d bytes, a text of %d", name, len(fact.Subject), len(fact.Text))
				}
			}
			e := &Explainer{Judge: judge, Memory: remember(nil, facts...)}
			if _, err := e.Explain(c); err != nil {
				t.Error(err)
			}
		}
	})
}
