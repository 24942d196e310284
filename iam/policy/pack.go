package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

const (
	// MaxManaged is the size of a managed policy in characters that are not white
	// space, beyond which IAM refuses it.
	MaxManaged = 6144
	// MaxAttached is how many managed policies a role may have, unless AWS raises
	// the quota.
	MaxAttached = 10
)

// pack puts statements into as few drafts as it finds, each within MaxManaged: every
// statement goes into the first that has room. One too large is taken apart first.
func pack(statements []DraftStatement) ([]Draft, error) {
	var pieces []DraftStatement
	for _, s := range statements {
		parts, err := takeApart(s)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, parts...)
	}
	name(pieces)
	var drafts []Draft
	var room []int
	for _, s := range pieces {
		need := s.size() + len(",")
		i := slices.IndexFunc(room, func(left int) bool { return left >= need })
		if i < 0 {
			i = len(drafts)
			drafts = append(drafts, Draft{Version: draftVersion})
			room = append(room, MaxManaged-len(`{"Version":"","Statement":[]}`)-len(draftVersion))
		}
		drafts[i].Statements = append(drafts[i].Statements, s)
		room[i] -= need
	}
	return drafts, nil
}

// largestPiece leaves room for the document around it and for a Sid.
const largestPiece = MaxManaged - 200

// takeApart makes statements of a size that fits out of one, which together mean the
// same: what any of them allows or denies is allowed or denied. Lists of exceptions
// cannot be taken apart.
func takeApart(s DraftStatement) ([]DraftStatement, error) {
	if s.size() <= largestPiece {
		return []DraftStatement{s}, nil
	}
	first, rest := s, s
	if actions := s.Actions; len(actions) > 1 && s.with(longest(actions)).size() <= largestPiece {
		n := sort.Search(len(actions), func(n int) bool { return s.with(actions[:n+1]...).size() > largestPiece })
		first.Actions, rest.Actions = actions[:n], actions[n:]
	} else if half := len(s.Resources) / 2; half > 0 {
		first.Resources, rest.Resources = s.Resources[:half], s.Resources[half:]
	} else {
		return nil, fmt.Errorf("cutting a statement to size: %.80q… has %d characters, a managed policy may have %d, and it cannot be taken apart; shorten it first",
			s.compact(), s.size(), MaxManaged)
	}
	pieces, err := takeApart(first)
	if err != nil {
		return nil, err
	}
	more, err := takeApart(rest)
	return append(pieces, more...), err
}

func (s DraftStatement) with(actions ...string) DraftStatement {
	s.Actions = actions
	return s
}

func longest(list []string) string {
	return slices.MaxFunc(list, func(a, b string) int { return len(a) - len(b) })
}

// size counts all characters of the compact form; those of several bytes, and spaces
// in texts, which IAM may not count, as they come.
func (s DraftStatement) size() int { return len(s.compact()) }

func (s DraftStatement) compact() []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // texts encode, and conditions were JSON before
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// name gives statements their Sids: the service, or Deny, and a number if there are
// several. Sids are letters and digits alone.
func name(statements []DraftStatement) {
	count := map[string]int{}
	for i := range statements {
		s := &statements[i]
		s.Sid = "Deny"
		if s.Effect == "Allow" {
			s.Sid = sidOf(s.Actions[0])
		}
		if count[s.Sid]++; count[s.Sid] > 1 {
			s.Sid += fmt.Sprintf("Part%d", count[s.Sid])
		}
	}
}

func sidOf(action string) string {
	service := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, ServiceOf(action))
	if service == "" {
		return "Any"
	}
	service = service[:min(len(service), 64)]
	return strings.ToUpper(service[:1]) + service[1:]
}
