package access

import "testing"

// TestLongSessions: a session of more than four hours is named where the role may change who may
// do what, and nowhere else.
func TestLongSessions(t *testing.T) {
	hours := func(n int64) *int64 { n *= 3600; return &n }
	for _, c := range []struct {
		role Role
		want string
	}{
		{Role{Privilege: "admin", MaxSession: hours(12)}, "can do everything, or make itself able to, and its sessions may last 12 hours."},
		{Role{Privilege: "permissions", MaxSession: hours(5)}, "can change who may do what, and its sessions may last 5 hours."},
		{Role{Privilege: "admin", MaxSession: hours(4)}, ""},
		{Role{Privilege: "write", MaxSession: hours(12)}, ""},
		{Role{Privilege: "admin"}, ""},
	} {
		(&reader{review: &Review{}}).judgeGrants(&c.role, dates{2026})
		got := ""
		for _, f := range c.role.Findings {
			if f.Code == "long_session" && f.Severity == Low {
				got = string(f.Says)
			}
		}
		if got != c.want {
			t.Errorf("%s with sessions of %v: %q, want %q", c.role.Privilege, c.role.MaxSession, got, c.want)
		}
	}
}

// TestNoOwner: a role without an owner is named where others have one; where nobody has, no role
// is worse than another.
func TestNoOwner(t *testing.T) {
	without := func(r *Review) (roles, found int) {
		for _, role := range r.Roles {
			if role.Owner == "" {
				roles++
			}
			for _, f := range role.Findings {
				if f.Code == "no_owner" {
					if found++; role.Owner != "" {
						t.Errorf("%s has the owner %s", role.RoleName, role.Owner)
					}
				}
			}
		}
		return roles, found
	}
	r := made(30)
	if roles, found := without(r); roles != found || found == 0 {
		t.Errorf("%d roles have no owner, %d are told", roles, found)
	}
	again := &reader{review: &Review{}, byID: map[Text]*Role{}}
	for i := range r.Roles {
		role := r.Roles[i]
		role.Owner, role.Findings, role.ChangeList = "", nil, nil
		again.roles = append(again.roles, &role)
	}
	again.judge()
	if roles, found := without(again.review); roles != 30 || found != 0 {
		t.Errorf("nobody has an owner, and %d of %d roles are told", found, roles)
	}
}
