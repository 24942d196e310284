package organisation

import (
	"slices"
	"strings"
)

// operations are the 400 API operations of a corpus, as "service: Operation …"
// lines: names of AWS's public API.
const operations = `
account: GetRegionOptStatus
acm-pca: GetCertificate IssueCertificate
aoss: ListAccessPolicies ListCollections
apigateway: CreateApi CreateIntegration CreateRoute CreateStage
appsync: CreateApiKey GetIntrospectionSchema UpdateGraphqlApi UpdateResolver
athena: GetQueryResults
autoscaling: CreateAutoScalingGroup DescribeAutoScalingGroups
bedrock: CreateFoundationModelAgreement GetFoundationModelAvailability GetKnowledgeBase
bedrock: GetModelInvocationLoggingConfiguration GetUseCaseForModelAccess InvokeModel
bedrock: InvokeModelWithResponseStream ListAgents ListCustomModels ListFoundationModelAgreementOffers
bedrock: ListFoundationModels ListInferenceProfiles ListKnowledgeBases ListModelInvocationJobs
bedrock: ListProvisionedModelThroughputs PutFoundationModelEntitlement PutUseCaseForModelAccess
ce: GetCostAndUsage GetCostForecast
cloudformation: CreateChangeSet CreateStack DescribeStackEvents DescribeStacks UpdateStack
cloudfront: CreateFunction PublishFunction UpdateDistribution
cloudshell: CreateSession
cloudtrail: CreateTrail DeleteTrail DescribeTrails GetEventSelectors GetTrailStatus ListTags LookupEvents
cloudtrail: PutEventSelectors StartLogging StopLogging UpdateTrail
config: DeleteConfigRule DeleteConfigurationRecorder DeleteDeliveryChannel DescribeConfigRules PutEvaluations
config: StopConfigurationRecorder
dynamodb: CreateTable DescribeContinuousBackups DescribeTable DescribeTimeToLive ListTables UpdateTable
ec2: AttachInternetGateway AuthorizeSecurityGroupEgress CreateDefaultVpc CreateImage CreateInternetGateway
ec2: CreateLaunchTemplate CreateNetworkAclEntry CreateRoute CreateSecurityGroup CreateSubnet
ec2: CreateTrafficMirrorFilter CreateTrafficMirrorSession CreateVolume DeleteFlowLogs DeleteNatGateway
ec2: DeleteNetworkAclEntry DeleteRouteTable DeleteSnapshot DeleteVolume DeregisterImage
ec2: DescribeAddressTransfers DescribeAddressesAttribute DescribeBundleTasks DescribeClientVpnRoutes
ec2: DescribeDhcpOptions DescribeFlowLogs DescribeImages DescribeInstanceCreditSpecifications
ec2: DescribeInstanceTypes DescribeInternetGateways DescribeLaunchTemplates DescribeNetworkAcls
ec2: DescribePlacementGroups DescribeSecurityGroups DescribeSnapshotTierStatus DescribeSubnets
ec2: DescribeTransitGatewayMulticastDomains DescribeVolumes DescribeVpcAttribute
ec2: DescribeVpcClassicLinkDnsSupport DescribeVpcEndpointServiceConfigurations DescribeVpcPeeringConnections
ec2: DescribeVpnConnections DetachInternetGateway DisassociateRouteTable GetConsoleScreenshot
ec2: GetEbsEncryptionByDefault GetLaunchTemplateData GetTransitGatewayRouteTableAssociations
ec2: ModifyInstanceAttribute RegisterImage ReplaceIamInstanceProfileAssociation RevokeSecurityGroupIngress
ec2: StartInstances TerminateInstances
ec2-instance-connect: SendSSHPublicKey SendSerialConsoleSSHPublicKey
ecr: BatchGetImage DescribeImages DescribeRepositories GetAuthorizationToken
ecs: CreateCluster CreateService DescribeServices DescribeTaskDefinition DescribeTasks RegisterTaskDefinition
ecs: RunTask UpdateService
eks: AssociateAccessPolicy CreateAccessEntry DescribeAccessEntry DescribeCluster ListAssociatedAccessPolicies
eks: ListClusters
elasticfilesystem: DeleteFileSystem DeleteMountTarget
elasticloadbalancing: CreateRule DeregisterTargets DescribeListeners DescribeLoadBalancers DescribeTargetGroups
elasticloadbalancing: DescribeTargetHealth RegisterTargets
events: DeleteRule DisableRule ListRules ListTargetsByRule PutRule PutTargets RemoveTargets
glacier: ListVaults
glue: CreateDevEndpoint CreateJob UpdateDevEndpoint UpdateJob
guardduty: CreateIPSet DeleteInvitations DeletePublishingDestination DisassociateMembers GetFindings
guardduty: ListFindings StopMonitoringMembers UpdateIPSet
health: DescribeEventAggregates DescribeEvents
iam: AddUserToGroup AttachRolePolicy ChangePassword CreateInstanceProfile CreateOpenIDConnectProvider
iam: CreatePolicyVersion CreateSAMLProvider CreateUser DeleteAccessKey DeleteLoginProfile DeleteRole
iam: DeleteRolePolicy DeleteUserPermissionsBoundary DetachRolePolicy GetAccountAuthorizationDetails
iam: GetInstanceProfile GetPolicy GetRole GetUser ListAttachedRolePolicies ListEntitiesForPolicy
iam: ListGroupsForUser ListInstanceProfilesForRole ListOpenIDConnectProviders ListRolePolicies
iam: ListSAMLProviders ListServiceSpecificCredentials ListUserPolicies ListVirtualMFADevices
iam: PutRolePermissionsBoundary PutUserPermissionsBoundary RemoveRoleFromInstanceProfile
iam: SimulatePrincipalPolicy UpdateAccessKey UpdateLoginProfile
kms: CreateGrant CreateKey Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext
kms: ListAliases PutKeyPolicy ScheduleKeyDeletion
lambda: AddPermission20150331v2 CreateEventSourceMapping20150331 CreateFunction20150331 CreateFunctionUrlConfig
lambda: DeleteFunction20150331 GetFunction20150331v2 GetFunctionCodeSigningConfig
lambda: GetFunctionConfiguration20150331v2 Invoke ListFunctions20150331 ListVersionsByFunction20150331
lambda: RemovePermission20150331v2 UpdateEventSourceMapping20150331 UpdateFunctionCode20150331v2
lambda: UpdateFunctionConfiguration20150331v2
lightsail: CreateInstances GetInstances GetRegions
logs: CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DescribeLogGroups DescribeLogStreams
logs: DescribeSubscriptionFilters GetLogRecord ListTagsLogGroup PutLogEvents
monitoring: DeleteAlarms DescribeAlarms DescribeAlarmsForMetric
notifications: ListNotificationHubs
organizations: CreateAccount DescribeOrganization InviteAccountToOrganization LeaveOrganization ListAccounts
organizations: ListDelegatedAdministrators ListOrganizationalUnitsForParent
ram: ListResources
rds: AuthorizeDBSecurityGroupIngress CreateDBSnapshot DeleteDBCluster DeleteDBSnapshot
rds: DescribeAccountAttributes DescribeCertificates DescribeDBClusterSnapshots DescribeDBEngineVersions
rds: DescribeDBParameterGroups DescribeDBSnapshots DescribeEventSubscriptions DescribeExportTasks
rds: DescribeOptionGroups DescribePendingMaintenanceActions DescribeRecommendations ListTagsForResource
rds: ModifyDBInstance StartExportTask
resource-explorer-2: ListIndexes Search
rolesanywhere: CreateProfile CreateTrustAnchor DeleteProfile DeleteTrustAnchor ListProfiles ListTrustAnchors
route53: ChangeResourceRecordSets CreateHostedZone GetHostedZoneCount ListHostedZones
route53resolver: ListFirewallRuleGroupAssociations
s3: CreateBucket DeleteBucket DeleteBucketLifecycle DeleteBucketPolicy DeleteObject GetAccelerateConfiguration
s3: GetAccountPublicAccessBlock GetBucketAccelerateConfiguration GetBucketAcl GetBucketCors GetBucketEncryption
s3: GetBucketLifecycle GetBucketLocation GetBucketLogging GetBucketObjectLockConfiguration
s3: GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock
s3: GetBucketReplication GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite
s3: GetObject GetObjectLockConfiguration GetPublicAccessBlock GetStorageLensConfiguration HeadObject
s3: ListAccessPoints ListBuckets ListObjects PutBucketAcl PutBucketEncryption PutBucketLifecycle
s3: PutBucketPolicy PutBucketReplication PutBucketTagging PutBucketVersioning PutObject
sagemaker: ListEndpoints ListModels ListTrainingJobs
secretsmanager: CreateSecret DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue ListSecrets
secretsmanager: PutSecretValue
securityhub: DeleteMembers DescribeHub
servicequotas: GetServiceQuota ListServiceQuotas RequestServiceQuotaIncrease
ses: CreateEmailIdentity DeleteIdentity GetAccount GetAccountSendingEnabled GetIdentityVerificationAttributes
ses: GetSendQuota ListEmailIdentities ListIdentities PutAccountDetails SendEmail UpdateAccountSendingEnabled
ses: VerifyEmailIdentity
sns: GetSMSAttributes GetSMSSandboxAccountStatus ListOriginationNumbers ListSubscriptions ListTopics Publish
sqs: CreateQueue GetQueueAttributes GetQueueUrl PurgeQueue
ssm: DeleteParameter DescribeInstanceInformation DescribeParameters GetCommandInvocation GetDocument
ssm: GetParameter GetParameters ListInstanceAssociations ListTagsForResource PutComplianceItems PutInventory
ssm: PutParameter ResumeSession SendCommand StartSession UpdateInstanceAssociationStatus
ssm: UpdateInstanceInformation
sso: CreateAccountAssignment StartSSO UpdateSsoConfiguration
sso-directory: AddMemberToGroup CreateGroup CreateUser
states: DescribeExecution StartExecution
sts: GetCallerIdentity GetFederationToken GetSessionToken
tagging: GetResources
transfer: CreateServer CreateUser
wafv2: DeleteRuleGroup DeleteWebACL UpdateIPSet
`

// accessSources are the services that say who may do what.
var accessSources = []string{"iam", "organizations", "rolesanywhere", "sso", "sso-directory", "identitystore"}

// operation is one API operation.
type operation struct {
	source, name string
	readOnly     bool
	data         bool
	access       bool // changes who may do what
}

// parseOperations reads the table above.
func parseOperations() []operation {
	var all []operation
	for line := range strings.Lines(operations) {
		source, names, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		for name := range strings.FieldsSeq(names) {
			c := call{source: source, name: name}
			data := source == "s3" && (name == "GetObject" || name == "PutObject" || name == "HeadObject" || name == "DeleteObject")
			access := !c.readOnly() && (slices.Contains(accessSources, source) || strings.HasSuffix(name, "AccessEntry"))
			all = append(all, operation{source: source, name: name, readOnly: c.readOnly(), data: data, access: access})
		}
	}
	return all
}
