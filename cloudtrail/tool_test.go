package cloudtrail

import "testing"

// TestToolOf reads user agents as they stand in real records.
func TestToolOf(t *testing.T) {
	for _, c := range []struct {
		agent, invokedBy, other string
		want                    Tool
	}{
		{agent: "APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/3.76.1 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.44.157 (go1.19.3; linux; amd64)", want: ByTerraform},
		{agent: "APN/1.0 OpenTofu/1.0 aws-sdk-go-v2/1.30.3", want: ByTerraform},
		{agent: "aws-sdk-js/3.614.0 ua/2.0 os/linux app/aws-cdk/2.150.0", want: ByCDK},
		{agent: "aws-cli/2.15.30 Python/3.11.8 Linux/5.10 exe/x86_64.amzn.2 prompt/off command/iam.create-role", want: ByCLI},
		{agent: "[Boto3/1.4.4 Python/3.5.2 Linux/4.4.0-46-generic Botocore/1.5.67]", want: BySDK},
		{agent: "aws-sdk-java/2.29.1 Linux/5.10", want: BySDK},
		{agent: "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.666 Linux/4.9]", want: ByConsole},
		{agent: "console.ec2.amazonaws.com", want: ByConsole},
		{agent: "signin.amazonaws.com", want: ByConsole},
		{agent: "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/109.0", want: ByConsole},
		{agent: "AWS Internal", other: `{"sessionCredentialFromConsole":"true"}`, want: ByConsole},
		{agent: "AWS Internal", other: `{"sessionCredentialFromConsole":"false"}`},
		{agent: "AWS Internal"},
		{agent: "cloudformation.amazonaws.com", invokedBy: "cloudformation.amazonaws.com", want: ByCloudFormation},
		{agent: "Terraform/1.1.2", invokedBy: "cloudformation.amazonaws.com", want: ByCloudFormation}, // AWS's word counts
		{agent: "rds.amazonaws.com", want: ByService},
		{agent: "aws-cli/2.15.30", invokedBy: "AWS Internal", want: ByCLI},
		{agent: "x/evil.amazonaws.com"},
		{agent: "stratus-red-team_39f95f43-cd2f-4beb-b69e-be60b6fe1f57"},
		{},
	} {
		rec, id := &Record{}, &Identity{}
		rec.Text[UserAgent], rec.Other, id.Text[InvokedBy] = []byte(c.agent), []byte(c.other), []byte(c.invokedBy)
		if got := ToolOf(rec, id); got != c.want {
			t.Errorf("%q invoked by %q: %q, want %q", c.agent, c.invokedBy, got, c.want)
		}
	}
}
