package unusual

import (
	"strings"

	"roletrail/iam"
)

// RoleKey names a role by account and name, without the path that some records leave out;
// empty if it is no role's ARN.
func RoleKey(arn string) string {
	a, err := iam.ParseARN(arn)
	if err != nil {
		return ""
	}
	_, name, ok := a.Role()
	if !ok {
		return ""
	}
	return a.AccountID + "/" + name
}

// shortRole is a role's name in a text.
func shortRole(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// Habitual is a caller without what differs each time: of a job of GitHub or GitLab the
// branch, of users of Cognito who they are. The first job of a branch is no new caller.
func Habitual(caller string) string {
	rest, ok := strings.CutPrefix(caller, "oidc:")
	if !ok {
		return caller
	}
	if provider, _, _ := strings.Cut(rest, "/"); strings.HasPrefix(provider, "cognito-identity.") {
		return "oidc:" + provider
	}
	for _, prefix := range [...]string{"repo:", "project_path:"} {
		at := strings.Index(rest, "/"+prefix)
		if at < 0 {
			continue
		}
		name, _, _ := strings.Cut(rest[at+1+len(prefix):], ":")
		return "oidc:" + rest[:at+1] + prefix + name
	}
	return caller
}

// accountOf is the account of a caller; empty if its text names none.
func accountOf(caller string) string {
	if a, err := iam.ParseARN(caller); err == nil {
		return a.AccountID
	}
	if account, _, _ := strings.Cut(caller, ":"); iam.IsAccountID(account) {
		return account
	}
	return ""
}
