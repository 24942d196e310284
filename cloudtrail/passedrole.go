package cloudtrail

import "strings"

// PassedRoleParser finds the role that a call hands to a service. iam:PassRole
// has no event of its own; the parameters of the call are its only trace (A7).
// Results are valid until the parser's next call.
type PassedRoleParser struct{ texts scratch }

// passedRoleAt says where the parameters name the role, by event source and name
// without a version suffix. A dot steps into an object; of a list the first counts.
// Every call here is in passrole.txt of package roletrail/iam/action, where calls
// stand whose parameters nobody has seen.
var passedRoleAt = map[string][]string{
	"ec2.amazonaws.com RunInstances":                               {"iamInstanceProfile.arn", "iamInstanceProfile.name"},
	"ec2.amazonaws.com RequestSpotInstances":                       {"launchSpecification.iamInstanceProfile.arn", "launchSpecification.iamInstanceProfile.name"},
	"ec2.amazonaws.com AssociateIamInstanceProfile":                {"AssociateIamInstanceProfileRequest.IamInstanceProfile.Arn", "AssociateIamInstanceProfileRequest.IamInstanceProfile.Name", "iamInstanceProfile.arn", "iamInstanceProfile.name"},
	"ec2.amazonaws.com ReplaceIamInstanceProfileAssociation":       {"ReplaceIamInstanceProfileAssociationRequest.IamInstanceProfile.Arn", "ReplaceIamInstanceProfileAssociationRequest.IamInstanceProfile.Name", "iamInstanceProfile.arn", "iamInstanceProfile.name"},
	"lambda.amazonaws.com CreateFunction":                          {"role"},
	"lambda.amazonaws.com UpdateFunctionConfiguration":             {"role"},
	"sagemaker.amazonaws.com CreateNotebookInstance":               {"roleArn"},
	"sagemaker.amazonaws.com CreateTrainingJob":                    {"roleArn"},
	"sagemaker.amazonaws.com CreateProcessingJob":                  {"roleArn"},
	"sagemaker.amazonaws.com CreateAutoMLJob":                      {"roleArn"},
	"sagemaker.amazonaws.com CreateAutoMLJobV2":                    {"roleArn"},
	"sagemaker.amazonaws.com CreatePipeline":                       {"roleArn"},
	"sagemaker.amazonaws.com UpdatePipeline":                       {"roleArn"},
	"sagemaker.amazonaws.com CreateModel":                          {"executionRoleArn"},
	"codebuild.amazonaws.com CreateProject":                        {"serviceRole"},
	"codebuild.amazonaws.com UpdateProject":                        {"serviceRole"},
	"codepipeline.amazonaws.com CreatePipeline":                    {"pipeline.roleArn"},
	"codepipeline.amazonaws.com UpdatePipeline":                    {"pipeline.roleArn"},
	"rds.amazonaws.com AddRoleToDBCluster":                         {"roleArn"},
	"rds.amazonaws.com AddRoleToDBInstance":                        {"roleArn"},
	"glue.amazonaws.com CreateDevEndpoint":                         {"roleArn"},
	"glue.amazonaws.com UpdateDevEndpoint":                         {"roleArn"},
	"glue.amazonaws.com CreateJob":                                 {"role"},
	"glue.amazonaws.com UpdateJob":                                 {"jobUpdate.role"},
	"glue.amazonaws.com CreateCrawler":                             {"role"},
	"ecs.amazonaws.com RegisterTaskDefinition":                     {"taskRoleArn", "executionRoleArn"},
	"cloudformation.amazonaws.com CreateStack":                     {"roleARN"},
	"cloudformation.amazonaws.com UpdateStack":                     {"roleARN"},
	"cloudformation.amazonaws.com DeleteStack":                     {"roleARN"},
	"cloudformation.amazonaws.com CreateChangeSet":                 {"roleARN"},
	"states.amazonaws.com CreateStateMachine":                      {"roleArn"},
	"states.amazonaws.com UpdateStateMachine":                      {"roleArn"},
	"events.amazonaws.com PutRule":                                 {"roleArn"},
	"scheduler.amazonaws.com CreateSchedule":                       {"target.roleArn"},
	"scheduler.amazonaws.com UpdateSchedule":                       {"target.roleArn"},
	"eks.amazonaws.com CreateCluster":                              {"roleArn"},
	"eks.amazonaws.com CreateNodegroup":                            {"nodeRole"},
	"eks.amazonaws.com CreatePodIdentityAssociation":               {"roleArn"},
	"eks.amazonaws.com UpdatePodIdentityAssociation":               {"roleArn"},
	"eks.amazonaws.com CreateFargateProfile":                       {"podExecutionRoleArn"},
	"firehose.amazonaws.com CreateDeliveryStream":                  {"extendedS3DestinationConfiguration.roleARN", "s3DestinationConfiguration.roleARN"},
	"config.amazonaws.com PutConfigurationRecorder":                {"configurationRecorder.roleARN"},
	"cloudtrail.amazonaws.com CreateTrail":                         {"cloudWatchLogsRoleArn"},
	"cloudtrail.amazonaws.com UpdateTrail":                         {"cloudWatchLogsRoleArn"},
	"autoscaling.amazonaws.com CreateLaunchConfiguration":          {"iamInstanceProfile"},
	"ssm.amazonaws.com StartAutomationExecution":                   {"parameters.AutomationAssumeRole"},
	"datapipeline.amazonaws.com PutPipelineDefinition":             {"role"},
	"elasticbeanstalk.amazonaws.com CreateEnvironment":             {"operationsRole"},
	"application-autoscaling.amazonaws.com RegisterScalableTarget": {"roleARN"},
	"autoscaling.amazonaws.com RegisterScalableTarget":             {"roleARN"}, // does not say of which service
	"bedrock.amazonaws.com CreateAgent":                            {"agentResourceRoleArn"},
	"codebuild.amazonaws.com UpdateProjectVisibility":              {"resourceAccessRole"},
	"ec2.amazonaws.com CreateFlowLogs":                             {"CreateFlowLogsRequest.DeliverLogsPermissionArn"},
	"rds.amazonaws.com RemoveRoleFromDBCluster":                    {"roleArn"},
	"rds.amazonaws.com RemoveRoleFromDBInstance":                   {"roleArn"},
	"rds.amazonaws.com StartExportTask":                            {"iamRoleArn"},
	"rolesanywhere.amazonaws.com CreateProfile":                    {"roleArns"},
	"rolesanywhere.amazonaws.com UpdateProfile":                    {"roleArns"},
}

