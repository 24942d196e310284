package iam

import (
	"strings"
	"testing"
)

func TestParseARN(t *testing.T) {
	for in, want := range map[string]ARN{
		"arn:aws:iam::111111111111:role/a/b":          {"aws", "iam", "", "111111111111", "role/a/b"},
		"arn:aws-cn:iam::aws:policy/X":                {"aws-cn", "iam", "", "aws", "policy/X"},
		"arn:aws:logs:eu-west-1:1:log-group:a:*":      {"aws", "logs", "eu-west-1", "1", "log-group:a:*"},
		"arn:aws:sts::111111111111:assumed-role/r/s@": {"aws", "sts", "", "111111111111", "assumed-role/r/s@"},
	} {
		if got, err := ParseARN(in); err != nil || got != want {
			t.Errorf("ParseARN(%q) = %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "*", "arn", "arn:aws:iam::1", "ARN:aws:iam::1:role/x", "arn::iam::1:role/x",
		"arn:aws:::1:role/x", "arn:aws:iam::1:", "arn:aws:iam::1:role/" + strings.Repeat("x", MaxARNLength)} {
		if got, err := ParseARN(in); err == nil {
			t.Errorf("ParseARN(%.40q) = %+v; want an error", in, got)
		}
	}
}

func TestRoleOfARN(t *testing.T) {
	for in, want := range map[string][2]string{
		"arn:aws:iam::111111111111:role/plain":           {"/", "plain"},
		"arn:aws:iam::111111111111:role/a/b/deep":        {"/a/b/", "deep"},
		"arn:aws-us-gov:iam::111111111111:role/x+=,.@-_": {"/", "x+=,.@-_"},
		"arn:aws:iam::111111111111:role//odd":            {"//", "odd"},
		"arn:aws:iam::111111111111:role/":                {"/", ""},
		"arn:aws:iam::111111111111:role/a/":              {"/a/", ""},
		"arn:aws:iam::11111111111:role/short-account":    {},
		"arn:aws:iam::aws:role/x":                        {},
		"arn:aws:iam::111111111111:user/x":               {},
		"arn:aws:sts::111111111111:assumed-role/role/x":  {},
		"arn:aws:other::111111111111:role/not-iam":       {},
		"arn:aws:iam::１２３４５６７８９０１２:role/wide-digits":     {},
	} {
		a, err := ParseARN(in)
		if err != nil {
			t.Fatal(err)
		}
		path, name, ok := a.Role()
		if got := [2]string{path, name}; got != want || ok != (name != "") {
			t.Errorf("Role of %q = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestAWSManagedPolicy(t *testing.T) {
	for in, want := range map[string]bool{
		"arn:aws:iam::aws:policy/AdministratorAccess":           true,
		"arn:aws-cn:iam::aws:policy/AdministratorAccess":        true,
		"arn:aws-us-gov:iam::aws:policy/AdministratorAccess":    true,
		"arn:aws:iam::111111111111:policy/AdministratorAccess":  false,
		"arn:aws:iam::aws:policy/AdministratorAccess-Amplify":   false,
		"arn:aws:iam::aws:policy/x/AdministratorAccess":         false,
		"arn:aws:organizations::aws:policy/AdministratorAccess": false,
	} {
		a, err := ParseARN(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.IsAWSManagedPolicy("AdministratorAccess"); got != want {
			t.Errorf("%q: got %v, want %v", in, got, want)
		}
	}
}

// TestParseARNAllocatesNothing: role changes ask it of every policy and role by the million.
func TestParseARNAllocatesNothing(t *testing.T) {
	allocs := testing.AllocsPerRun(100, func() {
		if _, err := ParseARN("arn:aws:iam::111111111111:role/a/b"); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
