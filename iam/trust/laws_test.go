package trust

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"
)

// The parts that random trust policies are made of; about every second one has to
// do with one of the callers.
var (
	lawPrincipals = []string{
		`"*"`, `{"AWS":"222222222222"}`, `{"AWS":"333333333333"}`, `{"AWS":"arn:aws:iam::222222222222:user/team/ann"}`,
		`{"AWS":["arn:aws:iam::222222222222:role/ci/deploy","arn:aws:iam::333333333333:role/x"]}`, `{"AWS":"AROASTRANGER12EXAMPLE"}`,
		`{"AWS":"arn:aws:sts::222222222222:assumed-role/deploy/job-7"}`, `{"AWS":"arn:aws:iam::222222222222:role/*"}`,
		`{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}`, `{"Federated":"arn:aws:iam::1:oidc-provider/idp.example.com"}`,
		`{"Federated":"arn:aws:iam::1:saml-provider/Corp"}`, `{"Federated":"arn:aws:iam::1:saml-provider/AWSSSO_1"}`,
	}
	lawOperators = []string{
		"StringEquals", "StringNotEquals", "StringLike", "StringLikeIfExists", "ForAnyValue:StringNotLike", "ForAllValues:StringEquals",
		"ArnLike", "Null", "Bool", "IpAddress", "NotIpAddress", "NumericLessThan",
	}
	lawKeys = []string{
		"sts:ExternalId", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:SourceIp", "aws:SourceVpc", "aws:MultiFactorAuthPresent",
		"idp.example.com:sub", "idp.example.com:aud", "saml:aud", "sts:SourceIdentity",
	}
	lawValues = []string{`"*"`, `"xyz"`, `["222222222222","arn:aws:iam::*:user/*"]`, `"192.0.2.0/24"`, `"true"`, `"repo:org/app"`, `["a","repo:*"]`}
)

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func randomStatement(r *rand.Rand, effect string) string {
	s := `{"Effect":"` + effect + `",`
	if r.IntN(6) == 0 {
		s += `"Not`
	} else {
		s += `"`
	}
	s += `Principal":` + pick(r, lawPrincipals) + `,"Action":"sts:` + pick(r, []string{"AssumeRole", "*", "AssumeRoleWith*", "TagSession"}) + `"`
	if r.IntN(2) == 0 {
		s += `,"Condition":{"` + pick(r, lawOperators) + `":{"` + pick(r, lawKeys) + `":` + pick(r, lawValues) + `}}`
	}
	return s + "}"
}

func randomStatements(r *rand.Rand) []string {
	var all []string
	for range 1 + r.IntN(4) {
		effect := Allow
		if r.IntN(4) == 0 {
			effect = Deny
		}
		all = append(all, randomStatement(r, effect))
	}
	return all
}

func admitted(r Result) bool { return r.Findings[0] != NotTrusted }

// eachRandomPolicy calls law for random policies and each of the callers.
func eachRandomPolicy(t *testing.T, law func(r *rand.Rand, statements []string, call Call, result Result)) {
	t.Helper()
	r := rand.New(rand.NewPCG(9, 9))
	in, out := 0, 0
	for range 300 {
		statements := randomStatements(r)
		p := parse(t, document(statements...))
		for _, call := range []Call{ann, deploy, stranger, lambda, github, dave, alice, dark} {
			result := Match(p, call)
			if admitted(result) {
				in++
			} else {
				out++
			}
			law(r, statements, call, result)
		}
	}
	if in < 300 || out < 300 {
		t.Errorf("admitted %d, refused %d: the policies are too much alike", in, out)
	}
}

// One more Allow never turns an admitted caller away, and one more Deny never
// lets anybody in.
func TestMoreStatements(t *testing.T) {
	eachRandomPolicy(t, func(r *rand.Rand, statements []string, call Call, before Result) {
		more := document(append(slices.Clone(statements), randomStatement(r, Allow))...)
		if after := Match(parse(t, more), call); admitted(before) && !admitted(after) {
			t.Fatalf("%s: %s is admitted without the last statement", more, call.Caller)
		}
		less := document(append(slices.Clone(statements), randomStatement(r, Deny))...)
		if after := Match(parse(t, less), call); !admitted(before) && admitted(after) {
			t.Fatalf("%s: %s is admitted only with the last statement", less, call.Caller)
		}
	})
}

func TestOrderOfStatementsDoesNotMatter(t *testing.T) {
	eachRandomPolicy(t, func(r *rand.Rand, statements []string, call Call, want Result) {
		shuffled := slices.Clone(statements)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := Match(parse(t, document(shuffled...)), call); !reflect.DeepEqual(got.Findings, want.Findings) {
			t.Fatalf("%v: %v in another order, %v in this", statements, got.Findings, want.Findings)
		}
	})
}

// Who is admitted when all is shown is not accused when less is.
func TestLessShownAccusesNobody(t *testing.T) {
	eachRandomPolicy(t, func(r *rand.Rand, statements []string, call Call, before Result) {
		after := Match(parse(t, document(statements...)), with(call, func(c *Call) {
			for key := range c.Shown {
				if r.IntN(2) == 0 {
					delete(c.Shown, key)
				}
			}
			for i, text := range []*string{&c.PrincipalID, &c.SessionARN, &c.Provider} {
				if r.IntN(3) == i {
					*text = ""
				}
			}
		}))
		if admitted(before) && !admitted(after) {
			t.Fatalf("%v: %s is %v, and %v when less is shown", statements, call.Caller, before.Findings, after.Findings)
		}
	})
}

// The findings are those of the design: one of expected, broadly_trusted and
// not_trusted at most, and a reason beside condition_dependent.
func TestFindingsAreConsistent(t *testing.T) {
	seen := map[string]int{}
	eachRandomPolicy(t, func(_ *rand.Rand, statements []string, _ Call, got Result) {
		key := ""
		for _, f := range got.Findings {
			key += string(f) + " "
		}
		seen[key]++
		depends := slices.Contains(got.Findings, ConditionDependent)
		if depends != (len(got.NotShown) > 0) || !slices.IsSorted(got.NotShown) {
			t.Fatalf("%v: %+v", statements, got)
		}
	})
	for _, key := range []string{"expected ", "broadly_trusted ", "expected condition_dependent ", "broadly_trusted condition_dependent ", "condition_dependent ", "not_trusted "} {
		if seen[key] == 0 {
			t.Errorf("no policy led to %s", strconv.Quote(key))
		}
		delete(seen, key)
	}
	if len(seen) > 0 {
		t.Errorf("findings that cannot be: %v", seen)
	}
}
