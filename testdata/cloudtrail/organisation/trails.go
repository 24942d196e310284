package organisation

import (
	"bytes"
	"encoding/json"
)

// organisationTrail is the trail that all logs come from.
const organisationTrail = "arn:aws:cloudtrail:us-east-1:222222222222:trail/organisation"

// trailConfiguration is what `aws cloudtrail describe-trails` and `aws cloudtrail
// get-event-selectors` print one after another: all management events, the objects
// of one bucket, and what passes the VPC endpoint of S3.
func trailConfiguration() []byte {
	field := func(name, operator, value string) raw { return obj("Field", name, operator, list(value)) }
	return append(indented(obj("trailList", list(obj("Name", "organisation", "S3BucketName", "example-logs", "IncludeGlobalServiceEvents", true,
		"IsMultiRegionTrail", true, "HomeRegion", globalRegion, "TrailARN", organisationTrail, "LogFileValidationEnabled", true,
		"HasCustomEventSelectors", true, "HasInsightSelectors", true, "IsOrganizationTrail", true)))),
		indented(obj("TrailARN", organisationTrail, "AdvancedEventSelectors", list(
			obj("Name", "management", "FieldSelectors", list(field("eventCategory", "Equals", "Management"))),
			obj("Name", "the data lake", "FieldSelectors", list(field("eventCategory", "Equals", "Data"), field("resources.type", "Equals", "AWS::S3::Object"),
				field("resources.ARN", "StartsWith", "arn:aws:s3:::"+lakeBucket+"/"))),
			obj("Name", "the endpoint", "FieldSelectors", list(field("eventCategory", "Equals", "NetworkActivity"), field("eventSource", "Equals", "s3.amazonaws.com"))))))...)
}

// controlPolicies is what `aws organizations describe-policy` prints of the three
// policies at the root, one after another: AWS's own, what the quarter's change left
// of the guardrail, and the one that refuses quarantine-scan everything.
func controlPolicies() []byte {
	var out []byte
	for _, p := range []struct {
		id, name string
		document raw
	}{
		{"p-FullAWSAccess", "FullAWSAccess", policyDocument(obj("Effect", "Allow", "Action", "*", "Resource", "*"))},
		{"p-guardrail1", "guardrail", policyDocument(obj("Effect", "Deny", "Action", "organizations:LeaveOrganization", "Resource", "*"))},
		{"p-quarantine", "quarantine", policyDocument(obj("Sid", "Quarantine", "Effect", "Deny", "Action", "*", "Resource", "*",
			"Condition", obj("ArnLike", obj("aws:PrincipalArn", "arn:aws:iam::*:role/quarantine-scan"))))},
	} {
		owner := "222222222222:policy/" + organisationID
		if p.name == "FullAWSAccess" {
			owner = "aws:policy"
		}
		out = append(out, indented(obj("Policy", obj("PolicySummary", obj("Id", p.id, "Arn", "arn:aws:organizations::"+owner+"/service_control_policy/"+p.id,
			"Name", p.name, "Type", "SERVICE_CONTROL_POLICY", "AwsManaged", p.name == "FullAWSAccess"), "Content", string(p.document))))...)
	}
	return out
}

// indented is a document as the AWS CLI prints it.
func indented(document raw) []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(document), "", "    "); err != nil {
		panic("indenting a document written here: " + err.Error())
	}
	return append(out.Bytes(), '\n')
}
