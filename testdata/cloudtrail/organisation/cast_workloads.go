package organisation

import "time"

const (
	lambdaBasic   = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
	adminPolicy   = "arn:aws:iam::aws:policy/AdministratorAccess"
	powerPolicy   = "arn:aws:iam::aws:policy/PowerUserAccess"
	appDataPolicy = "arn:aws:iam::111111111111:policy/app-data-access"
	deployPolicy  = "arn:aws:iam::111111111111:policy/deploy-permissions"
	broadPolicy   = "arn:aws:iam::111111111111:policy/broad-ops-access"
	boundaryARN   = "arn:aws:iam::111111111111:policy/workload-boundary"
	lakePolicy    = "arn:aws:iam::333333333333:policy/data-lake-access"
)

// recreation is when two roles of account workloads were deleted and made again
// under their names: deleted at this second, created 40 seconds later.
var recreation = at(8, 12, 9, 2, 10)

// externalIDLost is when the trust of vendor-billing lost its condition.
var externalIDLost = at(7, 15, 10, 3, 20)

// castWorkloads introduces the roles that account workloads uses itself.
func (c *cast) castWorkloads() {
	a := c.workloads
	c.appServer = c.add(role{account: a, name: "app-server", story: "active, instance profile", kind: "instance_profile", trust: trustService("ec2"),
		attached: []string{appDataPolicy}, instanceProfile: true, tags: [][2]string{{"team", "shop"}, {"stage", "production"}}})
	c.ordersAPI = c.add(role{account: a, name: "orders-api", story: "active, Lambda", kind: "service", trust: trustService("lambda"),
		attached: []string{lambdaBasic, appDataPolicy}, boundary: boundaryARN, tags: [][2]string{{"team", "shop"}, {"cost-centre", "4711"}}})
	c.paymentsOld = c.add(role{account: a, name: "payments-worker", story: "recreated: the old one", kind: "unknown", deleted: recreation})
	c.paymentsNew = c.add(role{account: a, name: "payments-worker", story: "recreated: the new one, in use again", kind: "service", trust: trustService("ecs-tasks"),
		created: recreation.Add(40 * time.Second), inline: []inlinePolicy{{"queue", policyDocument(allow("*", "sqs:ReceiveMessage", "sqs:DeleteMessage", "kms:Decrypt"))}}})
	c.invoiceOld = c.add(role{account: a, name: "invoice-printer", story: "recreated: the old one", kind: "unknown", deleted: recreation.Add(time.Minute)})
	c.invoiceNew = c.add(role{account: a, name: "invoice-printer", story: "recreated: the new one, never used since", kind: "service", trust: trustService("ecs-tasks"),
		created: recreation.Add(100 * time.Second), attached: []string{lambdaBasic}})
	c.thumbnailer = c.add(role{account: a, name: "thumbnailer", story: "assumed, its calls are not logged", kind: "service", trust: trustService("lambda"),
		// IAM lags behind the newest assumption, which therefore explains the verdict.
		iamLastUsed: at(9, 29, 6, 0, 0), attached: []string{lambdaBasic}, inline: []inlinePolicy{{"images", policyDocument(allow("arn:aws:s3:::example-images/*", "s3:GetObject", "s3:PutObject"))}}})
	c.reportExport = c.add(role{account: a, name: "report-export", story: "dormant", kind: "service", trust: trustService("lambda"), attached: []string{lambdaBasic},
		inline: []inlinePolicy{{"export", policyDocument(allow("*", "rds:DescribeDBSnapshots", "rds:StartExportTask", "s3:PutObject", "dynamodb:Query", "lambda:InvokeFunction"))}}})
	c.legacyBatch = c.add(role{account: a, name: "legacy-batch", story: "never used", kind: "service", trust: trustService("batch"),
		inline: []inlinePolicy{{"everything-s3", policyDocument(allow("*", "s3:*"))}}})
	c.pixelTracker = c.add(role{account: a, name: "pixel-tracker", story: "used according to IAM only", kind: "service", trust: trustService("lambda"),
		attached: []string{lambdaBasic}, iamLastUsed: at(9, 14, 16, 20, 5)})
	c.quarantineScan = c.add(role{account: a, name: "quarantine-scan", story: "denied only", kind: "service", trust: trustService("lambda"), attached: []string{lambdaBasic},
		inline: []inlinePolicy{{"scan", policyDocument(allow("*", "s3:ListAllMyBuckets", "s3:GetBucketAcl", "ec2:DescribeSnapshots", "ssm:GetParameter"))}}})
	c.broadOps = c.add(role{account: a, name: "broad-ops", story: "over-permissioned: a broad policy, three actions used", kind: "same_account",
		trust: trustPrincipal(c.nightly.arn()), attached: []string{broadPolicy}})
	c.slrAutoScaling = c.addServiceLinked(a, "autoscaling", "AutoScaling", time.Time{})
	c.slrLoadBalancing = c.addServiceLinked(a, "elasticloadbalancing", "ElasticLoadBalancing", at(7, 9, 8, 15, 44))
	c.slrSSOWorkloads = c.addServiceLinked(a, "sso", "SSO", time.Time{})
	c.powerWorkloads = c.addPermissionSet(a, "0123456789abcdef")
}

