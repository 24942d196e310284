package reach

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"roletrail/iam"
	"roletrail/iam/history"
)

// Change is a role change as CloudTrail logged it.
type Change struct {
	history.Change
	Source string // eventSource
	Kind   string // of change, see package rolechange
	Policy string // ARN of the policy of IAM that the record names
	// NamesRoles says whether the record names a role.
	NamesRoles bool
	// Succeeded is false for attempts.
	Succeeded bool
}

const (
	organizationsSource = "organizations.amazonaws.com"
	ssoSource           = "sso.amazonaws.com"
)

// named is what a record names, in the parameters or in the answer. Members match in any case
// (P26).
type named struct {
	PermissionSetARN         text
	PolicyID                 text
	TargetID                 text
	RootID                   text
	AccountID                text
	SAMLProviderARN          text
	OpenIDConnectProviderARN text
	Name                     text
	PermissionSet            struct{ PermissionSetARN text }
}

// text is a string of JSON; anything else, or one that is no name or ARN, is empty.
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil && isPlain(s) {
		*t = text(s)
	}
	return nil
}

// isPlain says whether a text can be a name, an id or an ARN: it becomes a part of a subject.
func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && strings.IndexByte("+=,.@_-/:", c) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= iam.MaxARNLength
}

// maxJSON is the largest field of a record that is read, in bytes; see rolechange.
const maxJSON = 512 << 10

func read(c *Change) (request, response named) {
	for raw, into := range map[*[]byte]*named{&c.Request: &request, &c.Response: &response} {
		if r := bytes.TrimSpace(*raw); len(r) > 0 && len(r) <= maxJSON && r[0] == '{' {
			_ = json.Unmarshal(r, into) // what can be read is
		}
	}
	return request, response
}

// set is the permission set that a change is about, provider the identity provider.
func set(request, response named) string {
	return string(cmp.Or(request.PermissionSetARN, response.PermissionSet.PermissionSetARN))
}

func provider(request, response named) string {
	return string(cmp.Or(request.SAMLProviderARN, request.OpenIDConnectProviderARN, response.SAMLProviderARN, response.OpenIDConnectProviderARN))
}
