package organisation

// What CloudTrail shows of the actions that the policies here grant by name, as AWS
// documents it. Those that stand in neither table are calls that every trail logs.

// dataEvents are actions whose calls are data events, with the resource type that a
// trail must name to log them; none where no trail can.
var dataEvents = map[string]string{
	"cloudwatch:ListMetrics": "AWS::CloudWatch::Metric",
	"dynamodb:Query":         "AWS::DynamoDB::Table",
	"logs:PutLogEvents":      "",
	"rds-db:connect":         "",
	"s3:GetObject":           "AWS::S3::Object",
	"s3:PutObject":           "AWS::S3::Object",
	"sqs:DeleteMessage":      "AWS::SQS::Queue",
	"sqs:ReceiveMessage":     "AWS::SQS::Queue",
}

// withoutCall are permissions that no call is named after.
var withoutCall = map[string]bool{"iam:PassRole": true}

// besides are actions that a call may need besides its own, depending on its
// parameters. AWS documents more of them; these are the ones that people know.
var besides = map[string][]string{
	"ec2:CreateSnapshot": {"ec2:CreateTags"},
	"s3:GetObject":       {"s3:GetObjectTagging", "s3:GetObjectVersion"},
	"s3:PutObject":       {"s3:PutObjectAcl", "s3:PutObjectTagging"},
}
