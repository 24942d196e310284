package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"roletrail/iam"
	"roletrail/iam/policy"
	"roletrail/iam/trust"
)

// rawRole is a role as an inventory has it. What may come in several forms is
// raw, so that one odd field never hides the others.
type rawRole struct {
	ARN              string            `json:"Arn"`
	RoleID           string            `json:"RoleId"`
	RoleName         string            `json:"RoleName"`
	Path             string            `json:"Path"`
	CreateDate       json.RawMessage   `json:"CreateDate"`
	TrustPolicy      json.RawMessage   `json:"AssumeRolePolicyDocument"`
	MaxSession       int64             `json:"MaxSessionDuration"`
	InstanceProfiles many[struct{}]    `json:"InstanceProfileList"`
	Inline           many[rawInline]   `json:"RolePolicyList"`
	Attached         many[rawAttached] `json:"AttachedManagedPolicies"`
	Boundary         *rawBoundary      `json:"PermissionsBoundary"`
	Tags             json.RawMessage   `json:"Tags"`
	LastUsed         struct {
		Date   json.RawMessage `json:"LastUsedDate"`
		Region string          `json:"Region"`
	} `json:"RoleLastUsed"`
}

type rawInline struct {
	Name     string          `json:"PolicyName"`
	Document json.RawMessage `json:"PolicyDocument"`
}

type rawAttached struct {
	ARN string `json:"PolicyArn"`
}

type rawBoundary struct {
	ARN string `json:"PermissionsBoundaryArn"`
}

// readRole reads one element of a RoleDetailList.
func (p *parser) readRole() error {
	p.file.read++
	if p.file.read > p.limits.Roles {
		return &LimitError{Limit: "Roles", Max: int64(p.limits.Roles)}
	}
	var raw rawRole
	typeErr := p.dec.Decode(&raw)
	if err := tolerate(typeErr); err != nil {
		return err
	}
	arn, err := iam.ParseARN(raw.ARN)
	if _, _, ok := arn.Role(); !ok {
		p.lose(raw, cmp.Or(explain(typeErr), err))
		return nil
	}
	b := roleBuilder{raw: raw, arn: arn}
	b.note("", explain(typeErr))
	p.page.accounts[arn.AccountID] = true
	p.file.roles = append(p.file.roles, b.build())
	for _, err := range b.errs {
		p.file.problem("role "+name(raw.ARN), err)
	}
	return nil
}

// lose counts a role out that names no account.
func (p *parser) lose(raw rawRole, err error) {
	if err == nil {
		err = errors.New("it is not the ARN of a role in an account (arn:aws:iam::111111111111:role/NAME)")
	}
	p.file.lost++
	p.file.problem(fmt.Sprintf("role %s, number %d", name(raw.ARN), p.file.read), fmt.Errorf("leaving the role out: %w", err))
	p.file.problems[len(p.file.problems)-1].RoleLost = true
}

// roleBuilder makes a Role of a rawRole and collects what is wrong with it.
type roleBuilder struct {
	raw  rawRole
	arn  iam.ARN
	errs []error
}

func (b *roleBuilder) note(what string, err error) {
	if err != nil && what != "" {
		err = fmt.Errorf("%s: %w", what, err)
	}
	if err != nil {
		b.errs = append(b.errs, err)
	}
}

func (b *roleBuilder) build() Role {
	r := Role{ARN: b.raw.ARN, AccountID: b.arn.AccountID, LastUsedRegion: b.raw.LastUsed.Region}
	r.Path, r.Name, _ = b.arn.Role()
	b.checkName(r)
	r.RoleID = b.roleID()
	r.CreatedAt = b.time("creation date", b.raw.CreateDate)
	r.LastUsed = b.time("last use", b.raw.LastUsed.Date)
	r.MaxSession = b.maxSession()
	r.Tags = b.tags()
	r.TrustPolicy, r.TrustUnread = b.trustPolicy()
	b.note("instance profiles", explain(b.raw.InstanceProfiles.err))
	kind, err := trust.KindOf(b.arn, r.TrustPolicy, len(b.raw.InstanceProfiles.items) > 0)
	b.note("", err)
	r.Kind = kind
	r.perms = b.permissions()
	r.Boundary, r.perms.boundaryUnread = b.boundary()
	return r
}

// checkName compares path and name with the ARN, from which both are taken: a
// role must not pass for AWS's own by a path it does not have.
func (b *roleBuilder) checkName(r Role) {
	if b.raw.Path != "" && b.raw.Path != r.Path {
		b.note("path", fmt.Errorf("%.80q is not the one of the ARN, which is taken", b.raw.Path))
	}
	if b.raw.RoleName != "" && b.raw.RoleName != r.Name {
		b.note("name", fmt.Errorf("%.80q is not the one of the ARN, which is taken", b.raw.RoleName))
	}
}

func (b *roleBuilder) roleID() string {
	if iam.IsRoleID(b.raw.RoleID) {
		return b.raw.RoleID
	}
	b.note("role id", fmt.Errorf("%.80q is not of the form AROA…; use in the logs is found by ARN only", b.raw.RoleID))
	return ""
}

func (b *roleBuilder) maxSession() int32 {
	s := b.raw.MaxSession
	if s == 0 || s >= 900 && s <= 43200 {
		return int32(s)
	}
	b.note("longest session", fmt.Errorf("%d seconds are not within 900 and 43200", s))
	return 0
}

func (b *roleBuilder) trustPolicy() (text string, unread bool) {
	text, err := policy.Decode(b.raw.TrustPolicy)
	b.note("trust policy", err)
	return text, err != nil && !errors.Is(err, policy.ErrAbsent)
}
