package review

import (
	"strings"

	"roletrail/iam"
	"roletrail/queries"
)

// principal is a cell of a report with the principals in it named as people name them. A
// table that is as wide as it gets keeps their ARNs, which commands need; so do the other
// formats, for programs.
func principal(o Options, column queries.Column, cell any) any {
	switch column.Name {
	case "caller":
		if who, is := cell.(string); is && o.Report == "unexpected" {
			cell = deletedPrincipal(who)
		}
	case "role_arn", "role_arns", "via_role", "via", "actor", "last_caller":
	default:
		return cell
	}
	if o.Wide || o.Report == "" {
		return cell
	}
	if list, is := cell.([]any); is {
		names := make([]any, len(list))
		for i, element := range list {
			names[i] = permissionSet(element)
		}
		return names
	}
	return permissionSet(cell)
}

// permissionSet names a role of Identity Center by its account and its permission set: of
// the role's own name a narrow table shows the hash alone. Anything else stays as it is.
func permissionSet(cell any) any {
	text, _ := cell.(string)
	arn, err := iam.ParseARN(text)
	if err != nil {
		return cell
	}
	if set, ok := arn.PermissionSet(); ok {
		return arn.AccountID + " permission set " + set
	}
	return cell
}

// deletedPrincipal says what the id of a role or user in place of its ARN means: IAM
// shows a principal of a trust policy so once it was deleted (iam-data 5).
func deletedPrincipal(caller string) string {
	for prefix, what := range map[string]string{"AROA": "role", "AIDA": "user"} {
		if strings.HasPrefix(caller, prefix) && !strings.ContainsAny(caller, ":/") {
			return "deleted " + what + " " + caller
		}
	}
	return caller
}
