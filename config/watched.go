package config

// WatchedRole is a role of which any use is told.
type WatchedRole struct {
	// Role is a pattern as that of [ExpectedCallers].
	Role string `koanf:"role"`
	// As is what it is: influential, for it may change what others may do, or break-glass,
	// for emergencies alone.
	As string `koanf:"as"`
}

// WatchedAs is what the first entry whose pattern fits a role's name or its ARN calls it;
// empty if none does.
func (c Config) WatchedAs(name, arn string) string {
	for _, w := range c.WatchedRoles {
		if fits(w.Role, name) || fits(w.Role, arn) {
			return w.As
		}
	}
	return ""
}
