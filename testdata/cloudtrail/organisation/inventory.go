package organisation

import (
	"slices"
	"time"
)

// inventory is the output of `aws iam get-account-authorization-details` of one
// account at the snapshot.
type inventory struct {
	world   *world
	account *account
	encoded bool // documents URL-encoded, as the API itself returns them
}

// document is a policy document as the tool that fetched it printed it.
func (v *inventory) document(doc raw) raw {
	if v.encoded {
		return raw(appendString(nil, urlEncoded(doc)))
	}
	return doc
}

// date is a time as the AWS CLI prints it.
func date(t time.Time) string { return t.Format("2006-01-02T15:04:05+00:00") }

// page renders the entities as one page of output. marker is empty on the last.
func page(users, groups, roles, policies []any, marker string) []byte {
	pairs := []any{"UserDetailList", list(users...), "GroupDetailList", list(groups...), "RoleDetailList", list(roles...), "Policies", list(policies...), "IsTruncated", marker != ""}
	if marker != "" {
		pairs = append(pairs, "Marker", marker)
	}
	return indented(obj(pairs...))
}

// file is the whole inventory in one page.
func (v *inventory) file() []byte {
	return page(v.users(), v.groups(), v.roles(), v.policies(), "")
}

// pages is the same inventory in two pages: users and the first half of the
// roles, then the rest.
func (v *inventory) pages() [][]byte {
	roles := v.roles()
	half := len(roles) / 2
	return [][]byte{page(v.users(), v.groups(), roles[:half], nil, "EXAMPLEMARKER0001"), page(nil, nil, roles[half:], v.policies(), "")}
}

func (v *inventory) users() []any {
	var out []any
	for _, u := range []*user{v.world.carol, v.world.auditor, v.world.nightly} {
		if u.account != v.account {
			continue
		}
		groups, attached := raw("[]"), raw("[]")
		if u == v.world.carol {
			groups = list("administrators")
		}
		if u == v.world.auditor {
			attached = list(attachment(adminPolicy))
		}
		out = append(out, obj("Path", "/", "UserName", u.name, "UserId", u.id, "Arn", u.arn(), "CreateDate", date(time.Date(2025, 3, 4, 9, 0, 0, 0, time.UTC)),
			"GroupList", groups, "AttachedManagedPolicies", attached, "Tags", raw("[]")))
	}
	return out
}

func (v *inventory) groups() []any {
	if v.account != v.world.tooling {
		return nil
	}
	return []any{obj("Path", "/", "GroupName", "administrators", "GroupId", stableID("AGPA", "administrators"), "Arn", "arn:aws:iam::"+v.account.id+":group/administrators",
		"CreateDate", date(time.Date(2025, 3, 4, 9, 0, 0, 0, time.UTC)), "GroupPolicyList", raw("[]"), "AttachedManagedPolicies", list(attachment(adminPolicy)))}
}

func attachment(arn string) raw {
	name := arn
	for i := range arn {
		if arn[i] == '/' {
			name = arn[i+1:]
		}
	}
	return obj("PolicyName", name, "PolicyArn", arn)
}

func (v *inventory) roles() []any {
	var out []any
	for _, r := range v.world.roles {
		if r.account == v.account && r.existsAt(snapshot) {
			out = append(out, v.role(r))
		}
	}
	return out
}

func (v *inventory) role(r *role) raw {
	var attached, inline, tags, profiles []any
	for _, arn := range r.attached {
		attached = append(attached, attachment(arn))
	}
	for _, p := range r.inline {
		inline = append(inline, obj("PolicyName", p.name, "PolicyDocument", v.document(p.document)))
	}
	for _, t := range r.tags {
		tags = append(tags, obj("Key", t[0], "Value", t[1]))
	}
	if r.instanceProfile {
		profiles = append(profiles, v.profile(r, r.name), v.profile(r, r.name+"-v2"))
	}
	pairs := []any{"Path", r.path, "RoleName", r.name, "RoleId", r.id, "Arn", r.arn(), "CreateDate", date(r.created), "AssumeRolePolicyDocument", v.document(r.trust),
		"InstanceProfileList", list(profiles...), "RolePolicyList", list(inline...), "AttachedManagedPolicies", list(attached...)}
	if r.boundary != "" {
		pairs = append(pairs, "PermissionsBoundary", obj("PermissionsBoundaryType", "Policy", "PermissionsBoundaryArn", r.boundary))
	}
	pairs = append(pairs, "Tags", list(tags...), "MaxSessionDuration", r.maxSession, "RoleLastUsed", v.roleLastUsed(r))
	return obj(pairs...)
}

func (v *inventory) profile(r *role, name string) raw {
	return obj("Path", "/", "InstanceProfileName", name, "InstanceProfileId", stableID("AIPA", name), "Arn", "arn:aws:iam::"+v.account.id+":instance-profile/"+name,
		"CreateDate", date(r.created), "Roles", list(obj("Path", r.path, "RoleName", r.name, "RoleId", r.id, "Arn", r.arn(), "CreateDate", date(r.created),
			"AssumeRolePolicyDocument", v.document(r.trust))))
}

func (v *inventory) roleLastUsed(r *role) raw {
	when, region := v.world.iamLastUsed(r)
	if when.IsZero() {
		return raw("{}")
	}
	return obj("LastUsedDate", date(when), "Region", region)
}

func (v *inventory) policies() []any {
	var out []any
	for _, p := range v.world.policies {
		count, bounded := v.attachments(p)
		if p.account != v.account && (p.account != nil || count == 0) {
			continue
		}
		var versions []any
		defaultID := ""
		for _, version := range p.versions {
			versions = append(versions, obj("Document", v.document(version.document), "VersionId", version.id, "IsDefaultVersion", version.isDefault, "CreateDate", date(version.created)))
			if version.isDefault {
				defaultID = version.id
			}
		}
		out = append(out, obj("PolicyName", p.name, "PolicyId", p.id, "Arn", p.arn(), "Path", "/", "DefaultVersionId", defaultID, "AttachmentCount", count,
			"PermissionsBoundaryUsageCount", bounded, "IsAttachable", true, "CreateDate", date(p.versions[len(p.versions)-1].created), "UpdateDate", date(p.versions[0].created),
			"PolicyVersionList", list(versions...)))
	}
	return out
}

// attachments counts the account's roles that attach a policy, and those that it
// bounds.
func (v *inventory) attachments(p *managedPolicy) (attached, bounded int) {
	for _, r := range v.world.roles {
		if r.account != v.account || !r.existsAt(snapshot) {
			continue
		}
		if slices.Contains(r.attached, p.arn()) {
			attached++
		}
		if r.boundary == p.arn() {
			bounded++
		}
	}
	return attached, bounded
}
