package actions

import (
	"fmt"
	"regexp"
	"strings"

	"roletrail/iam/policy"
)

// Decision is a decision that means commands.
type Decision string

// The decisions that mean commands. To keep a role, and to make an exception for it, means
// to do nothing.
const (
	Trim   Decision = "trim"
	Remove Decision = "remove"
)

// Order is a decision about a role, with what carrying it out takes.
type Order struct {
	Decision Decision
	// The role, as the newest inventory has it.
	RoleName, RoleARN, RoleID, AccountID string
	// By decided it, and Reason is why; both are for those who read, and may be empty.
	By, Reason string
	// Review is the review that it was decided in: 2026Q3, or the day on which its window
	// ends.
	Review string
	// Today are the policies that the role has, for Trim.
	Today []policy.Source
	// Drafts are the policies that take their place, for Trim.
	Drafts []policy.Draft
	// Dropped is how many permissions these take away, and Unsure how many of them the logs
	// do not prove to be unused.
	Dropped, Unsure int64
	// WhyNot says why there are no commands; empty if there are.
	WhyNot string
}

// What IAM allows names to be. Sources: IAM's API reference, CreateRole, CreatePolicy and
// PutRolePolicy.
var (
	nameOfRole   = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,64}$`)
	nameOfInline = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,128}$`)
	idOfRole     = regexp.MustCompile(`^AROA[A-Z0-9]{4,124}$`)
	idOfAccount  = regexp.MustCompile(`^[0-9]{12}$`)
	arnOfRole    = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::[0-9]{12}:role/[!-~]{1,600}$`)
	arnOfPolicy  = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[!-~]{1,700}$`)
	nameOfReview = regexp.MustCompile(`^[0-9]{4}(Q[1-4]|-[0-9]{2}-[0-9]{2})$`)
)

const inline = "inline:"

// whyNot says why there are no commands: what the order itself says, or that one of its
// names is none that IAM could have.
func (o *Order) whyNot() string {
	switch {
	case o.WhyNot != "":
		return o.WhyNot
	case o.Decision != Trim && o.Decision != Remove:
		return "nothing has to be done for this decision"
	case !nameOfRole.MatchString(o.RoleName):
		return "the name of the role is none that IAM takes"
	case !idOfRole.MatchString(o.RoleID):
		return "the id of the role is none that IAM gives"
	case !idOfAccount.MatchString(o.AccountID):
		return "the role's account is none"
	case !arnOfRole.MatchString(o.RoleARN) || !strings.HasSuffix(o.RoleARN, "/"+o.RoleName) || !strings.Contains(o.RoleARN, "::"+o.AccountID+":"):
		return "the role's ARN is not that of its name and account"
	case !nameOfReview.MatchString(o.Review):
		return "the review has no name that a policy can have"
	case strings.Contains(o.RoleARN, ":role/aws-service-role/"):
		return "AWS owns the role"
	case strings.Contains(o.RoleARN, ":role/aws-reserved/sso.amazonaws.com/"):
		return "the role belongs to a permission set: change that in Identity Center, which overwrites the role"
	}
	for _, s := range o.Today {
		name, isInline := strings.CutPrefix(s.Name, inline)
		if isInline && !nameOfInline.MatchString(name) || !isInline && !arnOfPolicy.MatchString(name) {
			return "it has a policy whose name is none that IAM takes"
		}
	}
	return ""
}

// attached are the ARNs of the managed policies that the role has today.
func (o *Order) attached() (arns []string) {
	for _, s := range o.Today {
		if !strings.HasPrefix(s.Name, inline) {
			arns = append(arns, s.Name)
		}
	}
	return arns
}

// inlined are the policies that stand in the role itself, by their names.
func (o *Order) inlined() (list []policy.Source) {
	for _, s := range o.Today {
		if name, ok := strings.CutPrefix(s.Name, inline); ok {
			list = append(list, policy.Source{Name: name, Document: s.Document})
		}
	}
	return list
}

// partition is that of the role's ARN: aws, aws-cn, aws-us-gov.
func (o *Order) partition() string { return arnOfRole.FindStringSubmatch(o.RoleARN)[1] }

// maxNewName leaves room for what stands behind the name of the role: IAM takes 128.
const maxNewName = 100

// newName is the name of the nth policy, from 1, that the role gets.
func (o *Order) newName(n int) string {
	name := o.RoleName[:min(len(o.RoleName), maxNewName)] + "-trimmed-" + o.Review
	if n > 1 {
		name += fmt.Sprintf("-%d", n)
	}
	return name
}
