package inventory

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// Policy is one policy document that grants or bounds.
type Policy struct {
	// ARN is empty for an inline policy.
	ARN, Name string
	// VersionID is the default version, like v3; empty for an inline policy.
	VersionID string
	// CreatedAt is when that version was made, UTC; zero if unknown, as always for
	// an inline policy.
	CreatedAt time.Time
	// Document is compact JSON text; empty when it could not be read.
	Document string

	// since is when it became what it is by an event, which is later than CreatedAt
	// where an older version was made the default one again; zero without an event.
	since   time.Time
	earlier []version // what it was before, the latest first
}

// grantsSince is since when the policy has its document; zero if unknown.
func (p *Policy) grantsSince() time.Time {
	if p.since.After(p.CreatedAt) {
		return p.since
	}
	return p.CreatedAt
}

// rawPolicy is a managed policy as an inventory has it.
type rawPolicy struct {
	ARN              string           `json:"Arn"`
	Name             string           `json:"PolicyName"`
	DefaultVersionID string           `json:"DefaultVersionId"`
	Versions         many[rawVersion] `json:"PolicyVersionList"`
}

type rawVersion struct {
	VersionID  string          `json:"VersionId"`
	IsDefault  bool            `json:"IsDefaultVersion"`
	CreateDate json.RawMessage `json:"CreateDate"`
	Document   json.RawMessage `json:"Document"`
}

// readPolicy reads a managed policy and keeps its default version. A list named
// Policies is no proof of an inventory, organisations export one too; versions
// are.
func (p *parser) readPolicy() error {
	var raw rawPolicy
	typeErr := p.dec.Decode(&raw)
	if err := tolerate(typeErr); err != nil {
		return err
	}
	if raw.Versions.present {
		p.page.known = true
	}
	errs := []error{explain(typeErr), explain(raw.Versions.err)}
	if _, bad := iam.ParseARN(raw.ARN); bad != nil {
		errs = append(errs, bad)
	} else {
		p.page.noteAccount(raw.ARN)
		kept, bad := raw.policy()
		p.file.policies[raw.ARN] = kept
		errs = append(errs, bad...)
	}
	for _, err := range errs {
		if err != nil {
			p.file.problem("policy "+name(raw.ARN), err)
		}
	}
	return nil
}

// policy returns the default version, and what is wrong with it.
func (raw rawPolicy) policy() (kept Policy, errs []error) {
	kept = Policy{ARN: raw.ARN, Name: raw.Name}
	for _, v := range raw.Versions.items {
		if !v.IsDefault && (v.VersionID == "" || v.VersionID != raw.DefaultVersionID) {
			continue
		}
		var dateErr, docErr error
		kept.VersionID = v.VersionID
		kept.CreatedAt, dateErr = parseTime(v.CreateDate)
		kept.Document, docErr = readDocument(v.Document)
		kept.earlier = raw.before(kept)
		return kept, []error{dateErr, docErr}
	}
	return kept, []error{errors.New("it has no default version")}
}

// before returns the versions that were made before the default one. What cannot be
// read of them is no loss: the grants of today are only taken for younger then.
func (raw rawPolicy) before(kept Policy) (earlier []version) {
	for _, v := range raw.Versions.items {
		at, err := parseTime(v.CreateDate)
		if err != nil || at.IsZero() || !at.Before(kept.CreatedAt) {
			continue
		}
		if document, err := policy.Decode(v.Document); err == nil {
			earlier = append(earlier, version{at, document})
		}
	}
	slices.SortFunc(earlier, func(a, b version) int { return b.createdAt.Compare(a.createdAt) })
	return earlier
}

// readDocument returns a document in any encoding as compact JSON text. Beside an
// error about single statements stands the text, whose others still count.
func readDocument(raw json.RawMessage) (string, error) {
	text, err := policy.Decode(raw)
	if err != nil {
		return "", err
	}
	_, err = policy.Parse(text)
	return text, err
}
