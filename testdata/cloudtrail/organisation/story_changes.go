package organisation

import "time"

// storyChanges are the role changes of the quarter, of every severity. What the
// inventory shows is the state they lead to.
func (w *world) storyChanges() {
	for _, s := range w.changesBySandbox() {
		w.hold("sandbox", s)
	}
	for _, s := range w.changesOfTrust() {
		w.hold("trust", s)
	}
	for _, s := range w.changesByPipeline() {
		w.hold("pipeline", s)
	}
	for _, s := range w.changesOfGrants() {
		w.hold("grants", s)
	}
	w.changesByCarol(newDice("carol"))
}

// changesBySandbox: a role is made in the console with administrator rights,
// used, and removed four weeks later.
func (w *world) changesBySandbox() []sitting {
	return []sitting{
		{at(7, 7, 9, 12, 0), w.console, []step{
			does(w.sandbox.created, createRole(w.sandbox, trustPrincipal(w.nightly.arn()))),
			does(at(7, 7, 9, 14, 50), attachRolePolicy(w.sandbox, "high", adminPolicy))}},
		{at(7, 9, 8, 14, 2), w.console, []step{
			does(w.slrLoadBalancing.created, createServiceLinkedRole(w.slrLoadBalancing, "elasticloadbalancing.amazonaws.com"))}},
		{at(8, 3, 15, 40, 0), w.console, []step{
			does(at(8, 3, 15, 46, 58), detachRolePolicy(w.sandbox, adminPolicy)),
			does(w.sandbox.deleted, deleteRole(w.sandbox))}},
	}
}

// changesOfTrust: who may become a role.
func (w *world) changesOfTrust() []sitting {
	batch := trustService("batch")
	return []sitting{
		// The condition goes: whoever is in the vendor's account may come now.
		{at(7, 15, 9, 58, 0), w.console, []step{does(externalIDLost, updateTrust(w.vendorBilling, "critical", trustVendor(foreignVendor, "")))}},
		// A foreign account is added.
		{at(7, 22, 14, 36, 0), w.console, []step{does(at(7, 22, 14, 40, 11), updateTrust(w.vendorBilling, "critical", w.vendorBilling.trust))}},
		// Anybody in the world, for forty minutes.
		{at(9, 15, 11, 0, 0), w.console, []step{
			does(at(9, 15, 11, 4, 30), updateTrust(w.legacyBatch, "critical", policyDocument(trustStatement("AWS", "*", "sts:AssumeRole", "")))),
			does(at(9, 15, 11, 44, 52), updateTrust(w.legacyBatch, "high", batch))}},
	}
}