// castWorkloadsOutside introduces the roles that others use in workloads.
func (c *cast) castWorkloadsOutside() {
	a := c.workloads
	c.deploy = c.add(role{account: a, name: "deploy", story: "second link of the CI chain", kind: "cross_account",
		trust: trustPrincipal("arn:aws:iam::222222222222:role/ci-github"), attached: []string{deployPolicy}, maxSession: 7200})
	c.consoleAdmin = c.add(role{account: a, name: "console-admin", story: "console SwitchRole from another account", kind: "cross_account",
		trust: trustPrincipal("arn:aws:iam::222222222222:root"), attached: []string{adminPolicy}})
	c.vendorMonitor = c.add(role{account: a, name: "vendor-monitor", story: "vendor with external id", kind: "cross_account",
		trust:  trustVendor(foreignVendor, "roletrail-7c1f"),
		inline: []inlinePolicy{{"read-metrics", policyDocument(allow("*", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "ec2:DescribeInstances", "tag:GetResources"))}}})
	c.vendorBilling = c.add(role{account: a, name: "vendor-billing", story: "vendor whose external id was taken away, then a stranger let in", kind: "cross_account",
		trust: policyDocument(
			trustStatement("AWS", "arn:aws:iam::"+foreignVendor+":root", "sts:AssumeRole", ""),
			trustStatement("AWS", "arn:aws:iam::"+foreignStranger+":root", "sts:AssumeRole", "")),
		inline: []inlinePolicy{{"read-costs", policyDocument(allow("*", "ce:GetCostAndUsage", "ce:GetCostForecast", "s3:GetObject"))}}})
	c.sandbox = c.add(role{account: a, name: "sandbox-tester", story: "made and deleted inside the quarter", kind: "unknown",
		created: at(7, 7, 9, 14, 5), deleted: at(8, 3, 15, 47, 30)})
}

// addServiceLinked adds the service-linked role of a service.
func (c *cast) addServiceLinked(a *account, service, suffix string, created time.Time) *role {
	return c.add(role{account: a, name: "AWSServiceRoleFor" + suffix, path: "/aws-service-role/" + service + ".amazonaws.com/",
		story: "service-linked", kind: "service_linked", created: created, trust: trustService(service),
		inline: []inlinePolicy{{service + "-service-policy", serviceLinkedPolicy(service)}}})
}

// addPermissionSet adds the role Identity Center made of permission set
// PowerUser in an account; the hash differs in each account (P8).
func (c *cast) addPermissionSet(a *account, hash string) *role {
	return c.add(role{account: a, name: "AWSReservedSSO_PowerUser_" + hash, path: "/aws-reserved/sso.amazonaws.com/" + homeRegion + "/",
		story: "permission set PowerUser", kind: "permission_set", permissionSet: "PowerUser",
		trust: policyDocument(trustStatement("Federated", samlARN(a, ssoProvider), "sts:AssumeRoleWithSAML",
			obj("StringEquals", obj("SAML:aud", "https://signin.aws.amazon.com/saml")))),
		attached: []string{powerPolicy, "arn:aws:iam::aws:policy/AdministratorAccess"}, maxSession: 43200})
}

func samlARN(a *account, provider string) string {
	return "arn:aws:iam::" + a.id + ":saml-provider/" + provider
}
