package organisation

import (
	"time"
)

// routinesWorkloads are the ordinary days of account workloads.
func (w *world) routinesWorkloads() []routine {
	return []routine{w.appServerDays("i-0a1b2c3d4e5f60001"), w.appServerDays("i-0a1b2c3d4e5f60002"), w.ordersDays(), w.thumbnailerDays(),
		w.paymentsDays(w.paymentsOld), w.paymentsDays(w.paymentsNew), w.invoiceDays(), w.quarantineDays(), w.broadOpsDays(),
		w.autoScalingDays(), w.vendorMonitorDays(), w.vendorBillingDays()}
}

// appServerDays: an EC2 instance gets fresh credentials every twelve hours.
func (w *world) appServerDays(instance string) routine {
	return routine{name: "app-server " + instance, role: w.appServer, weekday: 2, weekend: 2, hours: [2]int{0, 24}, calls: [2]int{5, 9}, spread: 6 * time.Hour,
		region: homeRegion, denied: 4, failed: 6,
		start: func(d *dice, t time.Time) *session {
			s := w.assumeByService(d, w.appServer, "ec2", instance, homeRegion, t)
			s.instance = true
			return s
		},
		menu: []call{updateInstanceInformation(6), getParameter(4, "/shop/config", "/shop/feature-flags"), getSecret(2, "shop/database"), decrypt(3),
			describeInstances(2), describeTable(1, "orders"), read("sqs", "GetQueueUrl", 2, "queueName", "orders"), read("sts", "GetCallerIdentity", 1)}}
}

// lambdaSession starts a session of a Lambda function.
func (w *world) lambdaSession(r *role, function string) func(*dice, time.Time) *session {
	return func(d *dice, t time.Time) *session {
		s := w.assumeByService(d, r, "lambda", function, homeRegion, t)
		s.function = "arn:aws:lambda:" + homeRegion + ":" + r.account.id + ":function:" + function
		return s
	}
}

func (w *world) ordersDays() routine {
	return routine{name: "orders-api", role: w.ordersAPI, weekday: 5, weekend: 2, hours: [2]int{5, 23}, calls: [2]int{3, 7}, spread: 40 * time.Minute,
		region: homeRegion, failed: 10, start: w.lambdaSession(w.ordersAPI, "orders-api"),
		menu: []call{createLogStream(4, "/aws/lambda/orders-api"), getSecret(3, "shop/database"), decrypt(3), describeTable(2, "orders"),
			read("sqs", "GetQueueAttributes", 2, "queueUrl", "https://sqs.eu-west-1.amazonaws.com/111111111111/orders"),
			read("events", "DescribeRule", 1, "name", "orders-nightly")}}
}

// thumbnailerDays: the role is assumed, but all it does are S3 object calls on a
// bucket whose data events nobody logs.
func (w *world) thumbnailerDays() routine {
	return routine{name: "thumbnailer", role: w.thumbnailer, weekday: 4, weekend: 2, hours: [2]int{6, 22}, spread: time.Hour, region: homeRegion,
		start: func(d *dice, t time.Time) *session {
			return w.assumeByService(d, w.thumbnailer, "lambda", "thumbnailer", homeRegion, t)
		}}
}

// paymentsDays serves both roles called payments-worker, each in its lifetime.
func (w *world) paymentsDays(r *role) routine {
	return routine{name: "payments-worker " + r.id, role: r, weekday: 4, weekend: 1, hours: [2]int{6, 20}, calls: [2]int{4, 8}, spread: time.Hour,
		region: homeRegion, denied: 5, failed: 8,
		start: func(d *dice, t time.Time) *session {
			return w.assumeByService(d, r, "ecs-tasks", d.hex(32), homeRegion, t)
		},
		menu: []call{decrypt(4), getSecret(3, "payments/provider"), read("sqs", "GetQueueUrl", 2, "queueName", "payments"),
			read("ssm", "GetParametersByPath", 1, "path", "/payments/", "recursive", true), createLogStream(1, "/ecs/payments-worker")}}
}

// invoiceDays: only the old invoice-printer ever worked.
func (w *world) invoiceDays() routine {
	return routine{name: "invoice-printer", role: w.invoiceOld, weekday: 1, hours: [2]int{4, 6}, calls: [2]int{2, 4}, spread: 10 * time.Minute, region: homeRegion,
		start: func(d *dice, t time.Time) *session {
			return w.assumeByService(d, w.invoiceOld, "ecs-tasks", d.hex(32), homeRegion, t)
		},
		menu: []call{createLogStream(1, "/ecs/invoice-printer"), getSecret(1, "invoices/smtp")}}
}

