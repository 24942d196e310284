package organisation

import "time"

// request of an AssumeRole call.
func assumeRequest(r *role, name, externalID string) raw {
	pairs := []any{"roleArn", r.arn(), "roleSessionName", name}
	if externalID != "" {
		pairs = append(pairs, "externalId", externalID)
	}
	return obj(append(pairs, "durationSeconds", 3600)...)
}

// assumeByUser lets an IAM user take a session with the long-term key.
func (w *world) assumeByUser(d *dice, r *role, u *user, name string, t time.Time) *session {
	s := w.newSession(d, r, name, t)
	s.origin, s.ip, s.agent = u.caller(), u.ip, boto
	rec := w.assumeRecord(d, s, "", homeRegion)
	rec.identity, rec.ip, rec.agent = u.identity(), u.ip, boto
	ids := w.emitPair(d, u.account, u.id, rec, r.account)
	w.noteAssumption(assumption{session: s, direct: u.caller(), longTerm: true, region: rec.region}, ids)
	return s
}

// assumeByRole chains: a session of one role obtains a session of another. The
// call is itself a use of the calling role. When the caller's trail is down
// nothing happens and the result is nil, so that every recorded chain is whole.
func (w *world) assumeByRole(d *dice, r *role, from *session, name string, t time.Time) *session {
	if !w.recorded(from.role.account, t) {
		return nil
	}
	s := w.newSession(d, r, name, t)
	s.origin, s.ip, s.agent, s.mfa = from.origin, from.ip, from.agent, false
	rec := w.assumeRecord(d, s, "", homeRegion)
	rec.identity, rec.ip, rec.agent = from.identity(d, versionOf("sts")), from.ip, from.agent
	ids := w.emitPair(d, from.role.account, from.role.id+":"+from.name, rec, r.account)
	w.noteAssumption(assumption{session: s, direct: from.role.caller(), via: from.role, region: rec.region}, ids)
	w.noteUse(from, &rec, success)
	return s
}

// assumeByForeign lets a principal of an account outside the organisation in:
// only the owner's copy exists (P3).
func (w *world) assumeByForeign(d *dice, r *role, account, principalID, name, externalID string, t time.Time) *session {
	s := w.newSession(d, r, name, t)
	s.origin, s.ip, s.agent = caller{account + ":" + principalID, "account", account}, "203.0.113.201", boto
	rec := w.assumeRecord(d, s, externalID, globalRegion)
	rec.identity, rec.ip, rec.agent, rec.shared = foreignIdentity(account, principalID+":"+name), s.ip, s.agent, d.guid()
	w.noteAssumption(assumption{session: s, direct: s.origin, externalID: externalID, region: rec.region}, w.emitID(r.account, &rec))
	return s
}

func (w *world) assumeRecord(d *dice, s *session, externalID, region string) record {
	rec := stsRecord(d, s, "AssumeRole", region)
	rec.request = assumeRequest(s.role, s.name, externalID)
	rec.response = obj("credentials", credentials(d, s), "assumedRoleUser", assumedRoleUser(s))
	rec.host = "sts." + region + ".amazonaws.com"
	return rec
}

// emitPair emits the caller's copy and, if the role belongs to another account,
// the owner's copy: same time and request, another eventID, the same
// sharedEventID, and a caller reduced to account and principal id (P3). It
// returns the ids of the recorded copies.
func (w *world) emitPair(d *dice, callerAccount *account, principalID string, rec record, owner *account) []string {
	if owner == callerAccount {
		return w.emitID(owner, &rec)
	}
	rec.shared = d.guid()
	copied := rec
	copied.id = d.guid()
	copied.identity = foreignIdentity(callerAccount.id, principalID)
	return append(w.emitID(callerAccount, &rec), w.emitID(owner, &copied)...)
}

// switchRole is a person changing into a role in the console: a sign-in, not a
// call. Every later request of the session has a key of its own (P6).
func (w *world) switchRole(d *dice, r *role, u *user, t time.Time) *session {
	s := w.newSession(d, r, u.name, t)
	s.origin, s.ip, s.agent, s.console, s.mfa = u.caller(), u.ip, browser, true, true
	rec := record{version: "1.08", at: s.created, source: "signin", name: "SwitchRole", region: globalRegion, ip: u.ip, agent: browser,
		eventType: "AwsConsoleSignIn", id: d.guid(), host: "us-east-1.signin.aws.amazon.com"}
	rec.identity = obj("type", "AssumedRole", "principalId", r.id+":"+s.name, "arn", r.assumedARN(s.name), "accountId", r.account.id)
	rec.response = obj("SwitchRole", "Success")
	rec.additional = obj("SwitchFrom", u.arn(), "RedirectTo", "https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1#")
	w.noteAssumption(assumption{session: s, direct: u.caller(), region: rec.region}, w.emitID(r.account, &rec))
	return s
}

// denyAssume is a refused AssumeRole of one of our sessions: parameters are
// null, the role stands in the message only (P12). Only the caller's account
// gets the record here, because nobody knows more (P14).
func (w *world) denyAssume(d *dice, target *role, from *session, t time.Time) {
	rec := record{at: t, source: "sts", name: "AssumeRole", region: homeRegion, ip: from.ip, agent: from.agent, readOnly: true,
		requestID: d.guid(), id: d.guid(), host: "sts." + homeRegion + ".amazonaws.com", errorCode: "AccessDenied"}
	rec.identity = from.identity(d, versionOf("sts"))
	rec.errorMessage = "User: " + from.role.assumedARN(from.name) + " is not authorized to perform: sts:AssumeRole on resource: " + target.arn()
	if !w.emit(from.role.account, &rec) {
		return
	}
	w.noteUse(from, &rec, denied)
	w.assumptions = append(w.assumptions, assumption{role: target, direct: from.role.caller(), origin: from.origin, via: from.role,
		at: t, region: rec.region, ids: []string{rec.id}, outcome: denied})
}

// denyAssumeUser is the same for an IAM user.
func (w *world) denyAssumeUser(d *dice, target *role, u *user, t time.Time) {
	rec := record{identity: u.identity(), at: t, source: "sts", name: "AssumeRole", region: homeRegion, ip: u.ip, agent: boto, readOnly: true,
		requestID: d.guid(), id: d.guid(), host: "sts." + homeRegion + ".amazonaws.com", errorCode: "AccessDenied",
		errorMessage: "User: " + u.arn() + " is not authorized to perform: sts:AssumeRole on resource: " + target.arn()}
	if w.emit(u.account, &rec) {
		w.assumptions = append(w.assumptions, assumption{role: target, direct: u.caller(), origin: u.caller(), longTerm: true,
			at: t, region: rec.region, ids: []string{rec.id}, outcome: denied})
	}
}
