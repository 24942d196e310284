package history

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// Change is an event of iam.amazonaws.com that succeeded, as CloudTrail logged it.
type Change struct {
	ID        string // of the event
	Time      time.Time
	AccountID string
	Name      string // eventName
	// Request and Response are requestParameters and responseElements as JSON; empty where
	// the record has none.
	Request, Response []byte
}

// turns are the events that tell of documents or settings, with their turn among those of one moment.
var turns = map[string]int{
	"CreateRole": 1, "CreateServiceLinkedRole": 1, "CreateUser": 1, "CreateGroup": 1, "CreatePolicy": 1,
	"UpdateAssumeRolePolicy": 2, "PutRolePolicy": 2, "PutUserPolicy": 2, "PutGroupPolicy": 2, "PutRolePermissionsBoundary": 2, "CreatePolicyVersion": 2,
	"UpdateRole": 2, "TagRole": 2, "UntagRole": 2, "SetDefaultPolicyVersion": 2, "AttachRolePolicy": 2, "AttachUserPolicy": 2, "AttachGroupPolicy": 2,
	"DeleteRolePolicy": 3, "DeleteUserPolicy": 3, "DeleteGroupPolicy": 3, "DeleteRolePermissionsBoundary": 3, "DeletePolicyVersion": 3,
	"DetachRolePolicy": 3, "DetachUserPolicy": 3, "DetachGroupPolicy": 3,
	"DeleteRole": 4, "DeleteServiceLinkedRole": 4, "DeleteUser": 4, "DeleteGroup": 4, "DeletePolicy": 4,
}

// Tells says whether an event of iam.amazonaws.com tells of documents, by its name.
func Tells(eventName string) bool { return turns[eventName] != 0 }

// Moment is when the change came to hold.
func (c *Change) Moment() Moment { return Moment{At: c.Time, Turn: turns[c.Name], Event: c.ID} }

// Later says whether a change counts after another one.
func (c *Change) Later(than *Change) bool { return c.Moment().compare(than.Moment()) > 0 }

// request and response are what the parameters of the changes hold between them. What
// may come in several forms is raw, so that one odd field hides no other.
type request struct {
	RoleName, UserName, GroupName text
	AssumeRolePolicyDocument      json.RawMessage
	PermissionsBoundary           text
	PolicyName                    text
	PolicyARN                     text
	PolicyDocument                json.RawMessage
	VersionID                     text
	SetAsDefault                  json.RawMessage
	MaxSessionDuration            number
	Tags                          list[struct{ Key text }]
	TagKeys                       list[text]
}

type response struct {
	Role struct {
		ARN                      text
		AssumeRolePolicyDocument json.RawMessage
		MaxSessionDuration       number
	}
	Policy struct {
		ARN              text
		DefaultVersionID text
	}
	PolicyVersion struct{ VersionID text }
}

// text is a string of JSON; anything else is empty.
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		*t = text(s)
	}
	return nil
}

// number is a whole number of JSON; anything else is 0.
type number int64

// UnmarshalJSON implements [json.Unmarshaler].
func (n *number) UnmarshalJSON(raw []byte) error {
	var i int64
	if err := json.Unmarshal(raw, &i); err == nil {
		*n = number(i)
	}
	return nil
}

// list is a list of JSON; anything else is empty.
type list[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *list[T]) UnmarshalJSON(raw []byte) error {
	var all []T
	if err := json.Unmarshal(raw, &all); err == nil {
		*l = all
	}
	return nil
}

// reading is a change with what its parameters hold.
type reading struct {
	*Change
	in  request
	out response
	// bare: the record has no parameters, so that what was changed is not known.
	bare bool
}

// maxJSON is the largest field of a record that is read, in bytes; see rolechange.
const maxJSON = 512 << 10

func read(c *Change) *reading {
	r := &reading{Change: c}
	hasRequest := readInto(c.Request, &r.in)
	hasResponse := readInto(c.Response, &r.out)
	r.bare = !hasRequest && !(hasResponse && strings.HasPrefix(c.Name, "Create"))
	return r
}

// readInto reads an object, and says whether there was one. Fields of an unexpected kind
// are as if they were not there.
func readInto(raw []byte, into any) bool {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' || len(raw) > maxJSON {
		return false
	}
	_ = json.Unmarshal(raw, into) // the others are read
	return true
}

// owner is whose inline policy or attachment the change is about: kind and name.
func (r *reading) owner() (kind, name string) {
	switch {
	case strings.Contains(r.Name, "User"):
		return "user", string(r.in.UserName)
	case strings.Contains(r.Name, "Group"):
		return "group", string(r.in.GroupName)
	}
	if name := string(r.in.RoleName); name != "" {
		return "role", name
	}
	arn, _ := iam.ParseARN(string(r.out.Role.ARN))
	_, name, _ = arn.Role()
	return "role", name
}

// policyARN is that of the managed policy the change is about; empty if it names none.
func (r *reading) policyARN() string {
	arn := string(r.in.PolicyARN)
	if r.Name == "CreatePolicy" {
		arn = string(r.out.Policy.ARN)
	}
	if a, err := iam.ParseARN(arn); err != nil || a.Service != "iam" || strings.ContainsAny(arn, " \x00") {
		return ""
	}
	return arn
}

// versionID is that of the version which the change made, chose or deleted.
func (r *reading) versionID() string {
	id := string(cmp.Or(r.in.VersionID, r.out.PolicyVersion.VersionID, r.out.Policy.DefaultVersionID))
	if id == "" && r.Name == "CreatePolicy" {
		id = "v1"
	}
	if !isName(id) {
		return ""
	}
	return id
}

// inForce says whether a new version of a policy is the default one at once.
func (r *reading) inForce() bool {
	value := strings.Trim(string(r.in.SetAsDefault), `"`)
	return r.Name == "CreatePolicy" || strings.EqualFold(value, "true")
}

// document reads a policy document; empty if there is none that can be read.
func document(raw json.RawMessage) string {
	decoded, err := policy.Decode(raw)
	if err != nil {
		return ""
	}
	return decoded
}

// trustDocument is the trust policy of the change.
func (r *reading) trustDocument() string {
	if r.Name == "UpdateAssumeRolePolicy" {
		return document(r.in.PolicyDocument)
	}
	if len(r.in.AssumeRolePolicyDocument) > 0 {
		return document(r.in.AssumeRolePolicyDocument)
	}
	return document(r.out.Role.AssumeRolePolicyDocument)
}
