package config

// Automation is known to change roles: what it does is less grave than where people do it.
type Automation struct {
	// Name is what reports and messages call it.
	Name string `koanf:"name"`
	// Actors are patterns as those of [ExpectedCallers], held against who stands at the
	// start of a chain of roles and against the role that acted.
	Actors []string `koanf:"actors"`
}

// AutomationOf is the name of the first known automation of which a pattern fits one of
// the actors; empty if none does.
func (c Config) AutomationOf(actors ...string) string {
	for _, a := range c.KnownAutomation {
		for _, pattern := range a.Actors {
			for _, actor := range actors {
				if actor != "" && fits(pattern, actor) {
					return a.Name
				}
			}
		}
	}
	return ""
}
