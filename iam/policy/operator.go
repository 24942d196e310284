package policy

import (
	"slices"
	"strings"
)

// Form is how an operator reads the values of a condition.
type Form int

// The forms.
const (
	FormUnknown Form = iota // by size, as numbers and dates, or not known here
	FormText                // as they are
	FormFold                // in any case of A to Z
	FormLike                // with * and ?
	FormARN                 // with * and ? inside the six parts of an ARN
	FormAddress             // an address or a range of addresses
	FormNull                // true or false: whether the key is absent
)

// forms has the operators that compare texts, in lower case.
var forms = map[string]Form{
	"stringequals":              FormText,
	"stringnotequals":           FormText,
	"stringequalsignorecase":    FormFold,
	"stringnotequalsignorecase": FormFold,
	"stringlike":                FormLike,
	"stringnotlike":             FormLike,
	"arnequals":                 FormARN,
	"arnnotequals":              FormARN,
	"arnlike":                   FormARN,
	"arnnotlike":                FormARN,
	"bool":                      FormFold,
	"ipaddress":                 FormAddress,
	"notipaddress":              FormAddress,
	"null":                      FormNull,
}

// Form returns the form of the condition's operator.
func (c Condition) Form() Form { return forms[strings.ToLower(c.Operator)] }

// WantsAbsent reads the value of Null: true asks that the request does not have the
// key, false that it has. ok is false for any other value, and for several.
func (c Condition) WantsAbsent() (absent, ok bool) {
	if len(c.Values) != 1 {
		return false, false
	}
	value := lower(c.Values[0])
	return value == "true", value == "true" || value == "false"
}

// HasVariable says whether a value holds a policy variable (${aws:username}), which
// stands for something of the request, in a document that has them (HasVariables).
// ${*}, ${?} and ${$} are taken for variables too.
func (c Condition) HasVariable() bool {
	return slices.ContainsFunc(c.Values, func(v string) bool { return strings.Contains(v, "${") })
}

// Test is how a condition comes out of what its values fit.
type Test struct {
	Quantifier string // as Condition has it
	IfExists   bool
	// Negated: nothing may fit. Null asks with it that the key be absent.
	Negated bool
}

// Holds says whether the test holds for a request that has these values of the key,
// none where it does not have the key. Of an absent key a plain operator says no and
// a negated one yes; ForAnyValue says no, ForAllValues yes; IfExists always yes.
func (t Test) Holds(values []string, fits func(value string) bool) bool {
	if len(values) == 0 {
		return t.IfExists || t.Quantifier == "all" || t.Quantifier == "" && t.Negated
	}
	fitting := 0
	for _, v := range values {
		if fits(v) {
			fitting++
		}
	}
	switch {
	case t.Quantifier != "any" && t.Negated:
		return fitting == 0
	case t.Quantifier == "all":
		return fitting == len(values)
	case t.Negated: // any
		return fitting < len(values)
	}
	return fitting > 0
}
