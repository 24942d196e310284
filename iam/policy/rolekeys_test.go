package policy

import (
	"fmt"
	"strings"
	"testing"
)

const (
	quarantine = `{"Sid":"Quarantine","Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/scan"}}}`
	unless     = `{"Sid":"Unless","Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/admin-*","arn:aws:iam::*:role/aws-reserved/*"]}}}`
)

// TestRoleConditions: what the role decides is no condition any more, wherever the
// statement stands.
func TestRoleConditions(t *testing.T) {
	const scan, admin, other = "arn:aws:iam::111111111111:role/scan", "arn:aws:iam::111111111111:role/admin-1", "arn:aws:iam::111111111111:role/team/scan"
	u := NewUniverse([]string{"iam:GetRole", "s3:GetObject"})
	p := func(statements ...string) Named { return named(u, "p", statements...) }
	for name, c := range map[string]struct {
		role string
		set  Set
		want string // of iam:GetRole
	}{
		"quarantined":          {scan, Set{Identity: []Named{p(allowAll)}, SCPs: [][]Named{{p(allowAll, quarantine)}}}, "denied"},
		"spared":               {admin, Set{Identity: []Named{p(allowAll)}, SCPs: [][]Named{{p(allowAll, quarantine)}}}, "allowed via [p#All] on *"},
		"spared by its path":   {other, Set{Identity: []Named{p(allowAll)}, SCPs: [][]Named{{p(allowAll, quarantine)}}}, "allowed via [p#All] on *"},
		"no role":              {"", Set{Identity: []Named{p(allowAll)}, SCPs: [][]Named{{p(allowAll, quarantine)}}}, "conditional via [p#All] on *; scp p#Quarantine"},
		"a user's":             {"arn:aws:iam::111111111111:user/scan", Set{Identity: []Named{p(allowAll, quarantine)}}, "conditional via [p#All] on *; deny p#Quarantine"},
		"not excepted":         {scan, Set{Identity: []Named{p(allowAll)}, SCPs: [][]Named{{p(allowAll, unless)}}}, "denied"},
		"excepted":             {admin, Set{Identity: []Named{p(allowAll)}, SCPs: [][]Named{{p(allowAll, unless)}}}, "allowed via [p#All] on *"},
		"denied by its own":    {scan, Set{Identity: []Named{p(allowAll, quarantine)}}, "denied"},
		"bounded":              {scan, Set{Identity: []Named{p(allowAll)}, Boundary: &Named{"b", p(allowAll, unless).Policy}}, "denied"},
		"rcp for others":       {admin, Set{Identity: []Named{p(allowAll)}, RCPs: [][]Named{{p(quarantine)}}}, "allowed via [p#All] on *"},
		"rcp":                  {scan, Set{Identity: []Named{p(allowAll)}, RCPs: [][]Named{{p(quarantine)}}}, "conditional via [p#All] on *; rcp p#Quarantine"},
		"allowed to others":    {admin, Set{Identity: []Named{p(strings.Replace(quarantine, "Deny", "Allow", 1))}}, "denied"},
		"allowed to it":        {scan, Set{Identity: []Named{p(strings.Replace(quarantine, "Deny", "Allow", 1))}}, "allowed via [p#Quarantine] on *"},
		"level for it alone":   {scan, Set{Identity: []Named{p(allowAll)}, SCPs: [][]Named{{p(strings.Replace(quarantine, "Deny", "Allow", 1))}}}, "allowed via [p#All] on *"},
		"level for others":     {admin, Set{Identity: []Named{p(allowAll)}, SCPs: [][]Named{{p(strings.Replace(quarantine, "Deny", "Allow", 1))}}}, "denied"},
		"and of the request":   {scan, Set{Identity: []Named{p(allowAll, strings.Replace(quarantine, `}}}`, `},"Bool":{"aws:SecureTransport":"false"}}}`, 1))}}, "conditional via [p#All] on *; deny p#Quarantine"},
		"spared whatever else": {admin, Set{Identity: []Named{p(allowAll, strings.Replace(quarantine, `}}}`, `},"Bool":{"aws:SecureTransport":"false"}}}`, 1))}}, "allowed via [p#All] on *"},
	} {
		c.set.Role = c.role
		var got *Permission
		for i, p := range Evaluate(u, c.set).All() {
			if i == 0 {
				got = p
			}
		}
		if describe(got) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, describe(got), c.want)
		}
	}
}

