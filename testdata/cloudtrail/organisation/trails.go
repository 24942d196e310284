package organisation

import (
	"bytes"
	"encoding/json"
)

// trail is a trail as it was configured when the quarter ended. Every trail logs all
// Regions.
type trail struct {
	owner        *account
	name, bucket string
	organisation bool // it logs every account
	data         []dataSelector
}

// dataSelector asks for the data events of a resource type.
type dataSelector struct {
	title, resourceType string
	below               string // what the ARNs begin with; all of the type when empty
}

// trails are the one that all logs here come from, and one of the workloads whose
// bucket nobody ingested.
func (c *cast) trails() []*trail {
	return []*trail{
		{owner: c.tooling, name: "organisation", bucket: "example-logs", organisation: true, data: []dataSelector{
			{"the data lake", "AWS::S3::Object", "arn:aws:s3:::" + lakeBucket + "/"}, {"tables", "AWS::DynamoDB::Table", ""}}},
		{owner: c.workloads, name: "functions", bucket: "example-function-logs", data: []dataSelector{{"functions", "AWS::Lambda::Function", ""}}},
	}
}

// about is the trail that says most of an account's data events of a type, and what
// it asks for; nil if none asks for any.
func (c *cast) about(a *account, resourceType string) (of *trail, asks dataSelector) {
	for _, t := range c.trails() {
		for _, s := range t.data {
			if (t.owner == a || t.organisation) && s.resourceType == resourceType && (of == nil || s.below == "") {
				of, asks = t, s
			}
		}
	}
	return of, asks
}

func (t *trail) arn() string {
	return "arn:aws:cloudtrail:" + globalRegion + ":" + t.owner.id + ":trail/" + t.name
}

// configuration is what `aws cloudtrail describe-trails` and `aws cloudtrail
// get-event-selectors` print of a trail one after another. The organisation's logs all
// management events too, and what passes the VPC endpoint of S3.
func (t *trail) configuration() []byte {
	field := func(name, operator, value string) raw { return obj("Field", name, operator, list(value)) }
	selector := func(title string, fields ...any) raw { return obj("Name", title, "FieldSelectors", list(fields...)) }
	var selectors []any
	if t.organisation {
		selectors = append(selectors, selector("management", field("eventCategory", "Equals", "Management")))
	}
	for _, s := range t.data {
		fields := []any{field("eventCategory", "Equals", "Data"), field("resources.type", "Equals", s.resourceType)}
		if s.below != "" {
			fields = append(fields, field("resources.ARN", "StartsWith", s.below))
		}
		selectors = append(selectors, selector(s.title, fields...))
	}
	if t.organisation {
		selectors = append(selectors, selector("the endpoint", field("eventCategory", "Equals", "NetworkActivity"), field("eventSource", "Equals", "s3.amazonaws.com")))
	}
	return append(indented(obj("trailList", list(obj("Name", t.name, "S3BucketName", t.bucket, "IncludeGlobalServiceEvents", t.organisation,
		"IsMultiRegionTrail", true, "HomeRegion", globalRegion, "TrailARN", t.arn(), "LogFileValidationEnabled", true,
		"HasCustomEventSelectors", true, "HasInsightSelectors", t.organisation, "IsOrganizationTrail", t.organisation)))),
		indented(obj("TrailARN", t.arn(), "AdvancedEventSelectors", list(selectors...)))...)
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
