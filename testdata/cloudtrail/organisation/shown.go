package organisation

// What CloudTrail shows of the actions that the policies here grant by name, as AWS
// documents it. Those that stand in neither table are calls that every trail logs.

// dataEvents are the actions whose calls are data events.
var dataEvents = map[string]dataEvent{
	"cloudwatch:ListMetrics": {"AWS::CloudWatch::Metric", "list"},
	"dynamodb:Query":         {"AWS::DynamoDB::Table", "read"},
	"lambda:InvokeFunction":  {"AWS::Lambda::Function", "write"},
	"logs:PutLogEvents":      {"", "write"},
	"rds-db:connect":         {"", "permissions"},
	"s3:GetObject":           {"AWS::S3::Object", "read"},
	"s3:PutObject":           {"AWS::S3::Object", "write"},
	"sqs:DeleteMessage":      {"AWS::SQS::Queue", "write"},
	"sqs:ReceiveMessage":     {"AWS::SQS::Queue", "read"},
}

// dataEvent is the resource type that a trail must name to log a data event, none
// where no trail can, and the access level of the action.
type dataEvent struct{ resourceType, accessLevel string }

// withoutCall are permissions that no call is named after.
var withoutCall = map[string]bool{"iam:PassRole": true}

// besides are actions that a call may need besides its own, depending on its
// parameters. AWS documents more of them; these are the ones that people know.
var besides = map[string][]string{
	"ec2:CreateSnapshot": {"ec2:CreateTags"},
	"s3:GetObject":       {"s3:GetObjectTagging", "s3:GetObjectVersion"},
	"s3:PutObject":       {"s3:PutObjectAcl", "s3:PutObjectTagging"},
}
