package organisation

import "time"

// ssoInstance and powerSet name the Identity Center instance and its one
// permission set.
const (
	ssoInstance = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
	powerSet    = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef"
)

// changesByCarol are indirect changes (A2-A5), made in the management account
// with carol's own key: they reach roles of other accounts.
func (w *world) changesByCarol(d *dice) {
	do := func(t time.Time, kind, severity, policyARN string, c call, roles ...*role) {
		ch := changed(kind, severity, policyARN, roles...)
		c.change = &ch
		w.callByUser(d, w.carol, c, t)
	}
	iam := func(name string, pairs ...any) call {
		return call{source: "iam", name: name, region: globalRegion, request: fixed(pairs...)}
	}
	do(at(7, 30, 9, 0, 0), "identity_provider_changed", "high", "", iam("CreateOpenIDConnectProvider",
		"url", "https://gitlab.example.com", "clientIDList", list("sts.amazonaws.com"), "thumbprintList", list("cf23df2207d99a74fbe169e3eba035e633b65d94")).
		answering(fixed("openIDConnectProviderArn", "arn:aws:iam::222222222222:oidc-provider/gitlab.example.com")))
	do(at(7, 30, 9, 20, 0), "sts_setting_changed", "low", "", iam("SetSecurityTokenServicePreferences", "globalEndpointTokenVersion", "v2Token"))
	w.carolSSO(do)
	w.carolOrganization(do)
	do(at(9, 23, 7, 45, 10), "user_access_changed", "high", adminPolicy, iam("AttachUserPolicy", "userName", "svc-audit", "policyArn", adminPolicy))
	do(at(9, 23, 7, 46, 31), "user_access_changed", "medium", "", iam("CreateAccessKey", "userName", "svc-audit").
		answering(fixed("accessKey", obj("accessKeyId", "AKIASVCAUDIT2EXAMPLE", "status", "Active", "userName", "svc-audit", "createDate", awsDate(at(9, 23, 7, 46, 31))))))
}

type doer func(t time.Time, kind, severity, policyARN string, c call, roles ...*role)

// carolSSO gives permission set PowerUser administrator rights (A3).
func (w *world) carolSSO(do doer) {
	sso := func(name string, pairs ...any) call {
		return call{source: "sso", name: name, region: homeRegion, request: fixed(pairs...)}
	}
	both := []*role{w.powerWorkloads, w.powerData}
	do(at(9, 8, 10, 18, 0), "permission_set_changed", "high", adminPolicy, sso("AttachManagedPolicyToPermissionSet",
		"instanceArn", ssoInstance, "permissionSetArn", powerSet, "managedPolicyArn", adminPolicy), both...)
	do(at(9, 8, 10, 20, 0), "permission_set_changed", "info", "", sso("ProvisionPermissionSet",
		"instanceArn", ssoInstance, "permissionSetArn", powerSet, "targetType", "ALL_PROVISIONED_ACCOUNTS").
		answering(fixed("permissionSetProvisioningStatus", obj("status", "IN_PROGRESS", "requestId", "0f0f0f0f-1111-4222-8333-444455556666"))), both...)
	do(at(9, 8, 10, 31, 0), "account_assignment_changed", "high", "", sso("CreateAccountAssignment",
		"instanceArn", ssoInstance, "targetId", "333333333333", "targetType", "AWS_ACCOUNT", "permissionSetArn", powerSet,
		"principalType", "USER", "principalId", w.bob.id).
		answering(fixed("accountAssignmentCreationStatus", obj("status", "IN_PROGRESS", "targetId", "333333333333", "targetType", "AWS_ACCOUNT",
			"permissionSetArn", powerSet, "principalType", "USER", "principalId", w.bob.id))), w.powerData)
}

// carolOrganization loosens a service control policy (A4) and lets certificates
// become roles (A5).
func (w *world) carolOrganization(do doer) {
	org := func(name string, pairs ...any) call {
		return call{source: "organizations", name: name, region: globalRegion, request: fixed(pairs...)}
	}
	do(at(9, 9, 16, 5, 0), "org_policy_changed", "high", "", org("DetachPolicy", "policyId", "p-guardrail0", "targetId", "333333333333"))
	do(at(9, 9, 16, 7, 0), "org_policy_changed", "high", "", org("UpdatePolicy", "policyId", "p-guardrail1",
		"content", string(policyDocument(obj("Effect", "Deny", "Action", "organizations:LeaveOrganization", "Resource", "*")))).
		answering(fixed("policy", obj("policySummary", obj("id", "p-guardrail1", "arn", "arn:aws:organizations::222222222222:policy/o-exampleorg/service_control_policy/p-guardrail1",
			"name", "guardrail", "type", "SERVICE_CONTROL_POLICY", "awsManaged", false)))))
	anywhere := func(name string, pairs ...any) call {
		return call{source: "rolesanywhere", name: name, region: homeRegion, request: fixed(pairs...)}
	}
	do(at(9, 22, 11, 10, 0), "roles_anywhere_changed", "high", "", anywhere("CreateTrustAnchor", "name", "data-centre",
		"source", obj("sourceType", "CERTIFICATE_BUNDLE", "sourceData", obj("x509CertificateData", "-----BEGIN CERTIFICATE-----\nEXAMPLE\n-----END CERTIFICATE-----")),
		"enabled", true, "tags", "HIDDEN_DUE_TO_SECURITY_REASONS"))
	do(at(9, 22, 11, 12, 30), "roles_anywhere_changed", "high", "", anywhere("CreateProfile", "name", "data-centre",
		"roleArns", list(w.securityAudit.arn()), "durationSeconds", 3600, "enabled", true), w.securityAudit)
}
