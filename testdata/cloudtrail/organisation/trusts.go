package organisation

import (
	"encoding/json"
	"strings"
)

// trusted is one principal that a statement of a trust policy admits, under the
// statement's conditions.
type trusted struct {
	kind       string // of the principal: AWS, Service or Federated
	principal  string
	conditions map[string]map[string]string // operator, key, value
}

// trustedBy reads a trust policy written here: every statement allows, and every
// condition has one value.
func trustedBy(document raw) []trusted {
	if document == "" {
		return nil
	}
	var parsed struct {
		Statement []struct {
			Principal json.RawMessage
			Condition map[string]map[string]string
		}
	}
	if err := json.Unmarshal([]byte(document), &parsed); err != nil {
		panic("reading a trust policy written here: " + err.Error())
	}
	var all []trusted
	for _, s := range parsed.Statement {
		if string(s.Principal) == `"*"` {
			all = append(all, trusted{"AWS", "*", s.Condition})
			continue
		}
		var named map[string]string
		if err := json.Unmarshal(s.Principal, &named); err != nil {
			panic("reading a principal written here: " + err.Error())
		}
		for kind, principal := range named {
			all = append(all, trusted{kind, principal, s.Condition})
		}
	}
	return all
}

// admission is how a principal admits an assumption.
type admission int

const (
	refused  admission = iota
	possible           // if a condition holds that no event shows
	broad              // as one of many
	exact              // alone
)

// names tells whether the principal names who came: not at all, as one of many, or
// alone.
func (p trusted) names(a *assumption) admission {
	_, provider, _ := strings.Cut(p.principal, "-provider/")
	switch {
	case p.kind == "Service" && p.principal == a.direct.text:
		return exact
	case p.kind == "Service":
		return refused
	case p.kind == "Federated" && strings.HasPrefix(provider, "AWSSSO_") && a.direct.kind == "identity_center":
		return exact
	case p.kind == "Federated" && strings.HasPrefix(a.direct.text, "saml:"+provider+"/"):
		return exact
	case p.kind == "Federated" && strings.HasPrefix(a.direct.text, "oidc:"+provider+"/"):
		return broad
	case p.kind == "Federated" || a.direct.account == "":
		return refused
	case p.principal == "*":
		return broad
	case strings.HasSuffix(p.principal, ":root") && strings.Split(p.principal, ":")[4] == a.direct.account:
		return broad
	case p.principal == a.direct.text:
		return exact
	}
	return refused
}

// admits weighs name and conditions.
func (p trusted) admits(a *assumption) admission {
	how := p.names(a)
	for _, keys := range p.conditions {
		for key, want := range keys {
			if how == refused {
				return refused
			}
			how = p.weigh(how, key, want, a)
		}
	}
	return how
}

// weigh holds one condition against what the record shows. The audiences are those
// that the calls here always bear.
func (p trusted) weigh(how admission, key, want string, a *assumption) admission {
	_, provider, _ := strings.Cut(p.principal, "-provider/")
	subject := strings.TrimPrefix(a.direct.text, "oidc:"+provider+"/")
	holds := true
	switch {
	case strings.HasSuffix(key, ":aud"):
	case key == "sts:ExternalId":
		holds = a.externalID == want
	case key == "aws:PrincipalArn":
		holds = fits(want, a.direct.text)
	case strings.HasSuffix(key, ":sub"):
		holds = fits(want, subject)
		if want == subject {
			how = exact
		}
	default:
		return possible
	}
	if !holds {
		return refused
	}
	return how
}

// fits tells whether a text is a pattern's, whose only star stands at its end.
func fits(pattern, text string) bool {
	if start, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(text, start)
	}
	return pattern == text
}
