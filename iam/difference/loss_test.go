package difference

import "testing"

// TestLoss: what takes something away from a watched role is one severity higher, by its name or its ARN; other
// changes, other roles and what is no role are as they were.
func TestLoss(t *testing.T) {
	const rescue, app = "arn:aws:iam::111111111111:role/emergency/rescue", "arn:aws:iam::111111111111:role/app"
	watched := func(name, arn string) string {
		if name == "rescue" && arn == rescue {
			return "break-glass"
		}
		return ""
	}
	for _, c := range []struct {
		change, severity string
		roles            []string
		want, why        string
	}{
		{"role_deleted", "medium", []string{rescue}, "high", "rescue is break-glass"},
		{"policy_detached", "low", []string{app, rescue}, "medium", "rescue is break-glass"},
		{"inline_policy_deleted", "low", []string{rescue}, "medium", "rescue is break-glass"},
		{"boundary_put", "critical", []string{rescue}, "critical", "rescue is break-glass"},
		{"role_deleted", "medium", []string{app}, "medium", ""},
		{"policy_attached", "medium", []string{rescue}, "medium", ""},
		{"role_deleted", "medium", []string{"rescue", "arn:aws:iam::111111111111:user/rescue"}, "medium", ""},
		{"role_deleted", "medium", nil, "medium", ""},
	} {
		if got, why := OfLoss(c.change, c.severity, c.roles, watched); got != c.want || why != c.why {
			t.Errorf("%s of %s: %s %q, want %s %q", c.change, c.roles, got, why, c.want, c.why)
		}
	}
	if got, why := OfLoss("role_deleted", "medium", []string{rescue}, nil); got != "medium" || why != "" {
		t.Errorf("nothing is watched: %s %q", got, why)
	}
}
