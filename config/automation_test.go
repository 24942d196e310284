package config

import "testing"

func TestAutomationOf(t *testing.T) {
	c := Config{KnownAutomation: []Automation{
		{Name: "terraform", Actors: []string{"oidc:*/repo:example-org/infra:*", "arn:aws:iam::111111111111:role/deploy"}},
		{Name: "everything", Actors: []string{"*.amazonaws.com"}},
	}}
	for _, tc := range []struct {
		actors []string
		want   string
	}{
		{[]string{"oidc:token.actions.githubusercontent.com/repo:example-org/infra:ref:refs/heads/main", ""}, "terraform"},
		{[]string{"", "arn:aws:iam::111111111111:role/deploy"}, "terraform"},
		{[]string{"arn:aws:iam::111111111111:role/deployer"}, ""},
		{[]string{"cloudformation.amazonaws.com", "arn:aws:iam::111111111111:role/deploy"}, "terraform"},
		{[]string{"cloudformation.amazonaws.com"}, "everything"},
		{[]string{"", ""}, ""},
		{nil, ""},
	} {
		if got := c.AutomationOf(tc.actors...); got != tc.want {
			t.Errorf("%q: %q, want %q", tc.actors, got, tc.want)
		}
	}
}
