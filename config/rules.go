package config

import "fmt"

// RoleRule is a pattern of roles, with the place where it stands.
type RoleRule struct {
	// Place is the key and the entry, counted from 1: "owners entry 2".
	Place string
	// Pattern is that of [ExpectedCallers].
	Pattern string
}

// Fits says whether the rule is about a role.
func (r RoleRule) Fits(name, arn string) bool { return fits(r.Pattern, name) || fits(r.Pattern, arn) }

// RoleRules are all patterns of roles.
func (c Config) RoleRules() (rules []RoleRule) {
	add := func(key string, i int, pattern string) {
		rules = append(rules, RoleRule{fmt.Sprintf("%s entry %d", key, i+1), pattern})
	}
	for i, e := range c.ExpectedCallers {
		add("expected_callers", i, e.Role)
	}
	for i, e := range c.Exceptions {
		add("exceptions", i, e.Role)
	}
	for i, o := range c.Owners {
		add("owners", i, o.Role)
	}
	return rules
}
