package organisation

import "time"

// The calls that change roles, with parameters and responses as IAM writes
// them (A1, A2).

// iamCall is a call of IAM, which lives in us-east-1 whoever calls (P30).
func iamCall(name string, c change, request raw) call {
	return call{source: "iam", name: name, region: globalRegion, request: func(*dice, *session) raw { return request }, change: &c, on: on(c)}
}

// on is how IAM names the target in a denial.
func on(c change) string {
	if len(c.roles) == 0 {
		return "*"
	}
	return "role " + c.roles[0].name
}

func changed(kind, severity, policyARN string, roles ...*role) change {
	return change{change: kind, severity: severity, policyARN: policyARN, roles: roles}
}

func putRolePolicy(r *role, severity, name string, document raw) call {
	return iamCall("PutRolePolicy", changed("inline_policy_put", severity, "", r),
		obj("roleName", r.name, "policyName", name, "policyDocument", string(document)))
}

func deleteRolePolicy(r *role, name string) call {
	return iamCall("DeleteRolePolicy", changed("inline_policy_deleted", "low", "", r), obj("roleName", r.name, "policyName", name))
}

func attachRolePolicy(r *role, severity, arn string) call {
	return iamCall("AttachRolePolicy", changed("policy_attached", severity, arn, r), obj("roleName", r.name, "policyArn", arn))
}

func detachRolePolicy(r *role, arn string) call {
	return iamCall("DetachRolePolicy", changed("policy_detached", "low", arn, r), obj("roleName", r.name, "policyArn", arn))
}

func updateTrust(r *role, severity string, document raw) call {
	return iamCall("UpdateAssumeRolePolicy", changed("trust_changed", severity, "", r), obj("roleName", r.name, "policyDocument", string(document)))
}

func deleteRole(r *role) call {
	return iamCall("DeleteRole", changed("role_deleted", "medium", "", r), obj("roleName", r.name))
}

// createRole makes a role; the response repeats the trust, URL-encoded (P33).
func createRole(r *role, trust raw) call {
	c := iamCall("CreateRole", changed("role_created", "medium", "", r), obj("path", r.path, "roleName", r.name, "assumeRolePolicyDocument", string(trust),
		"maxSessionDuration", r.maxSession, "tags", list(obj("key", "managed-by", "value", "terraform"))))
	return c.answering(func(*dice, *session) raw {
		return obj("role", obj("assumeRolePolicyDocument", urlEncoded(trust), "arn", r.arn(), "roleId", r.id, "createDate", awsDate(r.created),
			"roleName", r.name, "path", r.path, "tags", list(obj("key", "managed-by", "value", "terraform"))))
	})
}

func createServiceLinkedRole(r *role, service string) call {
	c := iamCall("CreateServiceLinkedRole", changed("service_linked_role_created", "info", "", r), obj("aWSServiceName", service))
	return c.answering(func(*dice, *session) raw {
		return obj("role", obj("path", r.path, "roleName", r.name, "roleId", r.id, "arn", r.arn(), "createDate", awsDate(r.created),
			"assumeRolePolicyDocument", urlEncoded(r.trust)))
	})
}

func createPolicyVersion(p *managedPolicy, created time.Time, roles ...*role) call {
	c := iamCall("CreatePolicyVersion", changed("managed_policy_version_created", "medium", p.arn(), roles...),
		obj("policyArn", p.arn(), "policyDocument", string(p.versions[0].document), "setAsDefault", true))
	return c.answering(fixed("policyVersion", obj("versionId", p.versions[0].id, "isDefaultVersion", true, "createDate", awsDate(created))))
}

func tagRole(r *role, key, value string) call {
	return iamCall("TagRole", changed("role_tagged", "low", "", r), obj("roleName", r.name, "tags", list(obj("key", key, "value", value))))
}

// The calls that bind a role to compute: PassRole's only trace (A7).

func runInstances(r *role) call {
	c := changed("role_bound", "info", "", r)
	return call{source: "ec2", name: "RunInstances", change: &c,
		request: func(d *dice, _ *session) raw {
			return obj("instancesSet", obj("items", list(obj("imageId", "ami-0a1b2c3d4e5f60718", "minCount", 1, "maxCount", 1))), "instanceType", "m7g.large",
				"blockDeviceMapping", raw("{}"), "monitoring", obj("enabled", false), "subnetId", "subnet-0a1b2c3d4e5f60718", "disableApiTermination", false,
				"clientToken", d.guid(), "iamInstanceProfile", obj("name", r.name), "ebsOptimized", true)
		},
		response: func(d *dice, s *session) raw {
			return obj("requestId", d.guid(), "reservationId", "r-0"+d.hex(16), "ownerId", s.role.account.id, "groupSet", raw("{}"),
				"instancesSet", obj("items", list(obj("instanceId", "i-0a1b2c3d4e5f60002", "imageId", "ami-0a1b2c3d4e5f60718",
					"instanceState", obj("code", 0, "name", "pending"), "instanceType", "m7g.large",
					"iamInstanceProfile", obj("arn", "arn:aws:iam::"+s.role.account.id+":instance-profile/"+r.name, "id", stableID("AIPA", r.name))))))
		}}
}

func createFunction(r *role, function string) call {
	c := changed("role_bound", "info", "", r)
	return call{source: "lambda", name: "CreateFunction20150331", change: &c,
		request: fixed("functionName", function, "runtime", "nodejs22.x", "role", r.arn(), "handler", "index.handler",
			"code", obj("s3Bucket", "example-artifacts", "s3Key", function+".zip"), "timeout", 10, "memorySize", 256, "publish", false, "packageType", "Zip", "environment", raw("{}")),
		response: func(d *dice, s *session) raw {
			return obj("functionName", function, "functionArn", "arn:aws:lambda:"+homeRegion+":"+s.role.account.id+":function:"+function, "runtime", "nodejs22.x",
				"role", r.arn(), "handler", "index.handler", "codeSize", 18231, "timeout", 10, "memorySize", 256, "version", "$LATEST", "revisionId", d.guid(), "state", "Pending")
		}}
}
