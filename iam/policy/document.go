package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"roletrail/iam"
)

// Limits of one document, over all of its statements. IAM accepts 10,240
// characters from its users; AWS's own service roles name over 2,000 actions.
const (
	MaxStatements = 1000
	// MaxPatterns is the largest number of action patterns.
	MaxPatterns = 20_000
	// MaxWidePatterns is the largest number of action patterns that do not begin
	// with a service in full ("*", "*:Get*") and so must be held against every
	// action there is. IAM accepts hardly any but "*".
	MaxWidePatterns = 100
	// MaxPatternLength is the longest action pattern, in bytes. A name of an action
	// has at most 128 characters.
	MaxPatternLength = 256
)

// Document is a policy document taken apart.
type Document struct {
	// Version is as written; empty when it is missing, which means 2008-10-17.
	Version string
	// ID is the optional Id.
	ID string
	// Statements are those that could be read, in order.
	Statements []Statement
	// Unknown are the keys beside those of AWS's grammar, as they were.
	Unknown map[string]json.RawMessage
}

// HasVariables says whether ${…} in resources and conditions stands for a value
// of the request. Version 2008-10-17, and with it a missing Version, has no
// variables: there the text means itself.
func (d Document) HasVariables() bool { return d.Version == "2012-10-17" }

// ErrNoStatement says that a document holds no statement: it grants nothing.
var ErrNoStatement = errors.New("it has no Statement")

// StatementError says which statement of a document could not be read.
type StatementError struct {
	// Number is the position of the statement in the document, from 0. (The text
	// of the error counts from 1.)
	Number int
	// Sid is the statement's Sid, if it could be read.
	Sid string
	// MayDeny: the statement is not known to be an Allow, so that what it denies
	// is not known.
	MayDeny bool
	Err     error
}

func (e *StatementError) Error() string {
	if e.Sid != "" {
		return fmt.Sprintf("parsing policy: statement %d (Sid %.80q): %v", e.Number+1, e.Sid, e.Err)
	}
	return fmt.Sprintf("parsing policy: statement %d: %v", e.Number+1, e.Err)
}

func (e *StatementError) Unwrap() error { return e.Err }

// Parse takes the text of a document, as Decode returns it, apart. A document
// without statements is ErrNoStatement. With any other error the statements that
// could be read are returned beside it; errors that concern one statement are of
// type StatementError, several are joined (errors.Join).
//
// Keys match in any case of A to Z: AWS itself refuses odd case, files written by hand
// have it. A key that stands twice in the document or in a statement makes that one
// unreadable, as AWS refuses it.
func Parse(text string) (Document, error) {
	if !json.Valid([]byte(text)) {
		var ignored json.RawMessage
		return Document{}, fmt.Errorf("parsing policy: %w", json.Unmarshal([]byte(text), &ignored))
	}
	raw := trim([]byte(text))
	if _, err := object(raw, true); err != nil {
		return Document{}, fmt.Errorf("parsing policy: %w", err)
	}
	var doc Document
	var statements []json.RawMessage
	var errs []error
	for _, m := range split(raw) {
		if lower(m.key) == "statement" {
			statements = elements(m.value)
		} else if err := doc.read(m); err != nil {
			errs = append(errs, fmt.Errorf("parsing policy: %s: %w", m.key, err))
		}
	}
	if len(statements) == 0 {
		errs = append(errs, fmt.Errorf("parsing policy: %w", ErrNoStatement))
	}
	return doc, errors.Join(append(errs, doc.readStatements(statements)...)...)
}

// read takes one key of the outermost object.
func (d *Document) read(m member) (err error) {
	switch lower(m.key) {
	case "version":
		d.Version, err = optionalText(m.value)
	case "id":
		d.ID, err = optionalText(m.value)
	default:
		keep(&d.Unknown, m)
	}
	return err
}

// readStatements takes the statements, as far as the limits go.
func (d *Document) readStatements(items []json.RawMessage) (errs []error) {
	var total size
	for i, item := range items {
		if i == MaxStatements {
			return append(errs, fmt.Errorf("parsing policy: %d statements are over the limit of %d: the rest is left out", len(items), MaxStatements))
		}
		s, err := parseStatement(item)
		s.Number = i
		if err == nil {
			err = total.add(s)
		}
		if err != nil {
			errs = append(errs, &StatementError{Number: i, Sid: s.Sid, MayDeny: !s.Allow, Err: err})
			continue
		}
		d.Statements = append(d.Statements, s)
	}
	return errs
}

// size counts what a document's evaluation costs.
type size struct{ patterns, wide int }

// add counts a statement in, unless it would go over a limit.
func (z *size) add(s Statement) error {
	sum := *z
	for _, p := range slices.Concat(s.Actions, s.NotActions) {
		if len(p) > MaxPatternLength {
			return fmt.Errorf("an action pattern of %d bytes is over the limit of %d", len(p), MaxPatternLength)
		}
		if _, ok := literalService(p); !ok {
			sum.wide++
		}
		sum.patterns++
	}
	for _, p := range slices.Concat(s.Resources, s.NotResources) {
		if len(p) > iam.MaxARNLength {
			return fmt.Errorf("a resource pattern of %d bytes is over the limit of %d", len(p), iam.MaxARNLength)
		}
	}
	if sum.patterns > MaxPatterns || sum.wide > MaxWidePatterns {
		return fmt.Errorf("with it, the document has %d action patterns, %d of them of no certain service, over the limits of %d and %d",
			sum.patterns, sum.wide, MaxPatterns, MaxWidePatterns)
	}
	*z = sum
	return nil
}

// optionalText is text, or empty for null.
func optionalText(raw json.RawMessage) (string, error) {
	if isNull(raw) {
		return "", nil
	}
	return text(raw)
}

// keep notes an unknown key.
func keep(unknown *map[string]json.RawMessage, m member) {
	if *unknown == nil {
		*unknown = map[string]json.RawMessage{}
	}
	(*unknown)[m.key] = m.value
}

// MayHideDeny says whether what err of Decode, Parse or Compile reports may be a
// Deny: then the document may deny what its other statements allow. Only a document
// without statements and an unreadable Allow hide none.
func MayHideDeny(err error) bool {
	// errors.As would look into a statement's own errors first.
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(joined.Unwrap(), MayHideDeny)
	}
	if s := (*StatementError)(nil); errors.As(err, &s) {
		return s.MayDeny
	}
	return err != nil && !errors.Is(err, ErrNoStatement)
}
