package inventory

import (
	"errors"
	"fmt"
	"time"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// permissions is what is known of the policies of a role.
type permissions struct {
	attached []string // ARNs of managed policies
	// attachedAt is since when, of those of which an event tells.
	attachedAt map[string]time.Time
	inline     []Policy // unreadable ones too, without their document
	listed     bool     // both lists of policies were there
	// boundaryUnread: there is a permissions boundary whose ARN cannot be read.
	boundaryUnread bool
}

// AttachedPolicies are the ARNs of the managed policies that the role has, as the
// inventory lists them; listed is false where it does not list the role's policies,
// attached and inline, in full. The list is shared and must not be changed.
func (r *Role) AttachedPolicies() (arns []string, listed bool) {
	return r.perms.attached, r.perms.listed
}

// permissions reads the policies of a role. Every bad inline document is noted
// under its name, the others still count.
func (b *roleBuilder) permissions() permissions {
	b.note("inline policies", explain(b.raw.Inline.err))
	b.note("attached policies", explain(b.raw.Attached.err))
	p := permissions{listed: b.raw.Inline.complete() && b.raw.Attached.complete()}
	for _, in := range b.raw.Inline.items {
		text, err := readDocument(in.Document)
		if errors.Is(err, policy.ErrNoStatement) {
			err = nil // an empty policy is a policy that grants nothing
		}
		b.note(fmt.Sprintf("inline policy %s", name(in.Name)), err)
		p.inline = append(p.inline, Policy{Name: in.Name, Document: text})
	}
	for _, a := range b.raw.Attached.items {
		if _, err := iam.ParseARN(a.ARN); err != nil {
			b.note("attached policy", err)
		}
		p.attached = append(p.attached, a.ARN)
	}
	return p
}

// boundary returns the ARN of the permissions boundary. One that is there but
// cannot be read still bounds the role: it is noted, and nothing the role may do is
// certain then.
func (b *roleBuilder) boundary() (arn string, unread bool) {
	if b.raw.Boundary == nil {
		return "", false
	}
	if _, err := iam.ParseARN(b.raw.Boundary.ARN); err != nil {
		b.note("permissions boundary", err)
		return "", true
	}
	return b.raw.Boundary.ARN, false
}
