package difference

import (
	"strings"

	"roletrail/iam/policy"
)

// escalating are actions by each of which a role makes itself an administrator, if it
// may do them to any role, policy or user (iam/policy/escalations.txt). iam:PassRole on
// every role is one in effect: it gives the rights of every role to a service that one may use.
var escalating = []string{
	"iam:putrolepolicy", "iam:attachrolepolicy", "iam:createpolicyversion", "iam:setdefaultpolicyversion", "iam:updateassumerolepolicy",
	"iam:createaccesskey", "iam:createloginprofile", "iam:updateloginprofile", "iam:putuserpolicy", "iam:attachuserpolicy", "iam:putgrouppolicy",
	"iam:attachgrouppolicy", "iam:addusertogroup", "iam:passrole",
}

// Verdict is what a document by itself does to the severity of a change, and why.
type Verdict struct {
	Steps  int
	Reason string
}

// OfGrants judges what a document allows whatever the request: a condition may be
// any, and is not weighed here.
func OfGrants(d policy.Document) Verdict {
	allows, reads := false, true
	for i := range d.Statements {
		s := &d.Statements[i]
		if !s.Allow {
			continue
		}
		allows = true
		if !s.Conditional && everywhere(s) {
			if reason := grave(s); reason != "" {
				return Verdict{1, reason}
			}
		}
		reads = reads && readsOnly(s)
	}
	switch {
	case !allows:
		return Verdict{-1, "allows nothing"}
	case reads:
		return Verdict{-1, "only reads"}
	}
	return Verdict{}
}

// everywhere says whether a statement is about all resources, all roles, policies or
// users, or all but some.
func everywhere(s *policy.Statement) bool {
	if len(s.NotResources) > 0 {
		return true
	}
	for _, resource := range s.Resources {
		switch name := resource[strings.LastIndexByte(resource, ':')+1:]; name {
		case "*", "role/*", "policy/*", "user/*", "group/*":
			return true
		}
	}
	return false
}

// grave says what is grave about the actions that a statement allows; empty if nothing is.
func grave(s *policy.Statement) string {
	if len(s.NotActions) > 0 {
		for _, action := range escalating {
			if !covered(s.NotActions, action) {
				return "allows all actions but some, " + action + " among them"
			}
		}
		return ""
	}
	for _, pattern := range s.Actions {
		if strings.Trim(pattern, "*") == "" || strings.Trim(pattern, "*") == ":" {
			return "allows every action"
		}
	}
	for _, action := range escalating {
		if covered(s.Actions, action) {
			return "allows " + action
		}
	}
	return ""
}

func covered(patterns []string, action string) bool {
	for _, pattern := range patterns {
		if len(pattern) <= policy.MaxPatternLength && like(strings.ToLower(pattern), action) {
			return true
		}
	}
	return false
}

// like matches a pattern of * and ? in time that grows with the product of the lengths. A
// star in text is fit by stars alone, so that a pattern that fits another fits all that it fits.
func like(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' && text[t] != '*' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// Operations that read begin with one of these; but what reads secrets is more than
// that.
var (
	readVerbs   = []string{"get", "list", "describe", "head", "batchget", "search", "lookup", "view"}
	readSecrets = []string{
		"secretsmanager:getsecretvalue", "secretsmanager:batchgetsecretvalue", "ssm:getparameter", "ssm:getparameters", "ssm:getparametersbypath",
		"sts:getfederationtoken", "sts:getsessiontoken", "ec2:getpassworddata", "lambda:getfunction", "ecr:getauthorizationtoken", "rds-data:executestatement",
	}
)

// readsOnly says whether every action of a statement only reads, by its name.
func readsOnly(s *policy.Statement) bool {
	if len(s.NotActions) > 0 {
		return false
	}
	for _, pattern := range s.Actions {
		_, name, _ := strings.Cut(strings.ToLower(pattern), ":")
		reads := false
		for _, verb := range readVerbs {
			reads = reads || strings.HasPrefix(name, verb)
		}
		for _, secret := range readSecrets {
			reads = reads && !covered([]string{pattern}, secret)
		}
		if !reads {
			return false
		}
	}
	return true
}
