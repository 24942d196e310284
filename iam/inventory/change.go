package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Change is an event that succeeded in changing a role or a managed policy, as
// CloudTrail logged it.
type Change struct {
	// ID is the event's; it decides between changes of one moment, since a log knows
	// seconds only.
	ID        string
	Time      time.Time
	AccountID string
	// Name is the event's, one that [Replays] knows.
	Name string
	// Request and Response are requestParameters and responseElements as JSON; nil
	// where the record has none, as AWS does above 100 KB.
	Request, Response []byte
}

// Replays says whether [Replay] knows what an event of iam.amazonaws.com does, by its
// name.
func Replays(eventName string) bool { return order(eventName) != 0 }

// Dates says whether an event of iam.amazonaws.com can bear on the ages of grants, see
// [Inventory.DateGrants]: it makes or takes away a role, a policy or what a role has of
// them. All that do are replayed.
func Dates(eventName string) bool {
	switch eventName {
	case "UpdateAssumeRolePolicy", "UpdateRole", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "TagRole", "UntagRole",
		"AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile":
		return false
	}
	return Replays(eventName)
}

// order is in which order changes of one moment are taken: what is made is there
// before it is changed, and what is taken away is gone. 0 stands for other events.
func order(eventName string) int {
	switch eventName {
	case "CreateRole", "CreateServiceLinkedRole", "CreatePolicy":
		return 1
	case "UpdateAssumeRolePolicy", "UpdateRole", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary", "TagRole",
		"AddRoleToInstanceProfile", "CreatePolicyVersion", "SetDefaultPolicyVersion":
		return 2
	case "DeleteRolePolicy", "DetachRolePolicy", "DeleteRolePermissionsBoundary", "UntagRole", "RemoveRoleFromInstanceProfile", "DeletePolicyVersion":
		return 3
	case "DeleteRole", "DeleteServiceLinkedRole", "DeletePolicy":
		return 4
	}
	return 0
}

// inOrder returns the changes in the order in which they are taken.
func inOrder(changes []Change) []Change {
	sorted := slices.Clone(changes)
	slices.SortStableFunc(sorted, func(a, b Change) int {
		return cmp.Or(a.Time.Compare(b.Time), order(a.Name)-order(b.Name), strings.Compare(a.ID, b.ID))
	})
	return sorted
}

// request is what the request parameters of the changes hold between them.
type request struct {
	RoleName                 string          `json:"roleName"`
	Path                     string          `json:"path"`
	AssumeRolePolicyDocument json.RawMessage `json:"assumeRolePolicyDocument"`
	MaxSession               int64           `json:"maxSessionDuration"`
	Boundary                 string          `json:"permissionsBoundary"`
	Tags                     json.RawMessage `json:"tags"`
	TagKeys                  []string        `json:"tagKeys"`
	InstanceProfile          string          `json:"instanceProfileName"`
	PolicyName               string          `json:"policyName"`
	PolicyARN                string          `json:"policyArn"`
	PolicyDocument           json.RawMessage `json:"policyDocument"`
	VersionID                string          `json:"versionId"`
	SetAsDefault             bool            `json:"setAsDefault"`
}

// response is what their response elements hold.
type response struct {
	Role struct {
		ARN                      string          `json:"arn"`
		RoleID                   string          `json:"roleId"`
		AssumeRolePolicyDocument json.RawMessage `json:"assumeRolePolicyDocument"`
	} `json:"role"`
	Policy struct {
		ARN              string `json:"arn"`
		DefaultVersionID string `json:"defaultVersionId"`
	} `json:"policy"`
	PolicyVersion struct {
		VersionID string `json:"versionId"`
	} `json:"policyVersion"`
}

// parameters reads what a change holds; odd fields are named and the others kept.
func (c *Change) parameters() (in request, out response, err error) {
	read := func(raw []byte, into any) error {
		if len(raw) == 0 {
			return nil
		}
		return explain(json.Unmarshal(raw, into))
	}
	return in, out, errors.Join(read(c.Request, &in), read(c.Response, &out))
}

// where names the change in a problem.
func (c *Change) where() string {
	return fmt.Sprintf("event %.64q (%s of account %s, %s)", c.ID, c.Name, c.AccountID, c.Time.UTC().Format(time.RFC3339))
}
