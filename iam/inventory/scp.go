package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"roletrail/iam/policy"
)

// ControlPolicy is a policy of Organizations that caps what roles may do.
type ControlPolicy struct {
	Policy
	// Resource is true for a resource control policy, false for a service control
	// policy.
	Resource bool
}

// maxControlPolicies bounds one level; Organizations attaches at most five of a type
// to one target.
const maxControlPolicies = 1000

// scpHowTo ends errors about a file that holds no control policy.
const scpHowTo = "give the output of `aws organizations describe-policy`, a list of such, or a policy document"

// ParseControlPolicies reads the control policies of one level of an organisation
// (its root, an organisational unit, an account): outputs of `aws organizations
// describe-policy`, one after another or in a list, or plain policy documents, which
// are taken for service control policies. name is the file's name for messages.
//
// Unlike a role's, a control policy that cannot be read is an error: without it
// roles would seem to be allowed what they are not.
func ParseControlPolicies(r io.Reader, name string, limits Limits) ([]ControlPolicy, error) {
	policies, err := parseControlPolicies(r, limits.orDefault())
	if err != nil {
		return nil, fmt.Errorf("reading control policies %q: %w", name, err)
	}
	return policies, nil
}

func parseControlPolicies(r io.Reader, limits Limits) ([]ControlPolicy, error) {
	plain, err := unpack(r)
	if err != nil {
		return nil, err
	}
	var policies []ControlPolicy
	dec := json.NewDecoder(newGuard(plain, limits))
	for {
		var raw json.RawMessage
		switch err := dec.Decode(&raw); {
		case errors.Is(err, io.EOF) && len(policies) == 0:
			return nil, errors.New("it holds no policy: " + scpHowTo)
		case errors.Is(err, io.EOF):
			return policies, nil
		case err != nil:
			return nil, fmt.Errorf("it is not JSON: %w; %s", err, scpHowTo)
		}
		var list many[json.RawMessage]
		_ = list.UnmarshalJSON(raw) // it never fails, see there
		for _, item := range list.items {
			p, err := readControlPolicy(item)
			if err != nil {
				return nil, fmt.Errorf("policy %d: %w", len(policies)+1, err)
			}
			if policies = append(policies, p); len(policies) > maxControlPolicies {
				return nil, fmt.Errorf("it has more than %d policies: give one file per level of the organisation", maxControlPolicies)
			}
		}
	}
}

// describedPolicy is the output of describe-policy.
type describedPolicy struct {
	Policy *struct {
		Summary struct {
			ARN  string `json:"Arn"`
			Name string `json:"Name"`
			Type string `json:"Type"`
		} `json:"PolicySummary"`
		Content json.RawMessage `json:"Content"`
	} `json:"Policy"`
}

func readControlPolicy(raw json.RawMessage) (ControlPolicy, error) {
	var described describedPolicy
	if err := tolerate(json.Unmarshal(raw, &described)); err != nil {
		return ControlPolicy{}, err
	}
	document := raw
	p := ControlPolicy{}
	if d := described.Policy; d != nil {
		document = d.Content
		p.ARN, p.Name = d.Summary.ARN, d.Summary.Name
		switch d.Summary.Type {
		case "RESOURCE_CONTROL_POLICY":
			p.Resource = true
		case "SERVICE_CONTROL_POLICY", "":
		default:
			return p, fmt.Errorf("%s is a %.40q, which caps no role; %s", name(p.Name), d.Summary.Type, scpHowTo)
		}
	}
	text, err := policy.Decode(document)
	if err == nil {
		_, err = policy.Parse(text)
	}
	p.Document = text
	switch {
	case err != nil && p.Name != "":
		err = fmt.Errorf("%s: %w", name(p.Name), err)
	case err != nil:
		err = fmt.Errorf("%w; %s", err, scpHowTo)
	}
	return p, err
}
