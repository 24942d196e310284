package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"roletrail/iam"
	"roletrail/iam/policy"
	"roletrail/iam/trust"
)

// replayedRole is a role as the changes so far have left it.
type replayedRole struct {
	arn, id   string
	createdAt time.Time // zero if the logs did not make it
	// complete: nothing can be missing from what is known of its policies.
	complete bool
	// replaces: a role of its name was there when it was made.
	replaces bool

	trust      string
	maxSession int32
	boundary   string
	tags       map[string]string // nil: unknown
	attached   map[string]time.Time
	inline     map[string]Policy
	profiles   map[string]bool // instance profiles that the logs put it into, in lower case
}

func newReplayedRole(arn string) *replayedRole {
	return &replayedRole{arn: arn, attached: map[string]time.Time{}, inline: map[string]Policy{}, profiles: map[string]bool{}}
}

// lastPart is the name in the ARN of a role or policy.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func roleARN(account, path, roleName string) string {
	return "arn:aws:iam::" + account + ":role" + path + roleName
}

// isRoleOf says whether an ARN is that of a role of an account.
func isRoleOf(account, arn string) bool {
	parsed, err := iam.ParseARN(arn)
	_, roleName, ok := parsed.Role()
	return err == nil && ok && parsed.AccountID == account && isRoleName(roleName)
}

// isRoleName says whether s can be the name of a role.
func isRoleName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && !strings.ContainsRune("+=,.@_-", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= maxRoleName
}

// maxRoleName is how long IAM lets the name of a role be.
const maxRoleName = 64

// madeRole is the role that a change made; nil if the change does not say which.
func madeRole(c *Change, in request, out response) (*replayedRole, error) {
	arn := out.Role.ARN
	if !isRoleOf(c.AccountID, arn) {
		arn = roleARN(c.AccountID, cmp.Or(in.Path, "/"), in.RoleName)
	}
	if !isRoleOf(c.AccountID, arn) {
		return nil, nil
	}
	role := newReplayedRole(arn)
	if iam.IsRoleID(out.Role.RoleID) {
		role.id = out.Role.RoleID
	}
	role.createdAt, role.boundary = c.Time, in.Boundary
	role.complete = c.Name == "CreateRole" // AWS gives a service-linked role its policy without an event
	role.setMaxSession(in.MaxSession)
	var trustErr, tagErr error
	document := in.AssumeRolePolicyDocument
	if len(document) == 0 {
		document = out.Role.AssumeRolePolicyDocument
	}
	role.trust, trustErr = policy.Decode(document)
	role.tags = map[string]string{}
	if len(in.Tags) > 0 {
		tagErr = role.tag(in)
	}
	return role, errors.Join(within("trust policy", trustErr), tagErr)
}

// change takes a change of the role.
func (r *replayedRole) change(c *Change, in request) error {
	switch c.Name {
	case "UpdateAssumeRolePolicy":
		text, err := policy.Decode(in.PolicyDocument)
		r.trust = text
		return within("trust policy", err)
	case "UpdateRole":
		r.setMaxSession(in.MaxSession)
	case "PutRolePolicy":
		return r.put(c, in)
	case "DeleteRolePolicy":
		delete(r.inline, in.PolicyName)
	case "AttachRolePolicy":
		return r.attach(c, in)
	case "DetachRolePolicy":
		delete(r.attached, in.PolicyARN)
	case "PutRolePermissionsBoundary":
		r.boundary = in.Boundary
		if in.Boundary == "" {
			r.complete = false
			return errors.New("it does not name the permissions boundary")
		}
	case "DeleteRolePermissionsBoundary":
		r.boundary = ""
	case "AddRoleToInstanceProfile":
		r.profiles[strings.ToLower(in.InstanceProfile)] = true
	case "RemoveRoleFromInstanceProfile":
		delete(r.profiles, strings.ToLower(in.InstanceProfile))
	case "TagRole":
		return r.tag(in)
	case "UntagRole":
		for _, key := range in.TagKeys {
			delete(r.tags, key)
		}
	}
	return nil
}

func (r *replayedRole) setMaxSession(seconds int64) {
	if seconds >= 900 && seconds <= 43200 {
		r.maxSession = int32(seconds)
	}
}

// put writes an inline policy. A document that cannot be read leaves open what the
// policy grants.
func (r *replayedRole) put(c *Change, in request) error {
	if in.PolicyName == "" {
		r.complete = false
		return errors.New("it does not name the inline policy")
	}
	text, err := readDocument(in.PolicyDocument)
	if errors.Is(err, policy.ErrNoStatement) {
		err = nil
	}
	p, there := r.inline[in.PolicyName]
	p.Name = in.PolicyName
	p.replace(c.Time, text, there)
	r.inline[in.PolicyName] = p
	return within(fmt.Sprintf("inline policy %s", name(in.PolicyName)), err)
}

// attach attaches a managed policy; one that is attached stays as old as it is
// (design 9.21).
func (r *replayedRole) attach(c *Change, in request) error {
	if _, err := iam.ParseARN(in.PolicyARN); err != nil {
		r.complete = false
		return within("attached policy", err)
	}
	if _, there := r.attached[in.PolicyARN]; !there {
		r.attached[in.PolicyARN] = c.Time
	}
	return nil
}

// tag adds tags. Of a role that the logs did not make the others are not known.
func (r *replayedRole) tag(in request) error {
	if len(in.Tags) == 0 {
		r.tags = nil
		return errors.New("it does not name the tags")
	}
	tags, err := readTags(in.Tags)
	if err != nil {
		r.tags = nil
		return within("tags", explain(err))
	}
	if r.tags != nil {
		maps.Copy(r.tags, tags)
	}
	return nil
}

// build makes the row of the inventory.
func (r *replayedRole) build() (Role, error) {
	arn, _ := iam.ParseARN(r.arn) // isRoleOf saw to it
	path, roleName, _ := arn.Role()
	out := Role{
		ARN: r.arn, AccountID: arn.AccountID, Path: path, Name: roleName, RoleID: r.id, CreatedAt: r.createdAt,
		MaxSession: r.maxSession, Boundary: r.boundary, TrustPolicy: r.trust,
		perms: permissions{listed: r.complete, attached: sortedNames(r.attached), attachedAt: r.attached},
	}
	if r.tags != nil {
		out.Tags = writeTags(r.tags)
	}
	for _, n := range sortedNames(r.inline) {
		out.perms.inline = append(out.perms.inline, r.inline[n])
	}
	kind, err := trust.KindOf(arn, r.trust, len(r.profiles) > 0)
	out.Kind = kind
	return out, err
}

// within says what an error is about.
func within(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// maxEarlier is how many earlier documents of a policy are kept: beyond, a grant is
// only taken for younger than it is.
const maxEarlier = 64

// replace gives the policy the document that holds from a moment on. The same document
// again changes nothing (design 9.21); there says whether it had one before.
func (p *Policy) replace(at time.Time, document string, there bool) {
	if there && document != "" && document == p.Document {
		return
	}
	if there {
		p.earlier = slices.Insert(p.earlier, 0, version{p.since, p.Document})
		p.earlier = p.earlier[:min(len(p.earlier), maxEarlier)]
	}
	p.since, p.Document = at, document
}
