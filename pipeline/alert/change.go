package alert

import (
	"time"
)

// Change is a role change, or access that is unusual, as it is told.
type Change struct {
	EventID   string    `json:"event_id"`
	EventTime time.Time `json:"event_time"`
	EventName string    `json:"event_name"`
	AccountID string    `json:"account_id"`
	AWSRegion string    `json:"aws_region"`
	// Change, Severity and Outcome are of closed sets, see package rolechange.
	Change string `json:"change,omitempty"`
	// Finding is in the place of Change what is unusual about access, see package unusual.
	Finding  string `json:"finding,omitempty"`
	Severity string `json:"severity"`
	Outcome  string `json:"outcome"`
	// RoleARNs are the roles that the record names, perhaps by name alone, and those that it
	// reaches besides; MoreRoles is how many there are beyond those that are named here.
	RoleARNs  []string `json:"role_arns"`
	MoreRoles int      `json:"more_roles,omitempty"`
	PolicyARN string   `json:"policy_arn,omitempty"`
	// Actor is who made the call, as an ARN, a service or what else the record has.
	Actor string `json:"actor"`
	// SourceIdentity is the person or program that the actor's session was given to; empty where
	// it has none.
	SourceIdentity string `json:"source_identity,omitempty"`
	// Through is what the call was made through (a [cloudtrail.Tool]), MFA whether its session was obtained with
	// a second factor: yes, no, or empty where the record does not say.
	Through         string `json:"through,omitempty"`
	MFA             string `json:"mfa,omitempty"`
	SourceIPAddress string `json:"source_ip_address,omitempty"`
	UserAgent       string `json:"user_agent,omitempty"`
	// Automation is the known automation that made it.
	Automation string `json:"automation,omitempty"`
	// Summary says what was changed, in one line.
	Summary string `json:"summary"`
	// Difference are lines of the documents before (-) and after (+), a few.
	Difference []string `json:"difference,omitempty"`
	// LastUsed is the day on which one of the roles acted last, YYYY-MM-DD in UTC, as far as
	// is known.
	LastUsed string `json:"last_used,omitempty"`
}

// The longest that texts of a change may be, in characters, and how many roles are named.
const (
	maxText    = 300
	maxSummary = 1500
	maxRoles   = 10
	maxLines   = 5
	maxLine    = 200
)

// Cleaned is the change with texts that may be shown and stored: of bounded length, and
// without characters that could disguise it.
func (c Change) Cleaned() Change {
	for _, text := range []*string{&c.EventID, &c.EventName, &c.AccountID, &c.AWSRegion, &c.Change, &c.Finding, &c.Severity, &c.Outcome, &c.PolicyARN, &c.Actor, &c.SourceIdentity, &c.Through, &c.MFA, &c.SourceIPAddress, &c.UserAgent, &c.Automation, &c.LastUsed} {
		*text = clean(*text, maxText)
	}
	c.Summary = clean(c.Summary, maxSummary)
	named := c.RoleARNs[:min(len(c.RoleARNs), maxRoles)]
	c.MoreRoles += len(c.RoleARNs) - len(named)
	c.RoleARNs = make([]string, len(named))
	for i, role := range named {
		c.RoleARNs[i] = clean(role, maxText)
	}
	var lines []string
	for _, line := range c.Difference[:min(len(c.Difference), maxLines)] {
		lines = append(lines, clean(line, maxLine))
	}
	c.Difference = lines
	return c
}
