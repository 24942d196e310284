package organisation

import "time"

// storyRoles are the uses that are no routine.
func (w *world) storyRoles() {
	w.storyDormant()
	w.storySandbox()
	w.storyDatabase()
	w.storyConsole()
	w.storyStranger()
	w.storyEdges()
	w.storyDenied()
	w.storyLate()
	w.storyTables()
	w.storyNoise()
}

// storyDormant: used in June, not since. old-export lives in the account whose
// coverage is too thin to say so.
func (w *world) storyDormant() {
	d := newDice("dormant")
	for date := 9; date <= 11; date++ {
		s := w.assumeByService(d, w.reportExport, "lambda", "report-export", homeRegion, at(6, date, 3, 0, 4))
		w.succeed(d, s, read("rds", "DescribeDBSnapshots", 1, "dBInstanceIdentifier", "shop"), homeRegion, at(6, date, 3, 0, 9))
		w.succeed(d, s, read("rds", "StartExportTask", 1, "exportTaskIdentifier", "shop-"+date2(date), "s3BucketName", "example-exports"), homeRegion, at(6, date, 3, 1, 30))
	}
	s := w.assumeByService(d, w.oldExport, "glue", "GlueJobRunnerSession", homeRegion, at(6, 16, 1, 0, 0))
	w.succeed(d, s, read("glue", "GetTable", 1, "databaseName", "archive", "name", "orders"), homeRegion, at(6, 16, 1, 0, 12))
}

func date2(d int) string { return at(6, d, 0, 0, 0).Format("20060102") }

// storySandbox: the nightly user plays with the short-lived role.
func (w *world) storySandbox() {
	d := newDice("sandbox")
	for _, t := range []time.Time{at(7, 8, 13, 5, 0), at(7, 13, 10, 41, 7), at(7, 29, 9, 9, 9)} {
		s := w.assumeByUser(d, w.sandbox, w.nightly, "tests", t)
		for i, c := range []call{describeInstances(1), read("lambda", "ListFunctions20150331", 1), read("s3", "ListBuckets", 1)} {
			w.succeed(d, s, c, homeRegion, t.Add(time.Duration(i+1)*11*time.Second))
		}
	}
}

// storyDatabase: every Wednesday alice goes from her permission set in account
// workloads to db-admin in account data, every second time from the console,
// where the key of the AssumeRole call is nobody else's (P6).
func (w *world) storyDatabase() {
	d := newDice("database")
	for i, date := 0, day(2026, 6, 17); date.Before(lastDay); i, date = i+1, date.AddDate(0, 0, 7) {
		t := d.moment(date, 13, 15)
		s := w.power(w.powerWorkloads, w.alice)(d, t)
		s.console, s.mfa = i%2 == 1, true
		w.succeed(d, s, describeInstances(1), homeRegion, t.Add(20*time.Second))
		admin := w.assumeByRole(d, w.dbAdmin, s, w.alice.email, t.Add(65*time.Second))
		if admin == nil {
			continue
		}
		admin.source = "alice"
		w.succeed(d, admin, read("rds", "DescribeDBInstances", 1), homeRegion, t.Add(80*time.Second))
		w.succeed(d, admin, getSecret(1, "warehouse/admin"), homeRegion, t.Add(95*time.Second))
		w.succeed(d, admin, read("rds", "ModifyDBInstance", 1, "dBInstanceIdentifier", "warehouse", "applyImmediately", true), homeRegion, t.Add(240*time.Second))
	}
}

// storyConsole: carol also just looks around in console-admin.
func (w *world) storyConsole() {
	d := newDice("console")
	for date := day(2026, 6, 10); date.Before(lastDay); date = date.AddDate(0, 0, 9) {
		t := d.moment(date, 8, 15)
		s := w.console(d, t)
		for i, c := range []call{describeInstances(1), read("ec2", "DescribeVpcs", 1, "vpcSet", raw("{}"), "filterSet", raw("{}")), read("iam", "ListRoles", 1), read("rds", "DescribeDBInstances", 1)} {
			if c.source == "iam" {
				c.region = globalRegion
			}
			w.succeed(d, s, c, homeRegion, t.Add(time.Duration(i+1)*9*time.Second))
		}
	}
}

