package organisation

import (
	"strconv"
	"time"
)

// routinesOthers are the ordinary days of tooling, data, and the people.
func (w *world) routinesOthers() []routine {
	return []routine{w.ciDays(), w.auditDays(), w.etlDays(), w.analystDays(),
		w.permissionSetDays(w.powerWorkloads, w.alice, 1, true), w.permissionSetDays(w.powerWorkloads, w.bob, 2, false),
		w.permissionSetDays(w.powerData, w.alice, 1, false)}
}

// ciDays: a pipeline run gets ci-github by web identity, with it deploy in
// account workloads, and with that, every third time, data-migrate in data.
func (w *world) ciDays() routine {
	return routine{name: "ci-github", role: w.ciGitHub, weekday: 3, hours: [2]int{7, 18}, calls: [2]int{2, 3}, spread: time.Minute, region: homeRegion,
		start: func(d *dice, t time.Time) *session {
			return w.assumeByWebIdentity(d, w.ciGitHub, githubProvider, githubSubject, "GitHubActions", t)
		},
		menu: []call{read("ecr", "GetAuthorizationToken", 2), read("sts", "GetCallerIdentity", 1),
			read("ecr", "DescribeRepositories", 1, "repositoryNames", list("app"))},
		more: func(d *dice, s *session, t time.Time) { w.deployRun(d, s, t.Add(5*time.Second)) }}
}

// deployRun is the part of a pipeline run in account workloads.
func (w *world) deployRun(d *dice, ci *session, t time.Time) {
	s := w.assumeByRole(d, w.deploy, ci, "app-main-"+strconv.Itoa(d.between(1000, 9999)), t)
	if s == nil {
		return
	}
	s.agent = terraform
	for range d.between(6, 10) {
		t = t.Add(time.Duration(d.between(1, 20)) * time.Second)
		w.deployCall(d, s, t)
	}
	if !d.chance(333) {
		return
	}
	if next := w.assumeByRole(d, w.dataMigrate, s, s.name, t.Add(3*time.Second)); next != nil {
		w.migrate(d, next, t.Add(6*time.Second))
	}
}

// deployCall is one call of a deployment: most by the role itself, some by
// CloudFormation on its behalf.
func (w *world) deployCall(d *dice, s *session, t time.Time) {
	c := pick(d, deployMenu...)
	switch {
	case d.chance(25):
		w.fail(d, s, c, homeRegion, t)
	case d.chance(150) && c.source == "ecs":
		w.succeed(d, s.through("cloudformation.amazonaws.com"), c, homeRegion, t)
	default:
		w.succeed(d, s, c, homeRegion, t)
	}
}

var deployMenu = []call{
	read("cloudformation", "DescribeStacks", 1, "stackName", "shop"),
	read("cloudformation", "CreateChangeSet", 1, "stackName", "shop", "changeSetName", "app-main", "capabilities", list("CAPABILITY_NAMED_IAM")).answering(func(d *dice, _ *session) raw {
		return obj("id", "arn:aws:cloudformation:eu-west-1:111111111111:changeSet/app-main/"+d.guid())
	}),
	read("ecs", "DescribeServices", 1, "cluster", "shop", "services", list("payments-worker")),
	read("ecs", "DescribeTaskDefinition", 1, "taskDefinition", "payments-worker"),
	read("lambda", "GetFunction20150331v2", 1, "functionName", "orders-api"),
	{source: "iam", name: "GetRole", region: globalRegion, request: fixed("roleName", "orders-api"), host: "iam.amazonaws.com"},
	read("eks", "DescribeCluster", 1, "name", "preview"),
	bucketRead("GetBucketLocation", "location", 1, "example-artifacts"),
}

// migrate is the part of a pipeline run in account data.
func (w *world) migrate(d *dice, s *session, t time.Time) {
	for i, c := range []call{read("glue", "GetTable", 1, "databaseName", "orders", "name", "orders"), lakeObject("GetObject", 1), startJobRun(1)} {
		w.succeed(d, s, c, homeRegion, t.Add(time.Duration(i*4+1)*time.Second))
	}
}