// TestRoleKeys is the table of what is decided: a Deny of everything holds for the
// role (denied), does not (allowed), or is left to the request.
func TestRoleKeys(t *testing.T) {
	const role = "arn:aws:iam::111111111111:role/ops/scan"
	u := NewUniverse([]string{"s3:GetObject"})
	for condition, want := range map[string]Effect{
		`"StringEquals":{"aws:PrincipalArn":"` + role + `"}`:                                        Denied,
		`"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/scan"}`:                 Allowed,
		`"StringLike":{"AWS:PRINCIPALARN":"*/scan"}`:                                                Denied,
		`"StringNotLike":{"aws:PrincipalArn":["*/scan","x"]}`:                                       Allowed,
		`"ArnLike":{"aws:PrincipalArn":"arn:aws:sts::111111111111:assumed-role/scan/*"}`:            Allowed,
		`"ArnLike":{"aws:PrincipalArn":"*"}`:                                                        Conditional,
		`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/${aws:x}"}`:                             Conditional,
		`"StringNotEqualsIfExists":{"aws:PrincipalArn":"x"}`:                                        Denied,
		`"ForAnyValue:StringLike":{"aws:PrincipalArn":"*scan"}`:                                     Denied,
		`"ForAllValues:ArnNotEquals":{"aws:PrincipalArn":"` + role + `"}`:                           Allowed,
		`"StringEqualsIgnoreCase":{"aws:PrincipalArn":"` + strings.ToUpper(role) + `"}`:             Denied,
		`"Null":{"aws:PrincipalArn":"true"}`:                                                        Allowed,
		`"Null":{"aws:PrincipalAccount":false}`:                                                     Denied,
		`"Null":{"aws:PrincipalArn":["true","false"]}`:                                              Conditional,
		`"StringEquals":{"aws:PrincipalAccount":111111111111}`:                                      Denied,
		`"StringNotEquals":{"aws:PrincipalAccount":["111111111111","222222222222"]}`:                Allowed,
		`"NumericEquals":{"aws:PrincipalAccount":"111111111111"}`:                                   Conditional,
		`"ArnLike":{"aws:PrincipalAccount":"arn:aws:iam::111111111111:root"}`:                       Conditional,
		`"StringEquals":{"aws:PrincipalType":"User"}`:                                               Allowed,
		`"StringEquals":{"aws:PrincipalType":["User","AssumedRole"]}`:                               Denied,
		`"StringEquals":{"aws:PrincipalTag/team":"a"}`:                                              Conditional,
		`"Null":{"aws:PrincipalTag/team":"true"}`:                                                   Conditional,
		`"StringEquals":{"aws:PrincipalOrgID":"o-a"}`:                                               Conditional,
		`"StringEquals":{"aws:PrincipalArn":[]}`:                                                    Allowed,
		`"ForAllValues:StringEquals":{"aws:PrincipalArn":[]}`:                                       Conditional,
		`"StringNotEquals":{"aws:PrincipalArn":[]}`:                                                 Denied,
		`"StringLike":{"aws:PrincipalArn":"*scan"},"StringEquals":{"aws:PrincipalAccount":"2"}`:     Allowed,
		`"StringLike":{"aws:PrincipalArn":"*scan","aws:PrincipalAccount":"1*"}`:                     Denied,
		`"StringLike":{"aws:PrincipalArn":"*scan","aws:RequestedRegion":"eu-*"}`:                    Conditional,
		`"StringLike":{"aws:PrincipalArn":"*scan","aws:SourceVpc":"v","aws:PrincipalAccount":"22"}`: Allowed,
	} {
		deny := `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{` + condition + `}}`
		r := Evaluate(u, Set{Role: role, Identity: []Named{named(u, "p", allowAll, deny)}})
		if got := r.Effect(0); got != want || len(r.Unread) > 0 {
			t.Errorf("%s: %v, want %v; %v", condition, got, want, r.Unread)
		}
	}
}

// Variables came with version 2012-10-17.
func TestRoleConditionWithoutVariables(t *testing.T) {
	u := NewUniverse([]string{"s3:GetObject"})
	deny := u.Compile(Parse(`{"Statement":[` + allowAll + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalArn":"${aws:x}"}}}]}`))
	r := Evaluate(u, Set{Role: "arn:aws:iam::111111111111:role/a", Identity: []Named{{"p", deny}}})
	if got := r.Effect(0); got != Allowed {
		t.Errorf("%v: ${aws:x} stood for something", got)
	}
}

// A document made to be slow is bounded, and what is over the bound stays open.
func TestRoleConditionsAreBounded(t *testing.T) {
	u := NewUniverse([]string{"s3:GetObject"})
	var values []string
	for i := range 3000 {
		values = append(values, fmt.Sprintf(`"arn:aws:iam::*:role/%010d"`, i))
	}
	deny := `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":[` + strings.Join(values, ",") + `]}}}`
	for name, c := range map[string]struct {
		statements []string
		want       Effect
	}{"within": {[]string{allowAll, quarantine}, Allowed}, "over": {[]string{allowAll, quarantine, deny}, Conditional}} {
		r := Evaluate(u, Set{Role: "arn:aws:iam::111111111111:role/a", Identity: []Named{named(u, "p", c.statements...)}})
		if got := r.Effect(0); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
