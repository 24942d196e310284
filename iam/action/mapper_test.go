package action

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMap(t *testing.T) {
	m := NewMapper(Embedded())
	tests := []struct {
		source, name, eventType string
		want                    string // primary, then the possible ones
	}{
		// Rule 1: what is no API call.
		{"signin.amazonaws.com", "ConsoleLogin", "AwsConsoleSignIn", ""},
		{"signin.amazonaws.com", "SwitchRole", "", ""},
		{"s3.amazonaws.com", "GetObject", "AwsServiceEvent", ""},
		{"s3.amazonaws.com", "GetObject", "AwsVpceEvent", ""},
		{"s3.amazonaws.com", "GetObject", "AwsConsoleAction", ""},
		{"s3.amazonaws.com", "GetObject", "AwsCloudTrailInsight", ""},
		{"signin.amazonaws.com", "CreateOAuth2Token", "AwsApiCall", "signin:CreateOAuth2Token"},
		// Rule 3: hosts.
		{"monitoring.amazonaws.com", "DescribeAlarms", "AwsApiCall", "cloudwatch:DescribeAlarms"},
		{"Monitoring.AmazonAWS.com", "DescribeAlarms", "AwsApiCall", "cloudwatch:DescribeAlarms"},
		{"models.lex.amazonaws.com", "PutBot", "AwsApiCall", "lex:PutBot lex:TagResource"},
		{"streams.dynamodb.amazonaws.com", "GetRecords", "AwsApiCall", "dynamodb:GetRecords"},
		{"ec2.amazonaws.com.cn", "DescribeInstances", "AwsApiCall", "ec2:DescribeInstances"},
		{"ec2.eu-west-1.amazonaws.com", "DescribeInstances", "AwsApiCall", "ec2:DescribeInstances"},
		{"ec2.amazonaws.eu", "DescribeInstances", "AwsApiCall", "ec2:DescribeInstances"},
		{"ec2.amazonaws.com.evil.com", "DescribeInstances", "AwsApiCall", ""},
		{"ec2.amazonaws.comevil", "DescribeInstances", "AwsApiCall", ""},
		{"ec2.evil.com", "DescribeInstances", "AwsApiCall", ""},
		{"ec2.amazonaws.com.", "DescribeInstances", "AwsApiCall", ""},
		{"ec2", "DescribeInstances", "AwsApiCall", ""},
		// A host that three services share, where the event does not say which it was.
		{"autoscaling.amazonaws.com", "CreateAutoScalingGroup", "AwsApiCall", "autoscaling:CreateAutoScalingGroup iam:PassRole autoscaling:CreateOrUpdateTags"},
		{"autoscaling.amazonaws.com", "PutScalingPolicy", "AwsApiCall", "autoscaling:PutScalingPolicy application-autoscaling:PutScalingPolicy"},
		{"autoscaling.amazonaws.com", "RegisterScalableTarget", "AwsApiCall", "application-autoscaling:RegisterScalableTarget application-autoscaling:TagResource iam:PassRole"},
		{"autoscaling.amazonaws.com", "CreateScalingPlan", "AwsApiCall", "autoscaling-plans:CreateScalingPlan"},
		// Rule 4: versions.
		{"lambda.amazonaws.com", "ListFunctions20150331", "AwsApiCall", "lambda:ListFunctions"},
		{"lambda.amazonaws.com", "UpdateFunctionCode20150331v2", "AwsApiCall", "lambda:UpdateFunctionCode"},
		{"cloudfront.amazonaws.com", "UpdateDistribution2020_05_31", "AwsApiCall", "cloudfront:UpdateDistribution"},
		// Rule 5: renames before equal names, equal names in any case, verbs.
		{"s3.amazonaws.com", "ListBuckets", "AwsApiCall", "s3:ListAllMyBuckets"},
		{"s3.amazonaws.com", "listbuckets", "", "s3:ListAllMyBuckets"},
		{"s3.amazonaws.com", "GetBucketCors", "AwsApiCall", "s3:GetBucketCORS"},
		{"s3.amazonaws.com", "HeadBucket", "AwsApiCall", "s3:ListBucket"},
		{"s3.amazonaws.com", "UploadPartCopy", "AwsApiCall", "s3:GetObject s3:PutObject s3:GetObjectVersion s3-object-lambda:PutObject"},
		{"kms.amazonaws.com", "ReEncrypt", "AwsApiCall", "kms:ReEncryptFrom kms:ReEncryptTo"},
		{"glue.amazonaws.com", "CreatePartitionIndex", "AwsApiCall", "glue:UpdateTable glue:CreatePartitionIndex"},
		{"dynamodb.amazonaws.com", "ExecuteStatement", "AwsApiCall", " dynamodb:PartiQLDelete dynamodb:PartiQLInsert dynamodb:PartiQLSelect dynamodb:PartiQLUpdate"},
		{"sso.amazonaws.com", "UpdateSsoConfiguration", "AwsApiCall", "sso:UpdateSSOConfiguration"},
		{"apigateway.amazonaws.com", "GetRestApis", "AwsApiCall", "apigateway:GET"},
		{"apigateway.amazonaws.com", "DeleteStage", "AwsApiCall", "apigateway:DELETE"},
		{"apigateway.amazonaws.com", "DeletePortal", "AwsApiCall", "apigateway:DeletePortal"},
		{"cassandra.amazonaws.com", "ListTables", "AwsApiCall", "cassandra:Select"},
		// Calls that need no permission.
		{"sts.amazonaws.com", "GetCallerIdentity", "AwsApiCall", "sts:GetCallerIdentity"},
		// Calls that may need more.
		{"sts.amazonaws.com", "AssumeRole", "AwsApiCall", "sts:AssumeRole sts:TagSession sts:SetSourceIdentity sts:SetContext"},
		{"ec2.amazonaws.com", "RunInstances", "AwsApiCall", "ec2:RunInstances iam:PassRole ec2:CreateTags"},
		{"lambda.amazonaws.com", "CreateFunction20150331", "AwsApiCall", "lambda:CreateFunction lambda:GetLayerVersion lambda:PassCapacityProvider iam:PassRole lambda:TagResource"},
		// Rule 6: unmapped.
		{"s3.amazonaws.com", "GetStorageLensDashboardDataInternal", "AwsApiCall", " s3:*"},
		{"discovery-marketplace.amazonaws.com", "GetListingView", "AwsApiCall", " aws-marketplace:*"},
		{"new-service.amazonaws.com", "DoSomething", "AwsApiCall", " new-service:*"},
		{"lambda.amazonaws.com", "AddEventSource", "AwsApiCall", " lambda:* iam:PassRole"},
		{"ec2.amazonaws.com", "", "AwsApiCall", " ec2:*"},
		{"", "GetObject", "AwsApiCall", ""},
		{"no service.amazonaws.com", "GetObject", "AwsApiCall", ""},
		{strings.Repeat("a", 65) + ".amazonaws.com", "GetObject", "AwsApiCall", ""},
	}
	for _, test := range tests {
		if got := mappingText(m.Map(test.source, test.name, test.eventType)); got != test.want {
			t.Errorf("%s %s %s:\n got %q\nwant %q", test.source, test.name, test.eventType, got, test.want)
		}
	}
}