// auditDays: an IAM user with a long-term key looks at everything, every day.
func (w *world) auditDays() routine {
	return routine{name: "security-audit", role: w.securityAudit, weekday: 1, weekend: 1, hours: [2]int{3, 5}, calls: [2]int{8, 12}, spread: 15 * time.Minute, region: globalRegion, failed: 5,
		start: func(d *dice, t time.Time) *session {
			return w.assumeByUser(d, w.securityAudit, w.auditor, "audit", t)
		},
		menu: []call{read("iam", "ListRoles", 3, "maxItems", 1000), read("iam", "GetAccountSummary", 1), read("iam", "ListPolicies", 2, "scope", "Local", "onlyAttached", false),
			read("s3", "ListBuckets", 2), bucketRead("GetBucketPolicy", "policy", 2, "example-logs", "example-artifacts"), read("cloudtrail", "DescribeTrails", 1),
			read("cloudtrail", "GetTrailStatus", 1, "name", w.trails()[0].arn()), read("config", "DescribeConfigurationRecorders", 1)}}
}

// etlDays: the nightly jobs, whose object reads and writes on the lake bucket
// are logged as data events.
func (w *world) etlDays() routine {
	return routine{name: "etl-runner", role: w.etlRunner, weekday: 3, weekend: 2, hours: [2]int{0, 5}, calls: [2]int{7, 12}, spread: 50 * time.Minute, region: homeRegion, denied: 6, failed: 8,
		start: func(d *dice, t time.Time) *session {
			return w.assumeByService(d, w.etlRunner, "glue", "GlueJobRunnerSession", homeRegion, t)
		},
		menu: []call{lakeObject("GetObject", 6), lakeObject("PutObject", 4), read("glue", "GetTable", 2, "databaseName", "orders", "name", "orders"), decrypt(2),
			read("glue", "GetPartitions", 2, "databaseName", "orders", "tableName", "orders", "expression", "date >= '2026-06-01'")}}
}

// analystDays: a person of another identity provider, by SAML.
func (w *world) analystDays() routine {
	return routine{name: "saml-analyst", role: w.samlAnalyst, weekday: 1, hours: [2]int{8, 15}, calls: [2]int{4, 8}, spread: 2 * time.Hour, region: homeRegion, failed: 10,
		start: func(d *dice, t time.Time) *session { return w.assumeBySAML(d, w.samlAnalyst, samlProvider, w.dave, t) },
		menu: []call{startQuery(3), read("athena", "GetQueryExecution", 3, "queryExecutionId", "0f0f0f0f-1111-4222-8333-444455556666"),
			read("glue", "GetDatabases", 1)}}
}

// permissionSetDays: a person works with permission set PowerUser, in the
// console (every request with its own key) or on the command line.
func (w *world) permissionSetDays(r *role, p *person, sessions int, console bool) routine {
	return routine{name: "power " + r.account.id + p.email, role: r, weekday: sessions, hours: [2]int{7, 16}, calls: [2]int{5, 10}, spread: 3 * time.Hour, region: homeRegion, denied: 15,
		start: func(d *dice, t time.Time) *session {
			w.federate(d, r, p, t.Add(-time.Second))
			s := w.assumeBySAML(d, r, ssoProvider, p, t)
			if s.console, s.agent, s.mfa = console, cli, true; console {
				s.agent = browser
			}
			return s
		},
		menu: []call{describeInstances(3), read("ec2", "DescribeSecurityGroups", 1, "securityGroupSet", raw("{}"), "filterSet", raw("{}")), read("logs", "DescribeLogGroups", 2, "limit", 50),
			read("logs", "FilterLogEvents", 2, "logGroupName", "/aws/lambda/orders-api", "limit", 100), read("rds", "DescribeDBInstances", 1),
			read("lambda", "ListFunctions20150331", 1, "maxItems", 50), read("ce", "GetCostForecast", 1, "metric", "UNBLENDED_COST", "granularity", "MONTHLY")}}
}

// federate is what Identity Center itself logs, in the management account, when
// a person picks a role: the user stands in onBehalfOf only (P8).
func (w *world) federate(d *dice, r *role, p *person, t time.Time) {
	rec := record{version: "1.09", at: t, source: "sso", name: "Federate", region: homeRegion, ip: p.ip, agent: browser, eventType: "AwsServiceEvent",
		requestID: d.guid(), id: d.guid(), service: obj("role_name", r.permissionSet, "account_id", r.account.id)}
	rec.identity = obj("type", "IdentityCenterUser", "accountId", w.tooling.id,
		"onBehalfOf", obj("userId", p.id, "identityStoreArn", instanceStore), "credentialId", newDice("credential "+p.email).hex(64))
	w.emit(w.tooling, &rec)
}
