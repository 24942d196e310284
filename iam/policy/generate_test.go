package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

// The generator makes small sets of policies out of few services, so that
// statements meet often. It writes documents as text; what it meant stays in the
// wanted… types, which the slow evaluator judges without any of the code under test.

type wantedStatement struct {
	allow       bool
	notAction   bool
	actions     []string
	notResource bool
	resources   []string
	principal   string
	condition   string // JSON, empty for none
	ofRole      bool   // the role has a part in it
	holds       tri    // what the condition amounts to
}

// tri is whether a condition holds: always, sometimes or never.
type tri int

const (
	never tri = iota
	sometimes
	always
)

type wantedPolicy struct {
	statements []wantedStatement
	unknown    bool // no document
}

type wantedSet struct {
	role       string
	identity   []wantedPolicy
	boundary   *wantedPolicy
	scps, rcps [][]wantedPolicy
}

// testNames are the actions of the generated worlds: over two words of a set, with
// services that are each other's prefix.
func testNames() []string {
	var names []string
	for _, service := range []string{"ec2", "ecs", "iam", "s3", "s3express", "sts"} {
		for _, verb := range []string{"Create", "Delete", "Get", "List", "Put"} {
			for _, noun := range []string{"Bucket", "Object", "ObjectAcl", "Role", "Tags"} {
				names = append(names, service+":"+verb+noun)
			}
		}
	}
	return names
}

// vocabulary is what a generated world is made of.
type vocabulary struct {
	actions, resources []string
	conditions         []wantedCondition
	unknown            int // one in so many documents is not known; 0 for none
	roles              []string
	role               string // of the set that is being made
}

type wantedCondition struct {
	json  string
	holds tri
}

// wild has everything that can be read, whether AWS accepts it or not.
var wild = vocabulary{actions: actionPatterns, resources: resourcePatterns, conditions: conditions, unknown: 60, roles: testedRoles}

var actionPatterns = []string{
	"*", "*:*", "**", "s3:*", "S3:*", "s3*", "s3:Get*", "s3:get*", "s3:Get?bject", "s3:*Object", "s3:*Object*", "s3:GetObject", "S3:GETOBJECT",
	"s3express:*", "iam:*", "iam:Create*", "iam:CreateRole", "iam:*Role", "*:Get*", "*:List*", "ec?:*", "e*:Put*", "ec2:*Tags", "sts:GetRole",
	"s3:ListObjects", "new:*", "new:Get*", "NEW:GetThing", "new:?etThing", "other:Do", "*Acl", "a:b:c", "",
}

var resourcePatterns = []string{"*", "**", "arn:aws:s3:::a/*", "arn:aws:s3:::b", "arn:aws:iam::111111111111:role/*", "arn:*", "?"}

