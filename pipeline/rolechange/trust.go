package rolechange

import (
	"slices"
	"strings"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// judgeTrust judges whom a trust policy lets in. Conditions are not weighed but by the
// question whether there is one of the kind that narrows such a principal.
func (r *reading) judgeTrust(d policy.Document) verdict {
	var reasons []string
	for i := range d.Statements {
		s := &d.Statements[i]
		if !s.Allow || !admits(s) {
			continue
		}
		if s.HasNotPrincipal {
			reasons = append(reasons, "lets in all but some")
		}
		for _, p := range s.Principals {
			if reason := r.open(s, p); reason != "" && len(reasons) < maxReasons && !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	if len(reasons) == 0 {
		return verdict{}
	}
	return verdict{1, strings.Join(reasons, ", ")}
}

// maxReasons is how many principals a summary names.
const maxReasons = 5

// admits says whether a statement allows an action that begins a session.
func admits(s *policy.Statement) bool {
	for _, action := range [...]string{"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"} {
		if len(s.NotActions) > 0 && !covered(s.NotActions, action) || covered(s.Actions, action) {
			return true
		}
	}
	return false
}

// open says what is grave about a principal; empty if nothing is.
func (r *reading) open(s *policy.Statement, p policy.Principal) string {
	switch p.Type {
	case "AWS":
		if p.Value == "*" {
			if asksWho(s) {
				return ""
			}
			return "lets in anybody"
		}
		account := p.Value
		if arn, err := iam.ParseARN(p.Value); err == nil {
			account = arn.AccountID
		}
		if iam.IsAccountID(account) && account != r.account() && !s.Conditional {
			return "lets in account " + account + " without a condition"
		}
	case "Federated":
		if arn, err := iam.ParseARN(p.Value); err == nil && strings.HasPrefix(arn.Resource, "oidc-provider/") && !narrows(s) {
			return "lets in every token of " + cut(strings.TrimPrefix(arn.Resource, "oidc-provider/"), maxPart)
		}
	}
	return ""
}

// whoKeys are the condition keys that say whose principals may come.
var whoKeys = []string{"aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount", "aws:userid"}

// asksWho says whether a statement about everybody is about some in effect.
func asksWho(s *policy.Statement) bool {
	for _, c := range s.Conditions {
		if !c.Negated() && !c.IfExists && slices.Contains(whoKeys, strings.ToLower(c.Key)) && !onlyStars(c.Values) {
			return true
		}
	}
	return false
}

// shared are the providers that give tokens to everybody: their audience says nothing
// of who comes, only the subject does.
var shared = []string{"token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "oidc.circleci.com"}

// narrows says whether a statement asks for a claim that says who comes.
func narrows(s *policy.Statement) bool {
	for _, c := range s.Conditions {
		if c.Negated() {
			continue
		}
		provider, claim, _ := cutLast(strings.ToLower(c.Key), ':')
		everybody := false
		for _, name := range shared {
			everybody = everybody || strings.HasPrefix(provider, name)
		}
		if claim == "sub" && !onlyStars(c.Values) || claim != "sub" && !everybody {
			return true
		}
	}
	return false
}

func onlyStars(values []string) bool {
	for _, v := range values {
		if strings.Trim(v, "*") == "" {
			return true
		}
	}
	return false
}

func cutLast(text string, by byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(text, by); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}
