package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Document is a policy document taken apart: its statements in order.
type Document struct {
	Statements []Statement
}

// Statement is one statement of a policy document.
type Statement struct {
	// Allow is true for Effect Allow, false for Deny.
	Allow bool
	// Principals and NotPrincipals are who the statement is about; only trust
	// and resource policies have them.
	Principals, NotPrincipals []Principal
	// HasNotPrincipal is true when the key NotPrincipal stands there at all.
	HasNotPrincipal         bool
	Actions, NotActions     []string
	Resources, NotResources []string
	// Conditional is true when the statement holds only under conditions.
	Conditional bool
}

// Principal is one principal of a statement.
type Principal struct {
	// Type is AWS, Service, Federated or CanonicalUser, in this spelling
	// whatever the document's; any other type is kept as written. A bare string
	// ("*") is of type AWS.
	Type string
	// Value is the ARN, account id, service host, provider or "*".
	Value string
}

// ErrNoStatement says that a document holds no statement: it grants nothing.
var ErrNoStatement = errors.New("it has no Statement")

// Parse takes the text of a document, as Decode returns it, apart. A document
// without statements is ErrNoStatement. With any other error the statements that
// could be read are returned beside it; the error names the statement, counted
// from 1.
func Parse(text string) (Document, error) {
	var top struct {
		Statement json.RawMessage `json:"Statement"`
	}
	if err := json.Unmarshal([]byte(text), &top); err != nil {
		return Document{}, fmt.Errorf("parsing policy: %w", err)
	}
	items := elements(top.Statement)
	if len(items) == 0 {
		return Document{}, fmt.Errorf("parsing policy: %w", ErrNoStatement)
	}
	var doc Document
	var errs []error
	for i, item := range items {
		s, err := parseStatement(item)
		if err != nil {
			errs = append(errs, fmt.Errorf("parsing policy: statement %d: %w", i+1, err))
			continue
		}
		doc.Statements = append(doc.Statements, s)
	}
	return doc, errors.Join(errs...)
}

// rawStatement is a statement as JSON. The keys match in any case: AWS itself
// refuses odd case, files written by hand have it.
type rawStatement struct {
	Effect       string          `json:"Effect"`
	Principal    json.RawMessage `json:"Principal"`
	NotPrincipal json.RawMessage `json:"NotPrincipal"`
	Action       json.RawMessage `json:"Action"`
	NotAction    json.RawMessage `json:"NotAction"`
	Resource     json.RawMessage `json:"Resource"`
	NotResource  json.RawMessage `json:"NotResource"`
	Condition    json.RawMessage `json:"Condition"`
}

func parseStatement(item json.RawMessage) (Statement, error) {
	var raw rawStatement
	if err := json.Unmarshal(item, &raw); err != nil {
		return Statement{}, fmt.Errorf("%q is not a statement with an Effect in text", clip(item))
	}
	s := Statement{
		Allow:           strings.EqualFold(raw.Effect, "Allow"),
		HasNotPrincipal: !isNull(raw.NotPrincipal),
		Conditional:     isConditional(raw.Condition),
	}
	if !s.Allow && !strings.EqualFold(raw.Effect, "Deny") {
		return Statement{}, fmt.Errorf("effect %q is neither Allow nor Deny", clip([]byte(raw.Effect)))
	}
	return s, s.fill(raw)
}

// fill reads the parts of a statement that are a string or a list.
func (s *Statement) fill(raw rawStatement) error {
	for _, part := range []struct {
		key string
		raw json.RawMessage
		to  *[]string
	}{
		{"Action", raw.Action, &s.Actions},
		{"NotAction", raw.NotAction, &s.NotActions},
		{"Resource", raw.Resource, &s.Resources},
		{"NotResource", raw.NotResource, &s.NotResources},
	} {
		var err error
		if *part.to, err = texts(part.raw); err != nil {
			return fmt.Errorf("%s: %w", part.key, err)
		}
	}
	var err error
	if s.Principals, err = parsePrincipals(raw.Principal); err != nil {
		return fmt.Errorf("principal: %w", err)
	}
	if s.NotPrincipals, err = parsePrincipals(raw.NotPrincipal); err != nil {
		return fmt.Errorf("NotPrincipal: %w", err)
	}
	return nil
}

// isConditional says whether a Condition block demands anything: absent, null
// and {} demand nothing; what is no object is taken to demand something.
func isConditional(raw json.RawMessage) bool {
	return !isNull(raw) && string(bytes.Join(bytes.Fields(raw), nil)) != "{}"
}
