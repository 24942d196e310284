package cloudtrail

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"roletrail/iam/action"
)

// oneRecord decodes a record from its members, which get a time.
func oneRecord(t testing.TB, members string) *Record {
	t.Helper()
	doc, err := NewDecoder(Limits{}).Decode([]byte(`{"eventTime":"2026-07-10T11:42:05Z",`+members+`}`), Management)
	if err != nil || len(doc.Records) != 1 {
		t.Fatalf("%s: %v, %+v", members, err, doc)
	}
	return &doc.Records[0]
}

// TestPassedRoleOfEveryCall gives every call of the table each of its parameters,
// as an ARN and, where that is allowed, as a name.
func TestPassedRoleOfEveryCall(t *testing.T) {
	const role = "arn:aws:iam::111111111111:role/path/r"
	for call, paths := range passedRoleAt {
		source, name, _ := strings.Cut(call, " ")
		for _, path := range paths {
			for _, version := range []string{"", "20150331", "20150331v2", "2020_05_31"} {
				if strings.HasSuffix(name, "V2") && version != "" {
					continue // no name has both
				}
				rec := oneRecord(t, `"eventSource":"`+source+`","eventName":"`+name+version+`","recipientAccountId":"111111111111","requestParameters":`+parameter(path, role))
				if got := new(PassedRoleParser).Parse(rec); string(got) != role {
					t.Errorf("%s%s, %s: %q", call, version, path, got)
				}
			}
		}
	}
}

// TestPassedRolesArePossible: where a role is read from the parameters of a call, the
// call is known to need iam:PassRole.
func TestPassedRolesArePossible(t *testing.T) {
	m := action.NewMapper(action.Embedded())
	for call := range passedRoleAt {
		source, name, _ := strings.Cut(call, " ")
		if mapping := m.Map(source, name, "AwsApiCall"); !slices.Contains(mapping.Possible, "iam:PassRole") {
			t.Errorf("%s is mapped to %s and %v", call, mapping.Primary, mapping.Possible)
		}
	}
	if len(passedRoleAt) < 40 {
		t.Errorf("only %d calls pass roles", len(passedRoleAt))
	}
}

// parameter is an object with a text at a path.
func parameter(path, text string) string {
	value, _ := json.Marshal(text)
	names := strings.Split(path, ".")
	for i := len(names) - 1; i >= 0; i-- {
		value, _ = json.Marshal(map[string]json.RawMessage{names[i]: value, "other": json.RawMessage(`"arn:aws:iam::111111111111:role/other"`)})
	}
	return string(value)
}