// storyStranger: a month after an unknown account was let in, it comes.
func (w *world) storyStranger() {
	d := newDice("stranger")
	s := w.assumeByForeign(d, w.vendorBilling, foreignStranger, strangerID, "x", "", at(8, 19, 2, 13, 40))
	s.ip = "203.0.113.66"
	w.succeed(d, s, read("ce", "GetCostAndUsage", 1, "timePeriod", obj("start", "2026-01-01", "end", "2026-08-01"), "granularity", "DAILY"), globalRegion, at(8, 19, 2, 13, 52))
	w.deny(d, s, read("s3", "ListBuckets", 1), globalRegion, at(8, 19, 2, 14, 3))
	w.deny(d, s, read("iam", "ListUsers", 1), globalRegion, at(8, 19, 2, 14, 9))
}

// storyEdges: calls in the last second before the quarter, its first, its last
// and the first one after it. Two of the four count.
func (w *world) storyEdges() {
	d := newDice("edges")
	for _, edge := range []time.Time{since, until} {
		s := w.assumeByService(d, w.edgeClock, "scheduler", "tick-"+edge.Format("20060102"), homeRegion, edge.Add(-10*time.Second))
		w.succeed(d, s, getParameter(1, "/clock/before"), homeRegion, edge.Add(-time.Second))
		w.succeed(d, s, getParameter(1, "/clock/after"), homeRegion, edge)
	}
}

// storyDenied: roles somebody wanted and did not get.
func (w *world) storyDenied() {
	d := newDice("denied")
	s := w.power(w.powerWorkloads, w.bob)(d, at(8, 18, 12, 10, 0))
	w.denyAssume(d, w.consoleAdmin, s, at(8, 18, 12, 11, 4))
	w.denyAssume(d, w.consoleAdmin, s, at(8, 18, 12, 11, 40))
	w.denyAssumeUser(d, w.dataMigrate, w.nightly, at(8, 27, 1, 30, 0))
}

// storyLate: one event reaches its file three days afterwards (P17, P19).
func (w *world) storyLate() {
	d := newDice("late")
	s := w.power(w.powerWorkloads, w.bob)(d, at(8, 4, 14, 0, 0))
	c := read("ec2", "DescribeVolumes", 1, "volumeSet", raw("{}"), "filterSet", raw("{}"))
	rec := c.make(d, s, homeRegion, at(8, 4, 14, 1, 30))
	rec.late, rec.addendum = 72*time.Hour, obj("reason", "DELIVERY_DELAY")
	w.finish(s, &c, &rec, success)
}

// storyTables: every Monday orders-api lists the open orders, the only data event of
// a table.
func (w *world) storyTables() {
	d := newDice("tables")
	for date := firstDay; date.Before(lastDay); date = date.AddDate(0, 0, 7) {
		t := d.moment(date, 6, 8)
		s := w.lambdaSession(w.ordersAPI, "orders-api")(d, t)
		w.succeed(d, s, queryTable("orders"), homeRegion, t.Add(2*time.Second))
	}
}

// storyNoise is what stands in every log and is nobody's role use: sign-ins of
// root and users, service events, calls of users.
func (w *world) storyNoise() {
	d := newDice("noise")
	for date := firstDay; date.Before(lastDay); date = date.AddDate(0, 0, 2) {
		t := d.moment(date, 8, 17)
		login := record{version: "1.08", at: t, source: "signin", name: "ConsoleLogin", region: globalRegion, ip: w.carol.ip, agent: browser,
			response: obj("ConsoleLogin", "Success"), eventType: "AwsConsoleSignIn", id: d.guid(), host: "us-east-1.signin.aws.amazon.com",
			additional: obj("LoginTo", "https://console.aws.amazon.com/console/home", "MobileVersion", "No", "MFAIdentifier", "arn:aws:iam::222222222222:mfa/carol", "MFAUsed", "Yes")}
		login.identity = obj("type", "IAMUser", "principalId", w.carol.id, "arn", w.carol.arn(), "accountId", w.tooling.id, "userName", "carol")
		if date.Day() == 1 {
			login.identity = obj("type", "Root", "principalId", w.tooling.id, "arn", "arn:aws:iam::222222222222:root", "accountId", w.tooling.id, "accessKeyId", "")
		}
		w.emit(w.tooling, &login)
		w.callByUser(d, w.carol, read("organizations", "ListAccounts", 1), t.Add(40*time.Second))
		rotation := record{version: "1.08", at: t.Add(time.Hour), source: "kms", name: "RotateKey", region: homeRegion, ip: "AWS Internal", agent: "AWS Internal",
			identity: obj("accountId", w.workloads.id, "invokedBy", "AWS Internal"), eventType: "AwsServiceEvent", id: d.guid(), requestID: d.guid(),
			service: obj("keyId", "arn:aws:kms:eu-west-1:111111111111:key/0f0f0f0f-1111-4222-8333-444455556666", "rotationType", "AUTOMATIC")}
		w.emit(w.workloads, &rotation)
	}
}
