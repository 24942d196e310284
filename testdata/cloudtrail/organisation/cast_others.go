package organisation

import "time"

// castTooling introduces the roles of account tooling, which is also the
// organisation's management account.
func (c *cast) castTooling() {
	a := c.tooling
	c.ciGitHub = c.add(role{account: a, name: "ci-github", story: "CI by web identity, first link of the chain", kind: "web_identity",
		trust: policyDocument(trustStatement("Federated", "arn:aws:iam::"+a.id+":oidc-provider/"+githubProvider, "sts:AssumeRoleWithWebIdentity",
			obj("StringEquals", obj(githubProvider+":aud", "sts.amazonaws.com"),
				"StringLike", obj(githubProvider+":sub", "repo:example-org/*")))),
		inline: []inlinePolicy{{"hop", policyDocument(
			allow("arn:aws:iam::111111111111:role/deploy", "sts:AssumeRole"), allow("*", "ecr:*"))}}})
	c.securityAudit = c.add(role{account: a, name: "security-audit", path: "/audit/", story: "active every day, long-term key behind it", kind: "same_account",
		trust:  trustPrincipal(c.auditor.arn()),
		inline: []inlinePolicy{{"look", policyDocument(allow("*", "iam:Get*", "iam:List*", "s3:GetBucket*", "s3:ListAllMyBuckets", "cloudtrail:*", "config:Describe*", "guardduty:List*"))}}})
	c.edgeClock = c.add(role{account: a, name: "edge-clock", story: "used in the last and first second of the quarter", kind: "service",
		trust: trustService("scheduler"), inline: []inlinePolicy{{"tick", policyDocument(allow("*", "ssm:GetParameter"))}}})
}

// castData introduces the roles of account data, whose coverage is thin.
func (c *cast) castData() {
	a := c.data
	c.etlRunner = c.add(role{account: a, name: "etl-runner", path: "/team/data/", story: "role with a path, data events of one bucket", kind: "service",
		trust: trustService("glue"), attached: []string{lakePolicy}, tags: [][2]string{{"team", "data"}}})
	c.dataMigrate = c.add(role{account: a, name: "data-migrate", story: "last link of the CI chain", kind: "cross_account",
		trust: trustPrincipal("arn:aws:iam::111111111111:role/deploy"), attached: []string{lakePolicy}})
	c.dbAdmin = c.add(role{account: a, name: "db-admin", story: "a person, through a permission set of another account", kind: "cross_account",
		trust: policyDocument(trustStatement("AWS", "arn:aws:iam::111111111111:root", "sts:AssumeRole",
			obj("ArnLike", obj("aws:PrincipalArn", "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/*")))),
		inline: []inlinePolicy{{"databases", policyDocument(allow("*", "rds:*", "rds-db:connect", "secretsmanager:GetSecretValue"))}}, maxSession: 7200})
	c.oldExport = c.add(role{account: a, name: "old-export", story: "dormant, but coverage is thin", kind: "service", trust: trustService("glue"),
		inline: []inlinePolicy{{"export", policyDocument(allow("*", "glue:*", "s3:*"))}}})
	c.archiveReader = c.add(role{account: a, name: "archive-reader", story: "never used, but coverage is thin", kind: "cross_account",
		// Whoever is in the organisation, and a role that was deleted: its ARN became an id.
		trust: policyDocument(
			trustStatement("AWS", "*", "sts:AssumeRole", obj("StringEquals", obj("aws:PrincipalOrgID", organisationID))),
			trustStatement("AWS", "AROAARCHIVERGONEEXAMP", "sts:AssumeRole", "")),
		inline: []inlinePolicy{{"archive", policyDocument(allow("arn:aws:s3:::example-archive/*", "s3:GetObject"))}}})
	c.samlAnalyst = c.add(role{account: a, name: "saml-analyst", story: "a person by SAML, without Identity Center", kind: "saml",
		trust: policyDocument(trustStatement("Federated", samlARN(a, samlProvider), "sts:AssumeRoleWithSAML",
			obj("StringEquals", obj("SAML:aud", "https://signin.aws.amazon.com/saml")))),
		inline: []inlinePolicy{{"query", policyDocument(allow("*", "athena:*", "glue:Get*"))}}})
	c.slrSSOData = c.addServiceLinked(a, "sso", "SSO", time.Time{})
	c.powerData = c.addPermissionSet(a, "fedcba9876543210")
}
