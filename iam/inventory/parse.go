package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// howTo ends every error about a file that is no inventory.
const howTo = "an inventory is made by `aws iam get-account-authorization-details > roles.json`"

// Parse reads the inventory r. name is the file's name for messages; it is data
// and never opened.
//
// The error says that the file as a whole is unusable (no JSON, no inventory, cut
// off, over a limit as a *LimitError, or r's own) and names it; all else is in
// Problems.
func Parse(r io.Reader, name string, limits Limits) (*Inventory, error) {
	p := parser{limits: limits.orDefault(), file: newFile(name)}
	if err := p.run(r); err != nil {
		return nil, fmt.Errorf("reading inventory %q: %w", name, err)
	}
	p.file.noteUnknownAccount()
	return build([]*file{p.file}), nil
}

// parser reads one file.
type parser struct {
	limits Limits
	in     *guard
	dec    *json.Decoder
	file   *file
	page   page
}

func (p *parser) run(r io.Reader) error {
	plain, err := unpack(r)
	if err != nil {
		return err
	}
	p.in = newGuard(plain, p.limits)
	p.dec = json.NewDecoder(p.in)
	for {
		tok, err := p.dec.Token()
		switch {
		case err == io.EOF && p.file.pages == 0:
			return errors.New("it holds no page: " + howTo)
		case err == io.EOF:
			return nil
		case err != nil:
			return p.describe(err)
		}
		if err := p.document(tok); err != nil {
			return p.describe(err)
		}
	}
}

// document reads one JSON document, whose first token is tok: a page or a list
// of pages.
func (p *parser) document(tok json.Token) error {
	switch tok {
	case json.Delim('{'):
		return p.readPage()
	case json.Delim('['):
		return p.each(func() error {
			tok, err := p.dec.Token()
			if err != nil {
				return err
			}
			if tok != json.Delim('{') {
				return p.notAnInventory("element of the list is no JSON object")
			}
			return p.readPage()
		})
	}
	return p.notAnInventory("is no JSON object")
}

// each calls read for every element of the list the decoder stands in, and
// leaves the list.
func (p *parser) each(read func() error) error {
	for p.dec.More() {
		if err := read(); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

func (p *parser) notAnInventory(what string) error {
	return fmt.Errorf("document %d %s: %s", p.file.pages+1, what, howTo)
}

// describe turns the decoder's errors into ones that say what to do.
func (p *parser) describe(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the JSON ends early, after %d bytes: the file was cut off, make it again; %s: %w",
			p.limits.Bytes-p.in.left, howTo, io.ErrUnexpectedEOF)
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not JSON near byte %d: %w; %s", p.dec.InputOffset(), err, howTo)
	}
	return err
}