func mappingText(m Mapping) string {
	return strings.Join(append([]string{m.Primary}, m.Possible...), " ")
}

// TestSharedHost: every action of the services that share the host of EC2 Auto Scaling
// is reached from there, and one of its own stays the first.
func TestSharedHost(t *testing.T) {
	m, c := NewMapper(Embedded()), Embedded()
	reached, both := 0, 0
	for _, full := range c.Names() {
		service, name, _ := strings.Cut(full, ":")
		if service != "application-autoscaling" && service != "autoscaling-plans" {
			continue
		}
		reached++
		mapping := m.Map("autoscaling.amazonaws.com", name, "AwsApiCall")
		if _, ok := c.Lookup("autoscaling", name); ok {
			both++
			if mapping.Primary != "autoscaling:"+name || !slices.Contains(mapping.Possible, full) {
				t.Errorf("%s, which EC2 Auto Scaling has too, is mapped to %s", full, mappingText(mapping))
			}
		} else if mapping.Primary != full {
			t.Errorf("%s is mapped to %s", full, mappingText(mapping))
		}
	}
	if reached < 20 || both < 5 {
		t.Errorf("only %d actions of the other services, %d of them with names of EC2 Auto Scaling", reached, both)
	}
}

// TestOperationMap: what a refreshed catalogue says of operations counts last, and
// adds to what may be needed.
func TestOperationMap(t *testing.T) {
	var actions []Action
	for _, name := range []string{"iam:PassRole", "x:Create", "x:Other", "x:TagResource", "y:Create", "y:Other"} {
		prefix, name, _ := strings.Cut(name, ":")
		actions = append(actions, Action{Service: prefix, Name: name, Level: Write})
	}
	var operations []Operation
	for name, authorised := range map[string]string{
		"StartIt": "iam:PassRole x:Create", "CreateIt": "x:Create x:TagResource y:Create", "Create": "x:Create x:Other x:TagResource",
		"Either": "x:Create x:Other", "Foreign": "iam:PassRole y:Create", "Foreigners": "y:Create y:Other", "Tag": "x:TagResource", "ListIt": "x:Gone",
	} {
		operations = append(operations, Operation{Service: "x", Name: name, Actions: strings.Fields(authorised)})
	}
	c, err := New(time.Unix(0, 0).UTC(), actions, operations)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMapper(c)
	for name, want := range map[string]string{
		"StartIt":         "x:Create iam:PassRole",
		"StartIt20200101": "x:Create iam:PassRole",
		"CreateIt":        "x:Create y:Create x:TagResource",
		"Either":          " x:Create x:Other", // which of them, nobody says
		"Foreign":         "y:Create iam:PassRole",
		"Foreigners":      " y:Create y:Other",
		"Tag":             " x:* x:TagResource",
		"Create":          "x:Create x:Other x:TagResource",
		"ListIt":          " x:*",
		"Gone":            " x:*",
	} {
		if got := mappingText(m.Map("x.amazonaws.com", name, "AwsApiCall")); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAttempted(t *testing.T) {
	m := NewMapper(Embedded())
	for text, want := range map[string]string{
		"kms:Decrypt": "kms:Decrypt", "KMS:decrypt": "kms:Decrypt", "iam:PassRole": "iam:PassRole",
		"kms": "", "kms:": "", "": "", ":": "", "evil:Action": "", "s3:*": "", "s3:GetObject:x": "",
	} {
		got, ok := m.Attempted(text)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", text, got, ok)
		}
	}
}

// TestVersionAndCaseAreNoMatter: a mapping is the same whatever the case of the
// event's name and the version behind it.
func TestVersionAndCaseAreNoMatter(t *testing.T) {
	c := Embedded()
	m := NewMapper(c)
	compared := 0
	for _, full := range c.Names() {
		service, name, _ := strings.Cut(full, ":")
		want := mappingText(m.Map(service+".amazonaws.com", name, "AwsApiCall"))
		for _, other := range []string{
			strings.ToLower(name), strings.ToUpper(name), name + "20150331", name + "20150331v2", name + "2020_05_31",
			name + "_20150331", name + "v20150331", name + "_2020_05_31", strings.ToLower(name) + "20150331V2",
		} {
			if got := mappingText(m.Map(service+".amazonaws.com", other, "AwsApiCall")); got != want {
				t.Errorf("%s %s: %q, want %q", service, other, got, want)
			}
			compared++
		}
	}
	if compared < 1000 {
		t.Fatalf("compared %d mappings only", compared)
	}
}

// FuzzMap: whatever a record says, its actions come from the catalogue, from a
// reviewed table, or are all of a service that is spelled like one.
func FuzzMap(f *testing.F) {
	c := Embedded()
	m := NewMapper(c)
	known := map[string]bool{passRole: true}
	for _, name := range c.Names() {
		known[name] = true
	}
	for op, r := range m.rules.renames {
		for _, name := range slices.Concat(r.used, r.possible, m.rules.onRequest[op]) {
			known[name] = true
		}
	}
	for _, verbs := range m.rules.verbs {
		for _, v := range verbs {
			known[v.action] = true
		}
	}
	f.Add("s3.amazonaws.com", "CopyObject", "AwsApiCall")
	f.Add("lambda.amazonaws.com", "GetFunction20150331v2", "")
	f.Add("signin.amazonaws.com", "ConsoleLogin", "AwsConsoleSignIn")
	f.Add("\x00:*.x", "00000000v0", "AwsApiCall")
	f.Add("apigateway.amazonaws.com", "Get_2020_05_31", "AwsApiCall")
	f.Fuzz(func(t *testing.T, source, name, eventType string) {
		mapping := m.Map(source, name, eventType)
		if p := mapping.Primary; p != "" && !known[p] {
			t.Errorf("primary action %q", p)
		}
		for i, p := range mapping.Possible {
			prefix, all := strings.CutSuffix(p, ":*")
			if !known[p] && !(all && isPrefix(prefix) && mapping.Primary == "") {
				t.Errorf("possible action %q", p)
			}
			if p == mapping.Primary || slices.Contains(mapping.Possible[:i], p) {
				t.Errorf("%q stands twice in %q", p, mappingText(mapping))
			}
		}
		if again := m.Map(source, strings.ToUpper(name), eventType); isASCII(name) && mappingText(again) != mappingText(mapping) {
			t.Errorf("%q in capitals: %q instead of %q", name, mappingText(again), mappingText(mapping))
		}
	})
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 127 }) < 0
}
