package iam

import (
	"regexp"
	"strings"
)

// permissionSetPath is where Identity Center keeps its roles. IAM lets nobody else make a
// role there, so that a name tells the permission set only beside it.
const permissionSetPath = "/aws-reserved/sso.amazonaws.com/"

var permissionSetRole = regexp.MustCompile(`^AWSReservedSSO_(.+)_[0-9a-f]{16}$`)

// PermissionSet is the name of the permission set of Identity Center that an IAM role
// belongs to, as those who made it call it (P8). ok is false for any other ARN.
func (a ARN) PermissionSet() (name string, ok bool) {
	path, role, ok := a.Role()
	if !ok || !strings.HasPrefix(path, permissionSetPath) {
		return "", false
	}
	found := permissionSetRole.FindStringSubmatch(role)
	if found == nil {
		return "", false
	}
	return found[1], true
}