func TestPassedRole(t *testing.T) {
	const (
		ec2    = `"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","recipientAccountId":"111111111111",`
		lambda = `"eventSource":"lambda.amazonaws.com","eventName":"CreateFunction20150331","recipientAccountId":"111111111111",`
		denied = `"errorCode":"AccessDenied","errorMessage":"User: x is not authorized to perform: `
	)
	tests := []struct{ name, members, want string }{
		{"instance profile by ARN", ec2 + `"requestParameters":{"iamInstanceProfile":{"arn":"arn:aws:iam::111111111111:instance-profile/p"}}`, "arn:aws:iam::111111111111:instance-profile/p"},
		{"instance profile by name", ec2 + `"requestParameters":{"iamInstanceProfile":{"name":"p"}}`, "arn:aws:iam::111111111111:instance-profile/p"},
		{"instance profile by name, account unknown", `"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","requestParameters":{"iamInstanceProfile":{"name":"p"}}`, ""},
		{"instance profile, empty", ec2 + `"requestParameters":{"iamInstanceProfile":{}}`, ""},
		{"another partition", lambda + `"requestParameters":{"role":"arn:aws-cn:iam::111111111111:role/r"}`, "arn:aws-cn:iam::111111111111:role/r"},
		{"launch configuration by name", `"eventSource":"autoscaling.amazonaws.com","eventName":"CreateLaunchConfiguration","recipientAccountId":"111111111111","requestParameters":{"iamInstanceProfile":"p"}`, "arn:aws:iam::111111111111:instance-profile/p"},
		{"Glue by name", `"eventSource":"glue.amazonaws.com","eventName":"CreateJob","recipientAccountId":"111111111111","requestParameters":{"role":"service-role/r"}`, "arn:aws:iam::111111111111:role/service-role/r"},
		{"Glue by name, update", `"eventSource":"glue.amazonaws.com","eventName":"UpdateJob","recipientAccountId":"111111111111","requestParameters":{"jobUpdate":{"role":"r"}}`, "arn:aws:iam::111111111111:role/r"},
		{"automation, a list", `"eventSource":"ssm.amazonaws.com","eventName":"StartAutomationExecution","requestParameters":{"parameters":{"AutomationAssumeRole":["arn:aws:iam::111111111111:role/r"]}}`, "arn:aws:iam::111111111111:role/r"},
		{"automation, an empty list", `"eventSource":"ssm.amazonaws.com","eventName":"StartAutomationExecution","requestParameters":{"parameters":{"AutomationAssumeRole":[]}}`, ""},
		{"first of two", `"eventSource":"ecs.amazonaws.com","eventName":"RegisterTaskDefinition","requestParameters":{"executionRoleArn":"arn:aws:iam::111111111111:role/e","taskRoleArn":"arn:aws:iam::111111111111:role/t"}`, "arn:aws:iam::111111111111:role/t"},
		{"flow log", `"eventSource":"ec2.amazonaws.com","eventName":"CreateFlowLogs","requestParameters":{"CreateFlowLogsRequest":{"DeliverLogsPermissionArn":"arn:aws:iam::111111111111:role/f","tag":1}}`, "arn:aws:iam::111111111111:role/f"},
		{"profile of Roles Anywhere", `"eventSource":"rolesanywhere.amazonaws.com","eventName":"CreateProfile","requestParameters":{"name":"p","roleArns":["arn:aws:iam::111111111111:role/a","arn:aws:iam::111111111111:role/b"]}`, "arn:aws:iam::111111111111:role/a"},
		{"scalable target", `"eventSource":"autoscaling.amazonaws.com","eventName":"RegisterScalableTarget","additionalEventData":{"service":"application-autoscaling"},"requestParameters":{"roleARN":"arn:aws:iam::111111111111:role/s"}`, "arn:aws:iam::111111111111:role/s"},
		{"escaped", lambda + `"requestParameters":{"r\u006fle":"arn:aws:iam::111111111111:role\/r"}`, "arn:aws:iam::111111111111:role/r"},
		{"denied", lambda + denied + `iam:PassRole on resource: arn:aws:iam::111111111111:role/r because no"`, "arn:aws:iam::111111111111:role/r"},
		{"denied for another action", lambda + denied + `lambda:CreateFunction on resource: arn:aws:iam::111111111111:role/r"`, ""},
		{"denied, no role", lambda + denied + `iam:PassRole on resource: *"`, ""},
		{"no parameters", lambda + `"requestParameters":null`, ""},
		{"no role", lambda + `"requestParameters":{"functionName":"f"}`, ""},
		{"role of an odd type", lambda + `"requestParameters":{"role":{"a":1}}`, ""},
		{"parameters of an odd type", lambda + `"requestParameters":"arn:aws:iam::111111111111:role/r"`, ""},
		{"call that passes none", `"eventSource":"s3.amazonaws.com","eventName":"PutObject","requestParameters":{"role":"arn:aws:iam::111111111111:role/r"}`, ""},
		{"same name, other service", `"eventSource":"iam.amazonaws.com","eventName":"CreateFunction","requestParameters":{"role":"arn:aws:iam::111111111111:role/r"}`, ""},
	}
	p := new(PassedRoleParser)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := p.Parse(oneRecord(t, test.members)); string(got) != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestWithoutVersion(t *testing.T) {
	tests := map[string]string{
		"CreateFunction20150331":              "CreateFunction",
		"GetFunction20150331v2":               "GetFunction",
		"UpdateFunctionCode20150331v2":        "UpdateFunctionCode",
		"UpdateFunctionConfiguration20150331": "UpdateFunctionConfiguration",
		"AddPermission20150331v10":            "AddPermission",
		"CreateInvalidation2020_05_31":        "CreateInvalidation",
		"ListObjectsV2":                       "ListObjectsV2",
		"ListFindingsV2":                      "ListFindingsV2",
		"CreateAutoMLJobV2":                   "CreateAutoMLJobV2",
		"GetObject":                           "GetObject",
		"Put2015033":                          "Put2015033",
		"Put201503311":                        "Put201503311",
		"Put20150331v":                        "Put20150331v",
		"Putv2":                               "Putv2",
		"Put2020_05_3":                        "Put2020_05_3",
		"Put2020-05-31":                       "Put2020-05-31",
		"Put2020_x5_31":                       "Put2020_x5_31",
		"20150331":                            "20150331",
		"20150331v2":                          "20150331v2",
		"2020_05_31":                          "2020_05_31",
		"v2":                                  "v2",
		"":                                    "",
	}
	for name, want := range tests {
		if got := WithoutVersion([]byte(name)); string(got) != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
