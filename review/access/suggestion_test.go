package access

import (
	"strings"
	"testing"
	"time"
)

// TestSuggestions claim no more of a role than is known of it.
func TestSuggestions(t *testing.T) {
	may := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		role            Role
		suggestion, why Text
	}{
		"unused permissions":              {Role{Verdict: "active", Uses: 5, Grants: &Grants{Granted: 3, Used: 1, Unused: 2}}, "trim", "2 permissions were not used"},
		"an unused permission":            {Role{Verdict: "active", Uses: 5, Grants: &Grants{Granted: 2, Used: 1, Unused: 1}}, "trim", "1 permission was not used"},
		"nothing proved":                  {Role{Verdict: "active", Grants: &Grants{Granted: 3, ProbablyUnused: 2, Unobservable: 1}}, "keep", "nothing that it may do is proved"},
		"all used":                        {Role{Verdict: "active", Uses: 5, Grants: &Grants{Granted: 1, Used: 1}}, "keep", "What the logs can show of what it holds"},
		"no inventory":                    {Role{Verdict: "active", Uses: 5}, "keep", "what it holds is not known"},
		"no grant":                        {Role{Verdict: "active", Uses: 5, Grants: &Grants{}}, "keep", "grant nothing"},
		"a policy that cannot be read":    {Role{Verdict: "active", Uses: 5, Grants: &Grants{Granted: 1, Used: 1, UnreadPolicies: []string{"inline:p"}}}, "keep", "could not be read"},
		"not used any more":               {Role{Verdict: "dormant", LastUsed: &may}, "remove", "No use inside the window"},
		"not used any more, but it tried": {Role{Verdict: "dormant", LastUsed: &may, Denied: 2}, "keep", "was refused"},
	} {
		role := c.role
		role.RoleName = "app"
		(&reader{review: &Review{}}).suggest(&role, dates{2026})
		if role.Suggestion != c.suggestion || !strings.Contains(string(role.Why), string(c.why)) || !strings.Contains(string(role.Question), "app") {
			t.Errorf("%s: %s, %s %s", name, role.Suggestion, role.Why, role.Question)
		}
	}
}
