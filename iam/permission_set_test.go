package iam

import "testing"

func TestPermissionSetOfARN(t *testing.T) {
	const reserved = "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/"
	for in, want := range map[string]string{
		reserved + "AWSReservedSSO_PowerUser_0123456789abcdef":           "PowerUser",
		reserved + "eu-west-1/AWSReservedSSO_Data_Team_0123456789abcdef": "Data_Team",
		reserved + "AWSReservedSSO_PowerUser_0123":                       "",
		reserved + "AWSReservedSSO__0123456789abcdef":                    "",
		reserved + "Other": "",
		"arn:aws:iam::111111111111:role/AWSReservedSSO_Fake_0123456789abcdef":                             "", // anybody may call a role so
		"arn:aws:iam::111111111111:user/aws-reserved/sso.amazonaws.com/AWSReservedSSO_X_0123456789abcdef": "",
	} {
		arn, err := ParseARN(in)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := arn.PermissionSet(); got != want || ok != (want != "") {
			t.Errorf("%s is of permission set %q, %v; want %q", in, got, ok, want)
		}
	}
}
