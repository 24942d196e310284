package difference

import (
	"slices"
	"strings"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// Own says whether an account is one of one's own: that of the role, or another one of
// whom it belongs to.
type Own func(account string) bool

// OfTrust judges whom a trust policy lets in. Conditions are not weighed but by the
// question whether there is one of the kind that narrows such a principal.
func OfTrust(d policy.Document, own Own) Verdict {
	reasons := openings(d, own)
	if len(reasons) == 0 {
		return Verdict{}
	}
	return Verdict{1, strings.Join(reasons[:min(len(reasons), maxReasons)], ", ")}
}

// newly are the texts of after that are not among those of before.
func newly(before, after []string) []string {
	return slices.DeleteFunc(slices.Clone(after), func(text string) bool { return slices.Contains(before, text) })
}

// openings say what is grave about whom a trust policy lets in, each once.
func openings(d policy.Document, own Own) (reasons []string) {
	for i := range d.Statements {
		s := &d.Statements[i]
		if !s.Allow || !admits(s) {
			continue
		}
		if s.HasNotPrincipal {
			reasons = append(reasons, "lets in all but some")
		}
		for _, p := range s.Principals {
			if reason := open(s, p, own); reason != "" && !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	return reasons
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
func open(s *policy.Statement, p policy.Principal, own Own) string {
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
		if iam.IsAccountID(account) && !own(account) && !s.Conditional {
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
