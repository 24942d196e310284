package trust

import "strings"

// form is how the values of a condition are written as a regular expression.
type form int

const (
	formUnknown form = iota // no regular expression decides it
	formText                // as they are
	formFold                // in any case
	formLike                // with * and ?
	formARN                 // with * and ? inside the six parts of an ARN
	formAddress             // an address or a range of addresses
	formNull                // any value at all
)

// forms has the operators that a regular expression decides, in lower case.
// Numbers and dates are compared by size, and no key that is compared so is shown
// by an event (design 9.9).
var forms = map[string]form{
	"stringequals":              formText,
	"stringnotequals":           formText,
	"stringequalsignorecase":    formFold,
	"stringnotequalsignorecase": formFold,
	"stringlike":                formLike,
	"stringnotlike":             formLike,
	"arnequals":                 formARN,
	"arnnotequals":              formARN,
	"arnlike":                   formARN,
	"arnnotlike":                formARN,
	"bool":                      formFold,
	"ipaddress":                 formAddress,
	"notipaddress":              formAddress,
	"null":                      formNull,
}

// formOf returns the form of an operator, given without quantifier and IfExists.
func formOf(operator string) form { return forms[strings.ToLower(operator)] }
