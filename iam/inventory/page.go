package inventory

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"roletrail/iam"
)

// page is what is remembered of the page being read.
type page struct {
	known     bool            // one of its keys is an inventory's
	truncated bool            // it says that more pages follow
	accounts  map[string]bool // that its ARNs name
	keys      []string        // the first keys found, for messages
}

// readPage reads one page, whose opening brace has been read.
func (p *parser) readPage() error {
	p.page = page{accounts: map[string]bool{}}
	err := p.each(func() error {
		tok, err := p.dec.Token()
		if err != nil {
			return err
		}
		key, _ := tok.(string)
		return p.readKey(key)
	})
	if err != nil {
		return err
	}
	if !p.page.known {
		return p.notAnInventory(fmt.Sprintf(
			"has none of the keys RoleDetailList, UserDetailList, GroupDetailList, Policies (it has %s)", p.page.found()))
	}
	p.file.pages++
	p.file.endPage(p.page)
	return nil
}

func (p *parser) readKey(key string) error {
	if len(p.page.keys) < 4 {
		p.page.keys = append(p.page.keys, fmt.Sprintf("%.40q", key))
	}
	switch key {
	case "RoleDetailList":
		p.page.known = true
		return p.list(key, p.readRole)
	case "UserDetailList", "GroupDetailList":
		p.page.known = true
		return p.list(key, p.readOther)
	case "Policies":
		return p.list(key, p.readPolicy)
	case "IsTruncated", "NextToken":
		return p.readMore()
	}
	var ignored json.RawMessage
	return p.dec.Decode(&ignored)
}

// list calls read for every element of the list that is the value of key.
func (p *parser) list(key string, read func() error) error {
	tok, err := p.dec.Token()
	switch {
	case err != nil:
		return err
	case tok == nil: // null: some SDKs print empty lists so
		return nil
	case tok != json.Delim('['):
		return fmt.Errorf("page %d: %s is not a list: %s", p.file.pages+1, key, howTo)
	}
	return p.each(read)
}

// readMore reads a key by which a page says that more follow: IsTruncated, or
// NextToken, which the AWS CLI puts there under --max-items.
func (p *parser) readMore() error {
	var raw json.RawMessage
	if err := p.dec.Decode(&raw); err != nil {
		return err
	}
	switch string(raw) {
	case "false", "null", `""`, `"false"`, `"False"`:
	default:
		p.page.truncated = true
	}
	return nil
}

// readOther reads a user or a group: only whose account it is matters here.
func (p *parser) readOther() error {
	var raw struct {
		ARN string `json:"Arn"`
	}
	if err := tolerate(p.dec.Decode(&raw)); err != nil {
		return err
	}
	p.page.noteAccount(raw.ARN)
	return nil
}

// noteAccount remembers the account of an ARN, if it has one.
func (pg *page) noteAccount(arn string) {
	if a, err := iam.ParseARN(arn); err == nil && iam.IsAccountID(a.AccountID) {
		pg.accounts[a.AccountID] = true
	}
}

func (pg *page) found() string {
	if len(pg.keys) == 0 {
		return "no key"
	}
	return strings.Join(pg.keys, ", ")
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
