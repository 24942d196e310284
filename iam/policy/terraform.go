package policy

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Terraform is drafts as resources of type aws_iam_policy, in the form that terraform
// fmt gives. They are named after the role: ROLE-least-privilege, and numbered from
// the second on. Characters that the names cannot have become _.
func Terraform(drafts []Draft, role string) string {
	var out strings.Builder
	for i, d := range drafts {
		suffix := "-least-privilege"
		if i > 0 {
			suffix += "-" + strconv.Itoa(i+1)
			out.WriteByte('\n')
		}
		raw, err := json.Marshal(d)
		if err != nil {
			panic(err) // texts encode, and conditions were JSON before
		}
		fmt.Fprintf(&out, "resource \"aws_iam_policy\" \"%s\" {\n  name = %s\n\n  policy = jsonencode(", labelOf(role+suffix), QuoteHCL(policyName(role)+suffix))
		writeHCL(&out, raw, "  ")
		out.WriteString(")\n}\n")
	}
	return out.String()
}

// labelOf makes an identifier of Terraform's out of a name.
func labelOf(name string) string {
	label := strings.Map(func(r rune) rune {
		if isLetter(r) || isDigit(r) || r == '_' {
			return r
		}
		return '_'
	}, name)
	if !isLetter(rune(label[0])) {
		return "_" + label
	}
	return label
}

// policyName is a name that IAM takes, with room for a suffix: at most 128 of letters,
// digits and + = , . @ - _.
func policyName(role string) string {
	name := strings.Map(func(r rune) rune {
		if isLetter(r) || isDigit(r) || strings.ContainsRune("+=,.@-_", r) {
			return r
		}
		return '_'
	}, role)
	return name[:min(len(name), 100)]
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isDigit(r rune) bool  { return r >= '0' && r <= '9' }

// writeHCL writes a JSON value as an expression that jsonencode makes it of again. The
// lines after the first begin with indent.
func writeHCL(out *strings.Builder, raw json.RawMessage, indent string) {
	raw = trim(raw)
	switch raw[0] {
	case '{':
		writeObject(out, split(raw), indent)
	case '[':
		out.WriteString("[\n")
		for _, m := range split(raw) {
			out.WriteString(indent + "  ")
			writeHCL(out, m.value, indent+"  ")
			out.WriteString(",\n")
		}
		out.WriteString(indent + "]")
	case '"':
		out.WriteString(QuoteHCL(unquote(raw)))
	default: // numbers, true, false and null are the same in both
		out.Write(raw)
	}
}

// writeObject aligns the values of one line that follow each other, as terraform fmt
// does.
func writeObject(out *strings.Builder, members []member, indent string) {
	out.WriteString("{\n")
	width := 0 // of the keys that are aligned
	for i, m := range members {
		if oneLine(m) && (i == 0 || !oneLine(members[i-1])) {
			width = 0
			for j := i; j < len(members) && oneLine(members[j]); j++ {
				width = max(width, len(keyHCL(members[j].key)))
			}
		} else if !oneLine(m) {
			width = 0
		}
		fmt.Fprintf(out, "%s  %-*s = ", indent, width, keyHCL(m.key))
		writeHCL(out, m.value, indent+"  ")
		out.WriteByte('\n')
	}
	out.WriteString(indent + "}")
}

// keyHCL writes a key bare if it is an identifier without doubt.
func keyHCL(key string) string {
	if key != "" && isLetter(rune(key[0])) && labelOf(key) == key {
		return key
	}
	return QuoteHCL(key)
}

func oneLine(m member) bool { return m.value[0] != '{' && m.value[0] != '[' }

// QuoteHCL writes a text as a quoted template that holds itself. ${ and %{ begin a
// sequence there, and doubling the first character escapes it; one that stands before
// such a pair is written by its number, so that it pairs with nothing.
func QuoteHCL(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i, r := range text {
		switch {
		case (r == '$' || r == '%') && strings.HasPrefix(text[i+1:], "{"):
			out.WriteString(strings.Repeat(string(r), 2))
		case (r == '$' || r == '%') && strings.HasPrefix(text[i+1:], string(r)):
			fmt.Fprintf(&out, `\u%04x`, r)
		case r == '"' || r == '\\':
			out.WriteString(`\` + string(r))
		case r == '\n':
			out.WriteString(`\n`)
		case r < 0x10000 && !unicode.IsPrint(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}