var conditions = []wantedCondition{
	{`{}`, always}, {`{"Bool":{}}`, always}, {`null`, always}, {`{"StringNotEquals":{"aws:x":[]}}`, always},
	{`{"Bool":{"aws:MultiFactorAuthPresent":true}}`, sometimes}, {`{"StringLike":{"aws:x":["a","b"]},"NumericLessThan":{"aws:y":7}}`, sometimes},
	{`{"ForAllValues:StringEquals":{"aws:x":[]}}`, sometimes}, {`{"StringEqualsIfExists":{"aws:x":[]}}`, sometimes},
	{`{"StringEquals":{"aws:x":[]}}`, never}, {`{"Bool":{"aws:z":"true"},"forAnyValue:StringLike":{"aws:x":[]}}`, never},
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func oneIn(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

func some(r *rand.Rand, from []string) []string {
	out := []string{pick(r, from)}
	for oneIn(r, 2) {
		out = append(out, pick(r, from))
	}
	return out
}

func (v vocabulary) statement(r *rand.Rand, denyOneIn int) wantedStatement {
	s := wantedStatement{
		allow: !oneIn(r, denyOneIn), notAction: oneIn(r, 6), notResource: oneIn(r, 8),
		actions: some(r, v.actions), resources: []string{"*"}, holds: always,
	}
	if oneIn(r, 3) || s.notResource {
		s.resources = some(r, v.resources)
	}
	if oneIn(r, 4) {
		c := pick(r, v.conditions)
		if s.ofRole = oneIn(r, 2); s.ofRole {
			c = roleCondition(r, v.role)
		}
		s.condition, s.holds = c.json, c.holds
	}
	return s
}

func (v vocabulary) policy(r *rand.Rand, denyOneIn int) wantedPolicy {
	var p wantedPolicy
	for range r.IntN(4) {
		p.statements = append(p.statements, v.statement(r, denyOneIn))
	}
	p.unknown = v.unknown > 0 && oneIn(r, v.unknown)
	return p
}

// limit makes a policy that mostly lets through.
func (v vocabulary) limit(r *rand.Rand) wantedPolicy {
	p := v.policy(r, 2)
	if oneIn(r, 2) {
		p.statements = append(p.statements, wantedStatement{allow: true, actions: []string{"*"}, resources: []string{"*"}, holds: always})
	}
	return p
}

func (v vocabulary) set(r *rand.Rand) wantedSet {
	v.role = pick(r, v.roles)
	s := wantedSet{role: v.role}
	for range r.IntN(4) {
		s.identity = append(s.identity, v.policy(r, 4))
	}
	if oneIn(r, 4) {
		b := v.limit(r)
		s.boundary = &b
	}
	for range []int{0, 0, 0, 1, 2}[r.IntN(5)] {
		var level []wantedPolicy
		for range r.IntN(3) {
			level = append(level, v.limit(r))
		}
		s.scps = append(s.scps, level)
	}
	if oneIn(r, 6) {
		s.rcps = [][]wantedPolicy{{v.limit(r)}}
	}
	return s
}

// write renders a policy in one of the forms found in the wild.
func (p wantedPolicy) write(r *rand.Rand) string {
	var items []string
	for _, s := range p.statements {
		items = append(items, s.write(r, 10))
	}
	list := "[" + strings.Join(items, " , ") + "]"
	if len(items) == 1 && oneIn(r, 2) {
		list = items[0]
	}
	text := fmt.Sprintf(`{"%s":"2012-10-17","%s": %s}`, spelled(r, 10, "Version"), spelled(r, 10, "Statement"), list)
	if !oneIn(r, 4) {
		return text
	}
	return string(asString(url.PathEscape(text)))
}

// write renders a statement; one key in odd is in upper case, 0 for none.
func (s wantedStatement) write(r *rand.Rand, odd int) string {
	effect, action, resource := "Deny", "Action", "Resource"
	if s.allow {
		effect = "Allow"
	}
	if s.notAction {
		action = "NotAction"
	}
	if s.notResource {
		resource = "NotResource"
	}
	members := []string{
		fmt.Sprintf("%q:%q", spelled(r, odd, "Effect"), effect),
		fmt.Sprintf("%q:%s", spelled(r, odd, action), oneOrList(r, s.actions)),
		fmt.Sprintf("%q:%s", spelled(r, odd, resource), oneOrList(r, s.resources)),
	}
	if s.principal != "" {
		members = append(members, fmt.Sprintf(`"Principal":%q`, s.principal))
	}
	if s.condition != "" {
		members = append(members, fmt.Sprintf("%q:%s", spelled(r, odd, "Condition"), s.condition))
	}
	r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, ",") + "}"
}

func spelled(r *rand.Rand, odd int, key string) string {
	if odd > 0 && oneIn(r, odd) {
		return strings.ToUpper(key)
	}
	return key
}

func oneOrList(r *rand.Rand, list []string) string {
	var value any = list
	if len(list) == 1 && oneIn(r, 2) {
		value = list[0]
	}
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(raw)
}

// compile takes the set through the code under test, from text on.
func (s wantedSet) compile(r *rand.Rand, u *Universe) Set {
	out := Set{Role: s.role}
	named := func(i int, p wantedPolicy) Named {
		n := Named{Name: fmt.Sprintf("p%d", i)}
		if !p.unknown {
			text, err := Decode(json.RawMessage(p.write(r)))
			if err != nil {
				panic(err) // the generator writes JSON
			}
			n.Policy = u.Compile(Parse(text))
		}
		return n
	}
	levels := func(in [][]wantedPolicy) (out [][]Named) {
		for _, level := range in {
			var policies []Named
			for i, p := range level {
				policies = append(policies, named(i, p))
			}
			out = append(out, policies)
		}
		return out
	}
	for i, p := range s.identity {
		out.Identity = append(out.Identity, named(i, p))
	}
	if s.boundary != nil {
		b := named(0, *s.boundary)
		out.Boundary = &b
	}
	out.SCPs, out.RCPs = levels(s.scps), levels(s.rcps)
	return out
}
