package trust

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"roletrail/iam/policy"
)

// maxPattern is the longest pattern that is written, in bytes: engines give a
// regular expression only so much memory. What needs a longer one counts as not
// shown.
const maxPattern = 32 << 10

// Texts as regular expressions. A dot leaves out line ends, and not the same ones
// everywhere; these classes have no exceptions. Likewise \A and \z mean the ends
// of the text in every engine, which ^ and $ do not.
const (
	anyCharacter = `[\s\S]`
	anyText      = `\A[\s\S]*\z`
	notColon     = `[^:]`
	octet        = `[0-9]{1,3}`
)

// patternOf returns the regular expression that fits any of the values in whole,
// and whether they are all written out. The pattern is empty where a regular
// expression cannot say it.
//
// It uses characters, escaped punctuation, classes, groups, alternatives and *,
// and no flags: letters in any case are classes, so that no engine's idea of case
// matters.
func patternOf(f policy.Form, values []string) (pattern string, exact bool) {
	if len(values) == 0 {
		return "", false
	}
	exact = true
	var b strings.Builder
	b.WriteString(`\A(?:`)
	for i, v := range values {
		p, isExact := valuePattern(f, v)
		if p == nil || b.Len()+len(*p) > maxPattern {
			return "", false
		}
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(*p)
		exact = exact && isExact
	}
	b.WriteString(`)\z`)
	return b.String(), exact
}

// valuePattern is the regular expression of one value; nil where there is none.
func valuePattern(f policy.Form, value string) (pattern *string, exact bool) {
	var p string
	exact = true
	switch f {
	case policy.FormText:
		p = regexp.QuoteMeta(value)
	case policy.FormFold:
		p = foldPattern(value)
	case policy.FormLike:
		p, exact = globPattern(value, anyCharacter), !strings.ContainsAny(value, "*?")
	case policy.FormARN:
		parts := strings.SplitN(value, ":", 6)
		if len(parts) != 6 {
			return nil, false
		}
		p, exact = arnPattern(parts), !strings.ContainsAny(value, "*?")
	case policy.FormAddress:
		prefix, ok := ipv4Prefix(value)
		if !ok {
			return nil, false
		}
		p, exact = ipv4Pattern(prefix), prefix.Bits() == 32
	default:
		return nil, false
	}
	return &p, exact
}

// foldPattern fits a text in any case of its letters A to Z.
func foldPattern(value string) string {
	var b strings.Builder
	for _, r := range value {
		lower, upper := strings.ToLower(string(r)), strings.ToUpper(string(r))
		if r < 0x80 && lower != upper {
			b.WriteString("[" + lower + upper + "]")
			continue
		}
		b.WriteString(regexp.QuoteMeta(string(r)))
	}
	return b.String()
}

// globPattern fits what a text with * and ? fits, these standing for the given
// class of characters. Several * in a row are one, which spares an engine that
// tries them all.
func globPattern(value, class string) string {
	var b strings.Builder
	for i, r := range value {
		switch {
		case r == '*' && i > 0 && value[i-1] == '*':
		case r == '*':
			b.WriteString(class + "*")
		case r == '?':
			b.WriteString(class)
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}

// arnPattern fits the six parts of an ARN each by itself: a wildcard does not
// reach over a colon, but for the last part, which has colons of its own.
func arnPattern(parts []string) string {
	patterns := make([]string, len(parts))
	for i, part := range parts {
		class := notColon
		if i == len(parts)-1 {
			class = anyCharacter
		}
		patterns[i] = globPattern(part, class)
	}
	return strings.Join(patterns, ":")
}

// ipv4Prefix reads an address or a range of addresses of IPv4. IPv6 is not read:
// one address has many spellings, of which a regular expression would miss some.
func ipv4Prefix(value string) (netip.Prefix, bool) {
	if addr, err := netip.ParseAddr(value); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), addr.Is4()
	}
	prefix, err := netip.ParsePrefix(value)
	return prefix.Masked(), err == nil && prefix.Addr().Is4()
}

// ipv4Pattern fits the addresses of a range, as CloudTrail writes them: four
// numbers without leading zeros.
func ipv4Pattern(prefix netip.Prefix) string {
	base := prefix.Addr().As4()
	octets := make([]string, len(base))
	for i, first := range base {
		switch free := (i+1)*8 - prefix.Bits(); {
		case free <= 0:
			octets[i] = strconv.Itoa(int(first))
		case free >= 8:
			octets[i] = octet
		default:
			octets[i] = numbers(int(first), int(first)+1<<free-1)
		}
	}
	return strings.Join(octets, `\.`)
}

// numbers fits the numbers from first to last.
func numbers(first, last int) string {
	all := make([]string, 0, last-first+1)
	for n := first; n <= last; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return "(?:" + strings.Join(all, "|") + ")"
}
