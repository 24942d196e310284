package config

// Owner is who answers for some roles.
type Owner struct {
	// Role is a pattern as that of [ExpectedCallers].
	Role string `koanf:"role"`
	// Owner is what reports show: a team, a person, an address.
	Owner string `koanf:"owner"`
}

// OwnerOf is the owner of a role by the first entry whose pattern fits its name or
// its ARN; empty if none does.
func (c Config) OwnerOf(name, arn string) string {
	for _, o := range c.Owners {
		if fits(o.Role, name) || fits(o.Role, arn) {
			return o.Owner
		}
	}
	return ""
}

// fits holds a pattern against a text: * stands for any characters, ? for one. It
// takes the shortest text for each star and goes back to the last one only, so the
// time is bounded by the product of both lengths.
func fits(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	star, resume := -1, 0
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, resume = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
