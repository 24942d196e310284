package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// wantedTest is a condition on what is known of a role, or nearly is.
type wantedTest struct {
	quantifier, operator, suffix string
	not                          bool
	key                          string
	values                       []string
}

// testedRoles are whose policies the generated sets are; of one nothing is known.
var testedRoles = []string{"", "arn:aws:iam::111111111111:role/a", "arn:aws:iam::222222222222:role/ops/team/b"}

var testedValues = map[string][]string{
	"aws:PrincipalArn": {
		"arn:aws:iam::111111111111:role/a", "arn:aws:iam::*:role/a", "arn:aws:iam::111111111111:role/*", "arn:*:iam::??????????22:role/ops/*",
		"arn:aws:iam::222222222222:role/b", "arn:aws:iam::1*:role/a", "arn:aws:iam:*:role/a", "*", "arn:aws:iam::111111111111:ROLE/A",
		"arn:aws:sts::111111111111:assumed-role/a/*", "arn:aws:iam::*:*", "arn:aws:iam::11111*1:role/?", "${aws:x}", "arn:aws:iam::111111111111:role/${aws:x}", "",
	},
	"aws:principalaccount":  {"111111111111", "222222222222", "1*", "*", "arn:aws:iam::111111111111:root", "${aws:x}"},
	"AWS:PrincipalType":     {"AssumedRole", "assumedrole", "User", "Assumed*"},
	"aws:PrincipalTag/team": {"a", "*"},
}

var testedOperators = []string{
	"StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEqualsIgnoreCase", "BinaryEquals", "Null",
}

// roleCondition makes a condition of one or two tests, and maybe one of the request.
func roleCondition(r *rand.Rand, role string) wantedCondition {
	members := map[string]string{}
	holds := always
	for range 1 + r.IntN(2) {
		keys := []string{"aws:PrincipalArn", "aws:PrincipalArn", "aws:PrincipalArn", "aws:principalaccount", "AWS:PrincipalType", "aws:PrincipalTag/team"}
		w := wantedTest{operator: pick(r, testedOperators), not: oneIn(r, 2), key: pick(r, keys)}
		w.values = some(r, testedValues[w.key])
		if oneIn(r, 5) {
			w.quantifier = pick(r, []string{"ForAnyValue:", "ForAllValues:", "foranyvalue:"})
		}
		if oneIn(r, 5) {
			w.suffix = "IfExists"
		}
		if w.operator == "Null" {
			w.not, w.values = false, []string{pick(r, []string{"true", "false", "perhaps"})}
		}
		if operator, member := w.write(); members[operator] == "" {
			members[operator] = member
			holds = min(holds, w.holdsFor(role))
		}
	}
	if oneIn(r, 5) {
		members["NumericLessThan"] = `"NumericLessThan":{"aws:y":7}`
		holds = min(holds, sometimes)
	}
	var list []string
	for _, m := range members {
		list = append(list, m)
	}
	return wantedCondition{"{" + strings.Join(list, ",") + "}", holds}
}

func (w wantedTest) write() (operator, member string) {
	operator = w.operator
	if w.not {
		operator = strings.NewReplacer("Equals", "NotEquals", "Like", "NotLike").Replace(operator)
	}
	operator = w.quantifier + operator + w.suffix
	values, err := json.Marshal(w.values)
	if err != nil {
		panic(err) // strings always encode
	}
	return operator, fmt.Sprintf("%q:{%q:%s}", operator, w.key, values)
}

// holdsFor reads the test aloud for a role. Each of its keys has one value, so that
// quantifiers make no difference, and has it always, so that IfExists makes none.
func (w wantedTest) holdsFor(role string) tri {
	value := map[string]string{"aws:PrincipalArn": role, "AWS:PrincipalType": "AssumedRole"}[w.key]
	if w.key == "aws:principalaccount" && role != "" {
		value = strings.Split(role, ":")[4]
	}
	isARN := strings.HasPrefix(w.operator, "Arn")
	if role == "" || value == "" || w.operator == "BinaryEquals" || isARN && w.key != "aws:PrincipalArn" {
		return sometimes
	}
	fit := w.operator == "Null" && w.values[0] == "false"
	for _, v := range w.values {
		if strings.Contains(v, "${") || isARN && len(strings.Split(v, ":")) < 6 || v == "perhaps" {
			return sometimes
		}
		fit = fit || w.operator != "Null" && regexp.MustCompile(w.pattern(v)).MatchString(value)
	}
	if fit != w.not {
		return always
	}
	return never
}

func (w wantedTest) pattern(value string) string {
	quoted := regexp.QuoteMeta(value)
	switch w.operator {
	case "StringEqualsIgnoreCase":
		return `(?i)\A` + quoted + `\z`
	case "StringEquals":
		return `\A` + quoted + `\z`
	case "StringLike":
		return `\A` + strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(quoted) + `\z`
	}
	parts := strings.SplitN(quoted, ":", 6)
	for i, p := range parts[:5] {
		parts[i] = strings.NewReplacer(`\*`, `[^:]*`, `\?`, `[^:]`).Replace(p)
	}
	parts[5] = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(parts[5])
	return `\A` + strings.Join(parts, ":") + `\z`
}
