package inventory

import (
	"errors"
	"fmt"
	"time"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// replayedPolicy is a customer managed policy as the changes so far have left it.
type replayedPolicy struct {
	Policy
	versions map[string]version // by id; those that the logs made and that were not deleted
}

// known says whether the default version is: without a change of it in the logs it is
// an older one.
func (p *replayedPolicy) known() bool { return !p.since.IsZero() }

// changePolicy takes a change of a managed policy.
func (r *Replayer) changePolicy(c *Change, in request, out response) error {
	arn := in.PolicyARN
	if c.Name == "CreatePolicy" {
		arn = out.Policy.ARN
	}
	if _, err := iam.ParseARN(arn); err != nil && c.Name == "CreatePolicy" {
		return errNotNamed
	} else if err != nil {
		r.doubt(c.AccountID)
		return errNoParameters
	}
	if c.Name == "DeletePolicy" {
		r.deletePolicy(arn)
		return nil
	}
	p := r.policies[arn]
	if p == nil || c.Name == "CreatePolicy" {
		p = &replayedPolicy{Policy: Policy{ARN: arn, Name: lastPart(arn)}, versions: map[string]version{}}
		r.policies[arn] = p
	}
	switch c.Name {
	case "CreatePolicy":
		return p.create(c.Time, out.Policy.DefaultVersionID, in, true)
	case "CreatePolicyVersion":
		return p.create(c.Time, out.PolicyVersion.VersionID, in, in.SetAsDefault)
	case "SetDefaultPolicyVersion":
		p.choose(c.Time, in.VersionID)
	case "DeletePolicyVersion":
		delete(p.versions, in.VersionID)
	}
	return nil
}

// deletePolicy forgets a policy. IAM deletes none that is attached: a role that still
// seems to have it lost it where the logs have a gap.
func (r *Replayer) deletePolicy(arn string) {
	delete(r.policies, arn)
	for _, role := range r.roles {
		delete(role.attached, arn)
	}
}

// create adds a version, as the default one or not.
func (p *replayedPolicy) create(at time.Time, id string, in request, isDefault bool) error {
	text, err := readDocument(in.PolicyDocument)
	if errors.Is(err, policy.ErrNoStatement) {
		err = nil
	}
	if id != "" {
		p.versions[id] = version{at, text}
	}
	if isDefault {
		p.turn(at, id, version{at, text})
	}
	return within(fmt.Sprintf("policy %s", name(p.ARN)), err)
}

// choose makes a version the default one. What an older one than the logs grants is
// not known.
func (p *replayedPolicy) choose(at time.Time, id string) {
	if id == "" || id != p.VersionID {
		p.turn(at, id, p.versions[id])
	}
}

func (p *replayedPolicy) turn(at time.Time, id string, v version) {
	p.replace(at, v.document, p.known())
	p.VersionID, p.CreatedAt = id, v.createdAt
}
