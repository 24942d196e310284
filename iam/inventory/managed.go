package inventory

import (
	"encoding/json"
	"errors"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// rawPolicy is a managed policy as an inventory has it.
type rawPolicy struct {
	ARN              string           `json:"Arn"`
	DefaultVersionID string           `json:"DefaultVersionId"`
	Versions         many[rawVersion] `json:"PolicyVersionList"`
}

type rawVersion struct {
	VersionID string          `json:"VersionId"`
	IsDefault bool            `json:"IsDefaultVersion"`
	Document  json.RawMessage `json:"Document"`
}

// readPolicy reads a managed policy and keeps what its default version grants.
// A list named Policies is no proof of an inventory, organisations export one
// too; versions are.
func (p *parser) readPolicy() error {
	var raw rawPolicy
	typeErr := p.dec.Decode(&raw)
	if err := tolerate(typeErr); err != nil {
		return err
	}
	if raw.Versions.present {
		p.page.known = true
	}
	grant, err := raw.grant()
	if _, bad := iam.ParseARN(raw.ARN); bad != nil {
		err = bad
	} else {
		p.page.noteAccount(raw.ARN)
		p.file.policies[raw.ARN] = grant
	}
	for _, err := range []error{explain(typeErr), explain(raw.Versions.err), err} {
		if err != nil {
			p.file.problem("policy "+name(raw.ARN), err)
		}
	}
	return nil
}

// grant returns what the default version does to everything.
func (raw rawPolicy) grant() (policy.Grant, error) {
	for _, v := range raw.Versions.items {
		if v.IsDefault || v.VersionID != "" && v.VersionID == raw.DefaultVersionID {
			return grantOf(v.Document)
		}
	}
	return policy.Grant{}, errors.New("it has no default version")
}

// grantOf returns what a document in any encoding does to everything. Beside an
// error stands the grant of those statements that could be read.
func grantOf(raw json.RawMessage) (policy.Grant, error) {
	text, err := policy.Decode(raw)
	if err != nil {
		return policy.Grant{}, err
	}
	doc, err := policy.Parse(text)
	return policy.GrantOf(doc), err
}