// quarantineDays: every single call is refused, by a service control policy.
func (w *world) quarantineDays() routine {
	return routine{name: "quarantine-scan", role: w.quarantineScan, weekday: 1, hours: [2]int{2, 4}, spread: time.Minute, region: homeRegion,
		start: w.lambdaSession(w.quarantineScan, "quarantine-scan"),
		more: func(d *dice, s *session, t time.Time) {
			for i, c := range []call{read("ec2", "DescribeSnapshots", 1, "snapshotSet", raw("{}"), "ownersSet", obj("items", list(obj("owner", "self")))),
				bucketRead("GetBucketAcl", "acl", 1, "example-images"), read("guardduty", "ListDetectors", 1), getParameter(1, "/quarantine/config")} {
				w.deny(d, s, c, homeRegion, t.Add(time.Duration(i+1)*3*time.Second))
			}
		}}
}

// broadOpsDays: a policy of hundreds of actions, three of them used.
func (w *world) broadOpsDays() routine {
	return routine{name: "broad-ops", role: w.broadOps, weekday: 1, weekend: 1, hours: [2]int{1, 2}, calls: [2]int{4, 7}, spread: 20 * time.Minute, region: homeRegion,
		start: func(d *dice, t time.Time) *session {
			return w.assumeByUser(d, w.broadOps, w.nightly, "nightly-"+t.Format("20060102"), t)
		},
		menu: []call{describeInstances(4), read("rds", "DescribeDBSnapshots", 3, "dBInstanceIdentifier", "shop", "maxRecords", 100),
			read("ec2", "CreateSnapshot", 1, "volumeId", "vol-0a1b2c3d4e5f60718", "description", "nightly").answering(func(d *dice, _ *session) raw {
				return obj("requestId", d.guid(), "snapshotId", "snap-0"+d.hex(16), "volumeId", "vol-0a1b2c3d4e5f60718", "status", "pending", "volumeSize", "100")
			})}}
}

// autoScalingDays: a service acts with its service-linked role.
func (w *world) autoScalingDays() routine {
	return routine{name: "autoscaling", role: w.slrAutoScaling, weekday: 2, weekend: 1, hours: [2]int{0, 24}, calls: [2]int{2, 4}, spread: 10 * time.Minute, region: homeRegion,
		start: func(d *dice, t time.Time) *session {
			return w.serviceLinkedSession(d, w.slrAutoScaling, "autoscaling", "AutoScaling", t)
		},
		menu: []call{describeInstances(2), read("ec2", "DescribeLaunchTemplateVersions", 1, "DescribeLaunchTemplateVersionsRequest", obj("LaunchTemplateId", "lt-0a1b2c3d4e5f60718")),
			read("elasticloadbalancing", "DescribeTargetHealth", 2, "targetGroupArn", "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/shop/6d0ecf831eec9f09")}}
}

// serviceLinkedSession starts a session whose calls carry the service's name in
// the place of address and agent.
func (w *world) serviceLinkedSession(d *dice, r *role, service, name string, t time.Time) *session {
	s := w.assumeByService(d, r, service, name, homeRegion, t)
	host := service + ".amazonaws.com"
	s.key, s.invokedBy, s.ip, s.agent = "", host, host, host
	return s
}

// vendorMonitorDays: the vendor always brings the external id.
func (w *world) vendorMonitorDays() routine {
	return routine{name: "vendor-monitor", role: w.vendorMonitor, weekday: 1, weekend: 1, hours: [2]int{0, 24}, calls: [2]int{3, 5}, spread: 5 * time.Minute, region: homeRegion,
		start: func(d *dice, t time.Time) *session {
			return w.assumeByForeign(d, w.vendorMonitor, foreignVendor, vendorPrincipal, "vendor-scan", "roletrail-7c1f", t)
		},
		menu: []call{read("monitoring", "GetMetricData", 3, "startTime", "Jul 1, 2026, 12:00:00 AM", "maxDatapoints", 500), describeInstances(1),
			read("tagging", "GetResources", 1, "resourcesPerPage", 100)}}
}

// vendorBillingDays: from the day its trust lost the condition, the vendor
// brings no external id any more.
func (w *world) vendorBillingDays() routine {
	return routine{name: "vendor-billing", role: w.vendorBilling, weekday: 1, hours: [2]int{12, 13}, calls: [2]int{2, 3}, spread: 2 * time.Minute, region: globalRegion,
		start: func(d *dice, t time.Time) *session {
			externalID := "roletrail-2b9e"
			if t.After(externalIDLost) {
				externalID = ""
			}
			return w.assumeByForeign(d, w.vendorBilling, foreignVendor, vendorPrincipal, "cost-report", externalID, t)
		},
		menu: []call{read("ce", "GetCostAndUsage", 2, "timePeriod", obj("start", "2026-06-01", "end", "2026-07-01"), "granularity", "MONTHLY", "metrics", list("UnblendedCost")),
			read("ce", "GetCostForecast", 1, "metric", "UNBLENDED_COST", "granularity", "MONTHLY")}}
}
