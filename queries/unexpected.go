package queries

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Unexpected are the values of the question "unexpected": what the configuration
// expects, and which rows are wanted.
type Unexpected struct {
	// KnownAccounts are accounts that are no strangers (design 9.8, 9.20).
	KnownAccounts []string
	// Expected are callers that the configuration admits.
	Expected []CallerRule
	// Exceptions are callers whose findings are accepted for a time.
	Exceptions []CallerException
	// Findings restricts the answer to rows that have one of them, of
	// [UnexpectedFindings]; empty means rows that were seen in the window and have
	// a finding other than expected.
	Findings []string
	// All asks for all rows, whatever was found.
	All bool
}

// CallerRule is about callers of roles. Role is held against the role's name and
// its ARN, Caller against the caller as the report shows it; * stands for any
// characters, ? for one.
type CallerRule struct{ Role, Caller string }

// CallerException is a rule that ends: what happens at Until or later is a finding
// again.
type CallerException struct {
	CallerRule
	Until time.Time
}

// UnexpectedFindings are all findings, in the order in which a row lists them
// (design 7): the worst first, because a narrow table cuts the end.
func UnexpectedFindings() []string {
	return []string{
		"not_trusted", "unknown_account", "missing_external_id", "human_on_machine_role", "long_term_key", "condition_dependent",
		"broadly_trusted", "new_principal", "new_network", "never_came", "expected", "exception_ended",
	}
}

// Rules go into SQL as one text, whose records and fields are parted by the
// characters that ASCII has for that. No rule may hold them.
const (
	recordSeparator = "\x1e"
	fieldSeparator  = "\x1f"
)

// addValues adds the parameters of the question.
func (u Unexpected) addValues(v map[string]driver.Value) error {
	v["known_accounts"], v["expected_callers"], v["exceptions"], v["findings"], v["show_all"] = nil, nil, nil, nil, u.All
	if len(u.KnownAccounts) > 0 {
		v["known_accounts"] = strings.Join(u.KnownAccounts, ",")
	}
	for _, f := range u.Findings {
		if !slices.Contains(UnexpectedFindings(), f) {
			return fmt.Errorf("reading finding %q: there is none of that name; there are %s", f, strings.Join(UnexpectedFindings(), ", "))
		}
	}
	if len(u.Findings) > 0 {
		v["findings"] = strings.Join(u.Findings, "|") // an expression: they have letters and _ only
	}
	var expected, exceptions []string
	for _, r := range u.Expected {
		text, err := r.record()
		if err != nil {
			return err
		}
		expected = append(expected, text)
	}
	for _, e := range u.Exceptions {
		text, err := e.record()
		if err != nil {
			return err
		}
		exceptions = append(exceptions, text+fieldSeparator+e.Until.UTC().Format(timestampText))
	}
	if len(expected) > 0 {
		v["expected_callers"] = strings.Join(expected, recordSeparator)
	}
	if len(exceptions) > 0 {
		v["exceptions"] = strings.Join(exceptions, recordSeparator)
	}
	return nil
}

// record writes the rule as patterns of LIKE.
func (r CallerRule) record() (string, error) {
	for _, pattern := range []string{r.Role, r.Caller} {
		if pattern == "" || strings.ContainsAny(pattern, "\x00"+recordSeparator+fieldSeparator) {
			return "", fmt.Errorf("reading the rule about role %q and caller %q: %w", r.Role, r.Caller, errRulePattern)
		}
	}
	return likePattern.Replace(r.Role) + fieldSeparator + likePattern.Replace(r.Caller), nil
}

var errRulePattern = errors.New("a pattern must not be empty and must not hold control characters")

var likePattern = strings.NewReplacer("#", "##", "%", "#%", "_", "#_", "*", "%", "?", "_")