// changesByPipeline: what Terraform does through the CI chain.
func (w *world) changesByPipeline() []sitting {
	profile := changed("instance_profile_changed", "medium", "", w.appServer)
	created := changed("instance_profile_changed", "medium", "")
	entry := changed("eks_access_changed", "medium", "", w.deploy)
	cluster := changed("eks_access_changed", "high", "", w.deploy)
	return []sitting{
		{at(7, 2, 9, 10, 0), w.pipeline, []step{
			does(at(7, 2, 9, 11, 2), runInstances(w.appServer)),
			does(at(7, 2, 9, 12, 40), createFunction(w.ordersAPI, "orders-api")),
			does(at(7, 2, 9, 13, 5), tagRole(w.ordersAPI, "cost-centre", "4711"))}},
		{at(7, 28, 13, 0, 0), w.pipeline, []step{
			does(at(7, 28, 13, 1, 0), iamCall("CreateInstanceProfile", created, obj("instanceProfileName", "app-server-v2", "path", "/"))),
			does(at(7, 28, 13, 1, 3), iamCall("AddRoleToInstanceProfile", profile, obj("instanceProfileName", "app-server-v2", "roleName", "app-server"))),
			// EKS URL-encodes the role's ARN (A6).
			does(at(7, 28, 13, 2, 0), call{source: "eks", name: "CreateAccessEntry", change: &entry,
				request: fixed("name", "shop", "principalArn", urlEncoded(raw(w.deploy.arn())), "kubernetesGroups", raw("[]"), "type", "STANDARD")}),
			does(at(7, 28, 13, 2, 4), call{source: "eks", name: "AssociateAccessPolicy", change: &cluster,
				request: fixed("name", "shop", "principalArn", urlEncoded(raw(w.deploy.arn())), "policyArn", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", "accessScope", obj("type", "cluster"))})}},
		{at(8, 5, 9, 30, 0), w.pipeline, []step{
			does(at(8, 5, 9, 31, 12), createPolicyVersion(w.policyOf(appDataPolicy), at(8, 5, 9, 31, 12), w.appServer, w.ordersAPI))}},
		{at(8, 12, 9, 0, 0), w.pipeline, w.recreationSteps()},
		{at(8, 20, 16, 20, 0), w.pipeline, []step{fails(at(8, 20, 16, 21, 0), w.attachToNobody())}},
	}
}

// recreationSteps replace two roles by new ones of the same names (P36).
func (w *world) recreationSteps() []step {
	return []step{
		does(w.paymentsOld.deleted, deleteRole(w.paymentsOld)),
		does(w.paymentsNew.created, createRole(w.paymentsNew, w.paymentsNew.trust)),
		does(w.paymentsNew.created.Add(4*time.Second), putRolePolicy(w.paymentsNew, "medium", "queue", w.paymentsNew.inline[0].document)),
		does(w.invoiceOld.deleted, deleteRole(w.invoiceOld)),
		does(w.invoiceNew.created, createRole(w.invoiceNew, w.invoiceNew.trust)),
		does(w.invoiceNew.created.Add(4*time.Second), attachRolePolicy(w.invoiceNew, "medium", lambdaBasic)),
	}
}

// attachToNobody names a role that does not exist.
func (w *world) attachToNobody() call {
	return attachRolePolicy(&role{account: w.workloads, name: "shop-preview", path: "/"}, "medium", appDataPolicy)
}

// changesOfGrants: what a role may do.
func (w *world) changesOfGrants() []sitting {
	put := changed("boundary_put", "medium", boundaryARN, w.broadOps)
	gone := changed("boundary_deleted", "high", "", w.broadOps)
	unknown := iamCall("PutRolePolicy", changed("inline_policy_put", "high", ""), null)
	longer := changed("role_updated", "low", "", w.dbAdmin)
	other := changed("managed_policy_default_changed", "high", lakePolicy, w.etlRunner, w.dataMigrate)
	return []sitting{
		{at(7, 14, 22, 38, 0), w.console, []step{does(at(7, 14, 22, 41, 9), putRolePolicy(w.paymentsOld, "high", "temp-debug", administrator))}},
		{at(7, 16, 8, 2, 0), w.console, []step{does(at(7, 16, 8, 5, 40), deleteRolePolicy(w.paymentsOld, "temp-debug"))}},
		{at(8, 18, 12, 0, 0), w.power(w.powerWorkloads, w.bob), []step{
			tries(at(8, 18, 12, 3, 21), putRolePolicy(w.consoleAdmin, "low", "mine", administrator))}},
		{at(8, 24, 10, 10, 0), w.console, []step{does(at(8, 24, 10, 12, 0), iamCall("PutRolePermissionsBoundary", put, obj("roleName", "broad-ops", "permissionsBoundary", boundaryARN)))}},
		{at(9, 2, 17, 30, 0), w.console, []step{does(at(9, 2, 17, 33, 45), iamCall("DeleteRolePermissionsBoundary", gone, obj("roleName", "broad-ops")))}},
		// Identity Center carries changed permission sets into the accounts.
		{at(9, 8, 10, 20, 30), w.provisioner(w.slrSSOWorkloads), []step{does(at(9, 8, 10, 20, 33), attachRolePolicy(w.powerWorkloads, "high", adminPolicy))}},
		{at(9, 8, 10, 20, 31), w.provisioner(w.slrSSOData), []step{does(at(9, 8, 10, 20, 34), attachRolePolicy(w.powerData, "high", adminPolicy))}},
		{at(9, 10, 9, 40, 0), w.power(w.powerData, w.alice), []step{
			does(at(9, 10, 9, 42, 17), iamCall("SetDefaultPolicyVersion", other, obj("policyArn", lakePolicy, "versionId", "v1"))),
			does(at(9, 10, 9, 44, 2), iamCall("UpdateRole", longer, obj("roleName", "db-admin", "maxSessionDuration", 7200)))}},
		// The document was too large for the record (P20): what changed is unknown.
		{at(9, 17, 15, 0, 0), w.console, []step{does(at(9, 17, 15, 2, 2), unknown)}},
		{at(9, 24, 4, 10, 0), w.vendorIn, []step{tries(at(9, 24, 4, 10, 9), attachRolePolicy(w.vendorMonitor, "low", adminPolicy))}},
	}
}

// vendorIn is the vendor in vendor-monitor, up to something.
func (w *world) vendorIn(d *dice, t time.Time) *session {
	return w.assumeByForeign(d, w.vendorMonitor, foreignVendor, vendorPrincipal, "vendor-scan", "roletrail-7c1f", t)
}
