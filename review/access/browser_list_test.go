//go:build integration

package access

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestSearchAndSort: the search finds what it says it looks through, every word of it, and each
// heading sorts by what stands below it, both ways.
func TestSearchAndSort(t *testing.T) {
	r := made(60)
	file := savedPage(t, r)
	c := startChromium(t)
	c.open(file, 1440)
	for _, query := range []string{"platform", "S3:ACTION0", "s3:putthing", "svc-4", "long_term_key", "never_used admin", "orders  payments", string(r.Roles[7].RoleID), string(r.Roles[7].RoleARN), "trust policy does not admit"} {
		want := 0
		for i := range r.Roles {
			if found(&r.Roles[i], query) {
				want++
			}
		}
		if want == 0 || want == len(r.Roles) {
			t.Errorf("%q fits %d of the roles: that is no test", query, want)
		}
		c.eval(`(() => { const s = document.getElementById('search'); s.value = `+strconv.Quote(query)+`; s.dispatchEvent(new Event('input')); })()`, nil)
		c.wants(visibleCount, want)
	}
	c.eval(`document.getElementById('clear').click()`, nil)

	byLink := map[string]*Role{}
	for i := range r.Roles {
		byLink[roleLink(string(r.Roles[i].identity()))] = &r.Roles[i]
	}
	for head, value := range map[string]func(*Role) int64{
		"uses":    func(role *Role) int64 { return role.Uses },
		"callers": func(role *Role) int64 { return role.Callers },
		"granted": func(role *Role) int64 { return role.Grants.Granted },
		"idle":    idleOrder,
	} {
		for _, down := range []bool{true, false} {
			c.eval(`document.querySelector('th[data-sort=`+head+`] button').click()`, nil)
			var links []string
			c.eval(`[...document.querySelectorAll('#table tbody tr:not([hidden]) a.role')].map(a => a.getAttribute('href'))`, &links)
			var values []int64
			for _, link := range links {
				values = append(values, value(byLink[link]))
			}
			if down {
				slices.Reverse(values)
			}
			if len(values) != len(r.Roles) || !slices.IsSorted(values) || values[0] == values[len(values)-1] {
				t.Errorf("sorted by %s, the largest first: %v: the roles have %v", head, down, values)
			}
		}
	}
	c.quiet(file)
}

// idleOrder ranks how long a role is idle: what is not known first, and never used last.
func idleOrder(role *Role) int64 {
	switch {
	case role.IdleDays != nil:
		return *role.IdleDays
	case role.Verdict == "active" || role.Verdict == "unknown":
		return -1
	}
	return 1 << 40
}

// found says whether a role has every word of a query in one of its texts.
func found(role *Role, query string) bool {
	texts := []Text{role.RoleName, role.RoleARN, role.RoleID, role.Owner, role.Kind, role.Verdict, role.Privilege, role.PermissionSet}
	for _, f := range role.Findings {
		texts = append(texts, f.Code, f.Says)
	}
	for _, caller := range role.CallerList {
		texts = append(texts, caller.Caller, caller.ViaRole, Text(strings.Join(caller.Findings, "\n")))
	}
	for _, p := range role.Permissions {
		texts = append(texts, p.Action)
	}
	for _, u := range role.Unseen {
		texts = append(texts, Text(strings.Join(u.Examples, "\n")))
	}
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !slices.ContainsFunc(texts, func(text Text) bool { return strings.Contains(strings.ToLower(string(text)), word) }) {
			return false
		}
	}
	return true
}
