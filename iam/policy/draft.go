package policy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Draft is a policy document that is to be written.
type Draft struct {
	Version    string
	Statements []DraftStatement `json:"Statement"`
}

// DraftStatement is a statement of a draft, in AWS's form.
type DraftStatement struct {
	Sid          string `json:",omitempty"`
	Effect       string
	Actions      []string        `json:"Action,omitempty"`
	NotActions   []string        `json:"NotAction,omitempty"`
	Resources    []string        `json:"Resource,omitempty"`
	NotResources []string        `json:"NotResource,omitempty"`
	Condition    json.RawMessage `json:",omitempty"`
}

// draftVersion is the version that knows variables.
const draftVersion = "2012-10-17"

// JSON is the document as people write it, indented and with a line feed at the end.
func (d Draft) JSON() string { return indented(d) }

// DraftsJSON is a list of documents in the same form.
func DraftsJSON(drafts []Draft) string {
	if len(drafts) == 0 {
		return "[]\n"
	}
	return indented(drafts)
}

func indented(v any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // six characters for one of "<"
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // texts encode, and conditions were JSON before
	}
	return out.String()
}

// draftOf writes a complete statement anew: same meaning, resources sorted and each
// once.
func draftOf(s Statement) DraftStatement {
	d := DraftStatement{Effect: "Deny", Actions: s.Actions, NotActions: s.NotActions, Resources: tidy(s.Resources), NotResources: tidy(s.NotResources)}
	if s.Allow {
		d.Effect = "Allow"
	}
	if s.Conditional {
		d.Condition = json.RawMessage(s.ConditionJSON)
	}
	return d
}

// tidy sorts patterns; one that fits everything makes the others needless.
func tidy(patterns []string) []string {
	if slices.ContainsFunc(patterns, allStars) {
		return []string{"*"}
	}
	return slices.Compact(slices.Sorted(slices.Values(patterns)))
}

// mentionsVariables says whether ${ stands in a resource or condition, which makes a
// variable of it in a version that has them.
func (s Statement) mentionsVariables() bool {
	texts := slices.Concat(s.Resources, s.NotResources)
	for _, c := range s.Conditions {
		texts = append(texts, c.Values...)
	}
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, "${") })
}
