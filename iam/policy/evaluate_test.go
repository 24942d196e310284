package policy

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// named compiles a policy from its statements.
func named(u *Universe, name string, statements ...string) Named {
	return Named{Name: name, Policy: u.Compile(Parse(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`))}
}

const (
	allowAll   = `{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}`
	allowRead  = `{"Effect":"Allow","Action":["s3:Get*","s3:ListBucket"],"Resource":["arn:aws:s3:::a","arn:aws:s3:::a/*"]}`
	allowMFA   = `{"Sid":"MFA","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`
	denyPut    = `{"Sid":"NoPut","Effect":"Deny","Action":"s3:Put*","Resource":"*"}`
	denyBucket = `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::secret/*"}`
	denyAbroad = `{"Sid":"Abroad","Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}`
)

// describe writes a permission on one line.
func describe(p *Permission) string {
	if p == nil {
		return "denied"
	}
	out := fmt.Sprintf("%v via %v on %s", p.Effect, p.Via, strings.Join(p.Resources, " "))
	for _, r := range p.Why {
		out += fmt.Sprintf("; %s %v", r.Kind, r.Statement)
	}
	return out
}

func TestPermission(t *testing.T) {
	u := NewUniverse([]string{"iam:GetRole", "s3:GetObject", "s3:ListBucket", "s3:PutObject"})
	p := func(name string, statements ...string) Named { return named(u, name, statements...) }
	boundary := func(statements ...string) *Named {
		n := p("b", statements...)
		return &n
	}
	for name, c := range map[string]struct {
		set    Set
		action string
		want   string
	}{
		"nothing":         {Set{}, "s3:GetObject", "denied"},
		"allowed":         {Set{Identity: []Named{p("p", allowRead)}}, "s3:GetObject", "allowed via [p#1] on arn:aws:s3:::a arn:aws:s3:::a/*"},
		"not named":       {Set{Identity: []Named{p("p", allowRead)}}, "s3:PutObject", "denied"},
		"by two":          {Set{Identity: []Named{p("p", allowRead, allowAll), p("q", allowAll)}}, "s3:ListBucket", "allowed via [p#1 p#All q#All] on *"},
		"on condition":    {Set{Identity: []Named{p("p", allowMFA)}}, "s3:GetObject", "conditional via [p#MFA] on *; condition p#MFA"},
		"also without":    {Set{Identity: []Named{p("p", allowMFA, allowRead)}}, "s3:GetObject", "allowed via [p#MFA p#2] on arn:aws:s3:::a arn:aws:s3:::a/*"},
		"denied":          {Set{Identity: []Named{p("p", allowAll), p("q", denyPut)}}, "s3:PutObject", "denied"},
		"denied in part":  {Set{Identity: []Named{p("p", allowAll, denyBucket)}}, "s3:GetObject", "conditional via [p#All] on *; deny p#2"},
		"denied abroad":   {Set{Identity: []Named{p("p", allowAll, denyAbroad)}}, "s3:GetObject", "conditional via [p#All] on *; deny p#Abroad"},
		"not abroad":      {Set{Identity: []Named{p("p", allowAll, denyAbroad)}}, "iam:GetRole", "allowed via [p#All] on *"},
		"within":          {Set{Identity: []Named{p("p", allowAll)}, Boundary: boundary(allowAll)}, "s3:GetObject", "allowed via [p#All] on *"},
		"out of bounds":   {Set{Identity: []Named{p("p", allowAll)}, Boundary: boundary(allowRead)}, "s3:PutObject", "denied"},
		"bounded in part": {Set{Identity: []Named{p("p", allowAll)}, Boundary: boundary(allowRead)}, "s3:GetObject", "conditional via [p#All] on *; boundary b#1"},
		"bounded by deny": {Set{Identity: []Named{p("p", allowAll)}, Boundary: boundary(allowAll, denyBucket)}, "s3:GetObject", "conditional via [p#All] on *; boundary b#2"},
		"boundary grants": {Set{Boundary: boundary(allowAll)}, "s3:GetObject", "denied"},
		"empty boundary":  {Set{Identity: []Named{p("p", allowAll)}, Boundary: boundary()}, "s3:GetObject", "denied"},
		"lost boundary":   {Set{Identity: []Named{p("p", allowAll)}, Boundary: &Named{Name: "b"}}, "s3:GetObject", "conditional via [p#All] on *; boundary b"},
		"levels":          {Set{Identity: []Named{p("p", allowAll)}, SCPs: [][]Named{{p("root", allowAll)}, {p("ou", denyPut), p("full", allowAll)}}}, "s3:GetObject", "allowed via [p#All] on *"},
		"level denies":    {Set{Identity: []Named{p("p", allowAll)}, SCPs: [][]Named{{p("root", allowAll)}, {p("ou", denyPut), p("full", allowAll)}}}, "s3:PutObject", "denied"},
		"level lacks":     {Set{Identity: []Named{p("p", allowAll)}, SCPs: [][]Named{{p("root", allowAll)}, {p("ou", allowRead)}}}, "iam:GetRole", "denied"},
		"level in part":   {Set{Identity: []Named{p("p", allowAll)}, SCPs: [][]Named{{p("ou", allowMFA)}}}, "s3:GetObject", "conditional via [p#All] on *; scp ou#MFA"},
		"empty level":     {Set{Identity: []Named{p("p", allowAll)}, SCPs: [][]Named{{}}}, "s3:GetObject", "denied"},
		"rcp":             {Set{Identity: []Named{p("p", allowAll)}, RCPs: [][]Named{{p("r", denyPut)}}}, "s3:PutObject", "conditional via [p#All] on *; rcp r#NoPut"},
		"not the rcp's":   {Set{Identity: []Named{p("p", allowAll)}, RCPs: [][]Named{{p("r", denyPut)}}}, "s3:GetObject", "allowed via [p#All] on *"},
		"all but": {Set{Identity: []Named{p("p", `{"Effect":"Allow","NotAction":"s3:*","NotResource":["x","y"]}`)}}, "iam:GetRole",
			"allowed via [p#1] on not x not y"},
		"no resource": {Set{Identity: []Named{p("p", `{"Effect":"Allow","Action":"*","NotResource":"*"}`)}}, "iam:GetRole", "denied"},
		"never": {Set{Identity: []Named{p("p", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":[]}}}`)}}, "iam:GetRole",
			"denied"},
	} {
		var got *Permission
		for i, p := range Evaluate(u, c.set).All() {
			if u.Name(i) == c.action {
				got = p
			}
		}
		if describe(got) != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", name, c.action, describe(got), c.want)
		}
	}
}

func TestUnmatched(t *testing.T) {
	u := NewUniverse([]string{"iam:GetRole", "s3:GetObject"})
	const both = `{"Effect":"Allow","Action":["New:*","s3:ListObjects","s3:*"],"Resource":"*"}`
	for name, c := range map[string]struct {
		statements []string
		want       string
	}{
		"alone":        {[]string{both}, "New:* allowed via [p#1] on *|s3:ListObjects allowed via [p#1] on *"},
		"under a star": {[]string{both, allowAll}, "New:* allowed via [p#1 p#All] on *|s3:ListObjects allowed via [p#1 p#All] on *"},
		"in two cases": {[]string{`{"Effect":"Allow","Action":["new:*","NEW:*"],"Resource":"x"}`}, "NEW:* allowed via [p#1] on x"},
		"denied":       {[]string{both, `{"Effect":"Deny","Action":"new:*","Resource":"*"}`}, "s3:ListObjects allowed via [p#1] on *"},
		"in part": {[]string{both, `{"Effect":"Deny","Action":"new:Get*","Resource":"*"}`},
			"New:* conditional via [p#1] on *; deny p#2|s3:ListObjects allowed via [p#1] on *"},
		"all but denied": {[]string{both, `{"Effect":"Deny","NotAction":"new:Get*","Resource":"*"}`}, "New:* conditional via [p#1] on *; deny p#2"},
		"but others":     {[]string{both, `{"Effect":"Deny","NotAction":"other:*","Resource":"*"}`}, ""},
		"none":           {[]string{allowAll}, ""},
		"only denied":    {[]string{allowAll, `{"Effect":"Deny","Action":"new:*","Resource":"x"}`}, ""},
	} {
		var got []string
		for pattern, p := range Evaluate(u, Set{Identity: []Named{named(u, "p", c.statements...)}}).Unmatched() {
			got = append(got, pattern+" "+describe(p))
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, "|"), c.want)
		}
	}
	if !u.HasService("S3") || u.HasService(ServiceOf("New:*")) || ServiceOf("*:Get") != "" || ServiceOf("S3:Get*") != "s3" {
		t.Error("services are not told apart")
	}
}

// What cannot be read is named, and what can be read counts.
func TestUnread(t *testing.T) {
	u := NewUniverse([]string{"iam:GetRole", "s3:GetObject"})
	for name, c := range map[string]struct {
		policy  Named
		mayDeny bool
		unread  string
	}{
		"all read":     {named(u, "p", allowAll), false, ""},
		"bad Allow":    {named(u, "p", allowAll, `{"Effect":"Allow","Action":7.5,"Resource":[{}]}`), false, `parsing policy: statement 2: Resource: "{}" where a string is expected`},
		"bad Deny":     {named(u, "p", allowAll, `{"Effect":"Deny","Action":[[]],"Resource":"*"}`), true, `parsing policy: statement 2: Action: "[]" where a string is expected`},
		"no effect":    {named(u, "p", `{"Action":"*"}`, allowAll), true, `parsing policy: statement 1: effect "" is neither Allow nor Deny`},
		"two effects":  {named(u, "p", allowAll, `{"Effect":"Allow","effect":"Deny"}`), true, `parsing policy: statement 2: key "effect" stands there twice`},
		"Allow last":   {named(u, "p", allowAll, `{"Effect":"Deny","effect":"Allow"}`), true, `parsing policy: statement 2: key "effect" stands there twice`},
		"no action":    {named(u, "p", allowAll, `{"Sid":"x","Effect":"Allow","Resource":"*"}`), false, `parsing policy: statement 2 (Sid "x"): it has neither Action nor NotAction`},
		"two actions":  {named(u, "p", allowAll, `{"Effect":"Deny","Action":"a:b","NotAction":"c:d","Resource":"*"}`), true, `parsing policy: statement 2: it has both Action and NotAction`},
		"no resource":  {named(u, "p", allowAll, `{"Effect":"Deny","Action":"a:b","Resource":[]}`), true, `parsing policy: statement 2: it has neither Resource nor NotResource`},
		"bad document": {Named{"p", u.Compile(Parse(`{"Statement":`))}, true, `parsing policy: unexpected end of JSON input`},
		"no document":  {Named{"p", nil}, true, "<nil>"},
		"empty":        {named(u, "p"), false, ""},
		"absent":       {Named{"p", u.Compile(Document{}, ErrAbsent)}, true, `there is no policy document`},
	} {
		r := Evaluate(u, Set{Identity: []Named{c.policy, named(u, "q", allowRead)}})
		var got string
		for _, unread := range r.Unread {
			got += fmt.Sprint(unread.Err)
			if unread.MayDeny != c.mayDeny || unread.Policy != "p" {
				t.Errorf("%s: %+v", name, unread)
			}
		}
		if got != c.unread {
			t.Errorf("%s: unread %s, want %s", name, got, c.unread)
		}
		if r.Effect(1) != Allowed {
			t.Errorf("%s: what can be read does not count", name)
		}
	}
}

// An Allow that cannot be read hides no Deny, but of a limit it may be what lets
// something through.
func TestUnreadLimit(t *testing.T) {
	u := NewUniverse([]string{"iam:GetRole", "s3:GetObject"})
	bad := named(u, "bad", allowRead, `{"Effect":"Allow","Action":{}}`)
	for name, set := range map[string]Set{"boundary": {Boundary: &bad}, "scp": {SCPs: [][]Named{{bad}}}, "rcp": {RCPs: [][]Named{{bad}}}} {
		set.Identity = []Named{named(u, "p", allowAll, `{"Effect":"Deny","Action":"iam:*","Resource":"*"}`)}
		r := Evaluate(u, set)
		if len(r.Unread) != 1 || !r.Unread[0].MayDeny || r.Effect(1) != Conditional || r.Effect(0) != Denied {
			t.Errorf("%s: %+v, %v, %v", name, r.Unread, r.Effect(0), r.Effect(1))
		}
	}
}

// A universe and what was compiled in it are shared.
func TestConcurrentUse(t *testing.T) {
	u := NewUniverse(testNames())
	shared := named(u, "shared", allowAll)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			set := Set{Identity: []Named{shared, named(u, "p", denyPut, denyAbroad)}}
			if allowed, conditional := Evaluate(u, set).Count(); allowed != 25 || conditional != 120 {
				t.Errorf("%d allowed, %d conditional", allowed, conditional)
			}
		})
	}
	all.Wait()
}

// A document made to be slow is bounded, and what is left out is told.
func TestUnmatchedIsBounded(t *testing.T) {
	u := NewUniverse([]string{"s3:GetObject"})
	var patterns []string
	for i := range 4000 {
		patterns = append(patterns, fmt.Sprintf(`"x:%s%d*"`, strings.Repeat("a", 200), i))
	}
	statement := `"Action":[` + strings.Join(patterns, ",") + `],"Resource":"*"}`
	r := Evaluate(u, Set{Identity: []Named{named(u, "p", `{"Effect":"Allow",`+statement), named(u, "q", `{"Effect":"Deny",`+statement)}})
	n := 0
	for range r.Unmatched() {
		n++
	}
	if n != 0 || len(r.unmatched) != 132 || len(r.Unread) != 1 ||
		r.Unread[0].Err.Error() != "3868 patterns that fit no known action are over the limit of 132 and left out" {
		t.Errorf("%d of %d, %v", n, len(r.unmatched), r.Unread)
	}
}

func TestLongListsAreCut(t *testing.T) {
	u := NewUniverse([]string{"s3:GetObject"})
	var statements []string
	for i := range 30 {
		statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Action":"s3:*","Resource":["r%d","r"],"Condition":{"Bool":{"k":"true"}}}`, i))
	}
	for _, p := range Evaluate(u, Set{Identity: []Named{named(u, "p", statements...)}}).All() {
		if len(p.Resources) != MaxResources+1 || p.Resources[MaxResources] != "…" || len(p.Via) != MaxVia+1 || p.Via[MaxVia].String() != "…" ||
			len(p.Why) != MaxReasons+1 || p.Why[MaxReasons].Statement.String() != "…" {
			t.Errorf("%s", describe(p))
		}
		return
	}
	t.Error("nothing is granted")
}
