package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
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
	earlier []version // what it was before by events, the latest first
	older   olderVersions
}

// olderVersions are all versions that a policy had before the default one was made, of
// an inventory, and those made since that it has. It shows when each was made and not which of them was the default one
// when: any may have been, more than once, or never. Only that the first one was, when
// the policy was made, is sure. So what all of them grant was granted all the time, and
// of what one of them leaves out nothing is known.
type olderVersions struct {
	since     time.Time // when the policy was made; zero unless all versions are here
	documents []string
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
		kept.older = raw.before(kept)
		return kept, []error{dateErr, docErr}
	}
	return kept, []error{errors.New("it has no default version")}
}

// before returns the versions v1, v2, … before the default one, if all are here: IAM
// keeps five, and those that were deleted may have granted less. What cannot be read
// is as if it were not here: the grants of today are only taken for younger then.
func (raw rawPolicy) before(kept Policy) (older olderVersions) {
	number, err := strconv.Atoi(strings.TrimPrefix(kept.VersionID, "v"))
	if err != nil || kept.CreatedAt.IsZero() || number > len(raw.Versions.items) {
		return older
	}
	versions := map[string]rawVersion{}
	for _, v := range raw.Versions.items {
		versions[v.VersionID] = v
	}
	made := kept.CreatedAt
	for n := number - 1; n > 0; n-- {
		v := versions[fmt.Sprint("v", n)]
		document, docErr := policy.Decode(v.Document)
		at, dateErr := parseTime(v.CreateDate)
		if docErr != nil || document == "" || dateErr != nil || at.IsZero() || at.After(made) {
			return olderVersions{}
		}
		older.documents, made = append(older.documents, document), at
		delete(versions, v.VersionID)
	}
	// A version younger than the default one was perhaps the default until it was taken
	// back: only what it grants as well was granted all the time.
	delete(versions, kept.VersionID)
	for _, v := range versions {
		document, err := policy.Decode(v.Document)
		if err != nil || document == "" {
			return olderVersions{}
		}
		older.documents = append(older.documents, document)
	}
	older.since = made
	return older
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
