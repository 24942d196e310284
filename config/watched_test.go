package config

import "testing"

func TestWatchedAs(t *testing.T) {
	c := Config{WatchedRoles: []WatchedRole{{"*-rescue", "break-glass"}, {"arn:aws:iam::222222222222:role/*", "influential"}}}
	for _, role := range []struct{ name, arn, want string }{
		{"db-rescue", "arn:aws:iam::222222222222:role/db-rescue", "break-glass"},
		{"admin", "arn:aws:iam::222222222222:role/team/admin", "influential"},
		{"rescue", "arn:aws:iam::111111111111:role/rescue", ""},
	} {
		if got := c.WatchedAs(role.name, role.arn); got != role.want {
			t.Errorf("%s: %q, want %q", role.name, got, role.want)
		}
	}
}