// Parse returns the ARN of the role that the record passes to a service, nil if it
// passes none. EC2 is given an instance profile, whose ARN is then returned, since
// the record does not say which role it holds. A denied iam:PassRole is named by
// the error message alone (P12).
func (p *PassedRoleParser) Parse(rec *Record) []byte {
	if len(rec.Text[ErrorMessage]) > 0 {
		if action, resource := DeniedResource(rec.Text[ErrorMessage]); equalFold(action, "iam:passrole") && isRoleARN(resource) {
			return resource
		}
	}
	params := rec.JSON[RequestParameters]
	if params == nil {
		return nil
	}
	p.texts.reset()
	for _, path := range p.paths(rec) {
		if arn := p.arnAt(params, path, rec.Text[RecipientAccountID]); arn != nil {
			return arn
		}
	}
	return nil
}

// paths looks the event up without allocating.
func (p *PassedRoleParser) paths(rec *Record) []string {
	p.texts.buf = AppendAPISource(p.texts.buf, rec)
	p.texts.buf = append(p.texts.buf, ' ')
	p.texts.buf = append(p.texts.buf, WithoutVersion(rec.Text[EventName])...)
	paths := passedRoleAt[string(p.texts.buf)]
	p.texts.reset()
	return paths
}

func (p *PassedRoleParser) arnAt(params []byte, path string, account []byte) []byte {
	value := params
	for rest, more := path, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, ".")
		value = member(value, name)
	}
	if isArray(value) { // parameters of SSM documents are lists
		eachElement(value, func(element []byte) bool {
			value = element
			return false
		})
	}
	if !isString(value) {
		return nil
	}
	text, _ := stringText(value, &p.texts)
	switch {
	case len(text) > 4 && string(text[:4]) == "arn:":
		return text
	case strings.HasSuffix(strings.ToLower(path), "profile.name") || path == "iamInstanceProfile":
		return p.named(account, ":instance-profile/", text)
	case path == "role" || path == "jobUpdate.role": // Glue also takes a role by its name
		return p.named(account, ":role/", text)
	}
	return nil
}

// named makes the ARN of something of the account that is only named. The
// partition is taken to be aws.
func (p *PassedRoleParser) named(account []byte, kind string, name []byte) []byte {
	if len(account) == 0 || len(name) == 0 {
		return nil
	}
	mark := len(p.texts.buf)
	p.texts.buf = append(p.texts.buf, "arn:aws:iam::"...)
	p.texts.buf = append(p.texts.buf, account...)
	p.texts.buf = append(p.texts.buf, kind...)
	p.texts.buf = append(p.texts.buf, name...)
	return p.texts.since(mark)
}

// WithoutVersion cuts the version off an event name: CreateFunction20150331,
// UpdateFunctionCode20150331v2, CreateInvalidation2020_05_31 (P25). Names like
// ListObjectsV2 stay.
func WithoutVersion(name []byte) []byte {
	end := cutDigits(name, len(name))
	if end < len(name) && end > 0 && name[end-1] == 'v' {
		end--
	} else {
		end = len(name)
	}
	if start := cutDigits(name, end); start > 0 && end-start == len("20150331") {
		return name[:start]
	}
	start := len(name) - len("2020_05_31")
	if start <= 0 || name[start+4] != '_' || name[start+7] != '_' {
		return name
	}
	if digits(name[start:start+4]) < 0 || digits(name[start+5:start+7]) < 0 || digits(name[start+8:]) < 0 {
		return name
	}
	return name[:start]
}

// cutDigits returns the index of the digits that end at end.
func cutDigits(name []byte, end int) int {
	for end > 0 && name[end-1]-'0' < 10 {
		end--
	}
	return end
}
