package queries

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
)

// Changes are the values of the question "changes".
type Changes struct {
	// AtLeast is the least grave severity that is wanted, one of [Severities]; empty
	// means all.
	AtLeast string
	// Failed asks also for attempts that failed for another reason than a refusal.
	Failed bool
	// Automation, if set, names the known automation that one of the actors is, empty for
	// others. It is asked by [ExplainChanges] alone.
	Automation func(actors ...string) string
	// Watched, if set, says what the configuration calls a role that it watches, empty for others. It is
	// asked likewise.
	Watched func(name, arn string) string
}

// Severities are the severities of changes, the gravest first (design 9.7).
func Severities() []string { return []string{"critical", "high", "medium", "low", "info"} }

// addValues adds the parameters of the question.
func (c Changes) addValues(v map[string]driver.Value) error {
	severities := Severities()
	if c.AtLeast != "" {
		i := slices.Index(severities, c.AtLeast)
		if i < 0 {
			return fmt.Errorf("reading severity %q: there is none of that name; there are %s", c.AtLeast, strings.Join(severities, ", "))
		}
		severities = severities[:i+1]
	}
	v["severities"], v["outcomes"] = strings.Join(severities, ","), "success,denied"
	if c.Failed {
		v["outcomes"] = "success,denied,failed"
	}
	return nil
}
