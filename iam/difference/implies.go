package difference

import (
	"net/netip"
	"slices"
	"strings"

	"roletrail/iam/policy"
	"roletrail/iam/trust"
)

// maxCompared is how many pairs of values are compared; IAM's documents have some dozens.
const maxCompared = 1 << 16

// implies says whether whoever meets condition a meets b too. False is said in doubt.
func implies(a, b trust.Condition) bool {
	if !strings.EqualFold(a.Key, b.Key) || a.Quantifier != b.Quantifier || a.IfExists && !b.IfExists || a.Negated != b.Negated {
		return false
	}
	if len(a.Values)*len(b.Values) > maxCompared {
		return slices.Equal(a.Values, b.Values) && strings.EqualFold(a.Operator, b.Operator)
	}
	if a.Negated {
		// Who may be none of a's values must not be one of b's.
		return !slices.ContainsFunc(b.Values, func(v string) bool { return !admitsValue(a, b, v) })
	}
	return !slices.ContainsFunc(a.Values, func(v string) bool { return !admitsValue(b, a, v) })
}

// admitsValue says whether a value of condition from, read as its operator does, fits
// some value of condition of, and so does all that fits it.
func admitsValue(of, from trust.Condition, value string) bool {
	form, have := formOf(of), formOf(from)
	return slices.ContainsFunc(of.Values, func(pattern string) bool {
		if form == have && pattern == value && strings.EqualFold(sized(of), sized(from)) {
			return true
		}
		switch form {
		case policy.FormFold:
			return (have == policy.FormFold || have == policy.FormText) && strings.EqualFold(pattern, value)
		case policy.FormLike:
			return have == policy.FormLike && like(pattern, value) || have == policy.FormText && like(pattern, strings.ReplaceAll(value, "*", "?"))
		case policy.FormARN:
			return (have == policy.FormARN || have == policy.FormText) && likeARN(pattern, value)
		case policy.FormAddress:
			return have == policy.FormAddress && holdsNetwork(pattern, value)
		}
		return form == policy.FormText && have == form && pattern == value
	})
}

func formOf(c trust.Condition) policy.Form { return policy.Condition{Operator: c.Operator}.Form() }

// sized is the operator where its form is not known: NumericLessThan is no
// NumericGreaterThan.
func sized(c trust.Condition) string {
	if formOf(c) == policy.FormUnknown {
		return c.Operator
	}
	return ""
}

// likeARN holds an ARN against a pattern part by part: a star does not reach over a colon.
func likeARN(pattern, arn string) bool {
	p, a := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(p) != len(a) {
		return false
	}
	for i := range p {
		if !like(p[i], a[i]) {
			return false
		}
	}
	return true
}

// holdsNetwork says whether a range of addresses holds all of another one.
func holdsNetwork(outer, inner string) bool {
	o, i := network(outer), network(inner)
	return o.IsValid() && i.IsValid() && o.Bits() <= i.Bits() && o.Contains(i.Addr())
}

func network(text string) netip.Prefix {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen())
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix.Masked()
}
