package organisation

import "time"

// managedPolicy is a policy of its own that roles attach.
type managedPolicy struct {
	account  *account // nil for AWS's own
	name, id string
	versions []policyVersion // newest first; exactly one is the default
}

type policyVersion struct {
	id        string
	document  raw
	created   time.Time
	isDefault bool
}

func (p *managedPolicy) arn() string {
	if p.account == nil {
		if p.name == "AWSLambdaBasicExecutionRole" {
			return "arn:aws:iam::aws:policy/service-role/" + p.name
		}
		return "arn:aws:iam::aws:policy/" + p.name
	}
	return "arn:aws:iam::" + p.account.id + ":policy/" + p.name
}

// policyDocument is a policy of the given statements.
func policyDocument(statements ...any) raw {
	return obj("Version", "2012-10-17", "Statement", list(statements...))
}

// allow is a statement that allows actions on resources ("*" or ARNs).
func allow(resource string, actions ...any) raw {
	return obj("Effect", "Allow", "Action", list(actions...), "Resource", resource)
}

// trustStatement lets a principal (kind AWS, Service or Federated) do action,
// under a condition unless that is empty.
func trustStatement(kind, principal, action string, condition raw) raw {
	pairs := []any{"Effect", "Allow", "Principal", obj(kind, principal), "Action", action}
	if principal == "*" && kind == "AWS" {
		pairs[3] = "*"
	}
	if condition != "" {
		pairs = append(pairs, "Condition", condition)
	}
	return obj(pairs...)
}

// trustService is the trust of a role that an AWS service assumes.
func trustService(service string) raw {
	return policyDocument(trustStatement("Service", service+".amazonaws.com", "sts:AssumeRole", ""))
}

// trustPrincipal is the trust of a role that one IAM principal assumes.
func trustPrincipal(arn string) raw {
	return policyDocument(trustStatement("AWS", arn, "sts:AssumeRole", ""))
}

// trustVendor is the trust of a vendor's role, with an external id unless empty.
func trustVendor(account, externalID string) raw {
	var condition raw
	if externalID != "" {
		condition = obj("StringEquals", obj("sts:ExternalId", externalID))
	}
	return policyDocument(trustStatement("AWS", "arn:aws:iam::"+account+":root", "sts:AssumeRole", condition))
}

// serviceLinkedPolicy is what a service lets its own role do.
func serviceLinkedPolicy(service string) raw {
	switch service {
	case "sso":
		return policyDocument(
			allow("*", "iam:ListRoles", "iam:GetSAMLProvider"),
			allow("arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*", "iam:CreateRole", "iam:DeleteRole", "iam:GetRole",
				"iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:UpdateAssumeRolePolicy"))
	case "elasticloadbalancing":
		return policyDocument(allow("*", "ec2:Describe*", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute",
			"ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "logs:CreateLogDelivery"))
	}
	return policyDocument(allow("*", "ec2:Describe*", "ec2:RunInstances", "ec2:TerminateInstances", "ec2:CreateTags",
		"elasticloadbalancing:Describe*", "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets", "cloudwatch:PutMetricAlarm"))
}

var administrator = policyDocument(allow("*", "*"))

// newPolicies writes the managed policies the roles attach.
func newPolicies(c *cast) []*managedPolicy {
	created := time.Date(2025, 3, 4, 10, 0, 0, 0, time.UTC)
	one := func(a *account, name string, document raw) *managedPolicy {
		return &managedPolicy{a, name, stableID("ANPA", name), []policyVersion{{"v1", document, created, true}}}
	}
	appData := one(c.workloads, "app-data-access", policyDocument(
		allow("*", "s3:GetObject", "s3:ListBucket", "dynamodb:Query", "dynamodb:DescribeTable", "secretsmanager:GetSecretValue", "ssm:*", "kms:Decrypt", "sqs:*")))
	appData.versions = append([]policyVersion{{"v2", policyDocument(
		allow("*", "s3:*", "dynamodb:*", "secretsmanager:GetSecretValue", "ssm:*", "kms:*", "sqs:*", "ec2:Describe*", "logs:*")), at(8, 5, 9, 31, 12), true}}, appData.versions...)
	appData.versions[1].isDefault = false

	lake := one(c.data, "data-lake-access", policyDocument(
		allow("*", "s3:*", "glue:*", "athena:*", "kms:Decrypt", "kms:GenerateDataKey", "lakeformation:GetDataAccess")))
	lake.versions = append([]policyVersion{{"v2", policyDocument(
		allow("*", "s3:GetObject", "s3:PutObject", "glue:Get*", "glue:StartJobRun", "athena:*")), created.AddDate(0, 3, 0), false}}, lake.versions...)

	return []*managedPolicy{
		one(nil, "AdministratorAccess", administrator),
		one(nil, "PowerUserAccess", policyDocument(
			obj("Effect", "Allow", "NotAction", list("iam:*", "organizations:*", "account:*"), "Resource", "*"),
			allow("*", "iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"))),
		one(nil, "AWSLambdaBasicExecutionRole", policyDocument(allow("*", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"))),
		appData,
		one(c.workloads, "deploy-permissions", policyDocument(
			allow("*", "cloudformation:*", "lambda:*", "ecs:*", "ec2:*", "iam:*Role*", "iam:*Policy*", "iam:*InstanceProfile*", "iam:PassRole", "s3:*", "eks:*"),
			allow("arn:aws:iam::333333333333:role/data-migrate", "sts:AssumeRole"))),
		one(c.workloads, "broad-ops-access", policyDocument(
			allow("*", "ec2:*", "rds:*", "s3:*", "dynamodb:*", "lambda:*", "ssm:*", "secretsmanager:*", "iam:PassRole"))),
		one(c.workloads, "workload-boundary", policyDocument(
			obj("Effect", "Allow", "NotAction", list("iam:*", "organizations:*"), "Resource", "*"))),
		lake,
	}
}

// policyOf is a managed policy by its ARN, or nil.
func (c *cast) policyOf(arn string) *managedPolicy {
	for _, p := range c.policies {
		if p.arn() == arn {
			return p
		}
	}
	return nil
}
