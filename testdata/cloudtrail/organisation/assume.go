package organisation

import (
	"strconv"
	"strings"
	"time"
)

// sessionToken fills the place of the secret that must never reach the lake
// (P34); every token bears the marker, so that a test can look for it.
const sessionToken = "IQoJb3JpZ2luX2VjEXAMPLESESSIONTOKEN/EXAMPLESESSIONTOKEN/EXAMPLESESSIONTOKEN/EXAMPLESESSIONTOKEN/"

// newSession opens a session and remembers it.
func (w *world) newSession(d *dice, r *role, name string, t time.Time) *session {
	s := &session{role: r, name: name, created: t.Truncate(time.Second), key: d.temporaryKey()}
	w.sessions = append(w.sessions, s)
	return s
}

// credentials is the secret part of an STS response.
func credentials(d *dice, s *session) raw {
	return obj("accessKeyId", s.key, "sessionToken", sessionToken+d.letters(base62Digits, 8), "expiration", awsDate(s.created.Add(time.Hour)))
}

func assumedRoleUser(s *session) raw {
	return obj("assumedRoleId", s.role.id+":"+s.name, "arn", s.role.assumedARN(s.name))
}

func roleResource(r *role) raw {
	return list(obj("accountId", r.account.id, "type", "AWS::IAM::Role", "ARN", r.arn()))
}

// stsRecord is what all successful assumptions of a session have in common.
func stsRecord(d *dice, s *session, name, region string) record {
	return record{identity: null, at: s.created, source: "sts", name: name, region: region, readOnly: true,
		requestID: d.guid(), id: d.guid(), resources: roleResource(s.role)}
}

// assumeByService lets an AWS service take a session, as for a Lambda function,
// an ECS task or an EC2 instance.
func (w *world) assumeByService(d *dice, r *role, service, name, region string, t time.Time) *session {
	s := w.newSession(d, r, name, t)
	host := service + ".amazonaws.com"
	s.origin = caller{host, "service", ""}
	s.ip, s.agent = "10.20."+strconv.Itoa(d.between(0, 3))+"."+strconv.Itoa(d.between(4, 250)), "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.24.4 md/GOOS#linux md/GOARCH#arm64"

	rec := stsRecord(d, s, "AssumeRole", region)
	rec.identity, rec.ip, rec.agent = serviceIdentity(host), host, host
	rec.request = obj("roleArn", r.arn(), "roleSessionName", name)
	// Lambda's record does not say which role id it obtained; others do.
	rec.response = obj("credentials", credentials(d, s))
	if service != "lambda" {
		rec.response = obj("credentials", credentials(d, s), "assumedRoleUser", assumedRoleUser(s))
	}
	rec.shared = d.guid()
	w.noteAssumption(assumption{session: s, direct: s.origin, region: region}, w.emitID(r.account, &rec))
	return s
}

// assumeByWebIdentity lets a CI job exchange its token for a session (P5).
func (w *world) assumeByWebIdentity(d *dice, r *role, provider, subject, name string, t time.Time) *session {
	s := w.newSession(d, r, name, t)
	s.origin = caller{"oidc:" + provider + "/" + subject, "web_identity", ""}
	s.ip, s.agent = pick(d, "192.0.2.30", "192.0.2.31", "192.0.2.77"), "aws-sdk-nodejs/2.1692.0 configure-aws-credentials-for-github-actions"
	arn := "arn:aws:iam::" + r.account.id + ":oidc-provider/" + provider

	rec := stsRecord(d, s, "AssumeRoleWithWebIdentity", globalRegion)
	rec.identity = obj("type", "WebIdentityUser", "principalId", arn+":sts.amazonaws.com:"+subject, "userName", subject, "identityProvider", arn)
	rec.ip, rec.agent, rec.host = s.ip, s.agent, "sts.us-east-1.amazonaws.com"
	rec.request = obj("roleArn", r.arn(), "roleSessionName", name, "durationSeconds", 3600)
	rec.response = obj("credentials", credentials(d, s), "subjectFromWebIdentityToken", subject, "assumedRoleUser", assumedRoleUser(s),
		"provider", arn, "audience", "sts.amazonaws.com")
	rec.additional = obj("RequestDetails", obj("awsServingRegion", globalRegion, "endpointType", "regional"))
	w.noteAssumption(assumption{session: s, direct: s.origin, region: globalRegion}, w.emitID(r.account, &rec))
	return s
}

// assumeBySAML lets a person sign in through an identity provider (P5); with
// Identity Center's own provider the person is its user (P8).
func (w *world) assumeBySAML(d *dice, r *role, provider string, p *person, t time.Time) *session {
	s := w.newSession(d, r, p.email, t)
	s.origin, s.ip, s.agent = caller{"saml:" + provider + "/" + p.email, "saml", ""}, p.ip, browser
	issuer := "https://idp.example.org/saml"
	if provider == ssoProvider {
		s.origin = caller{"sso:" + p.email, "identity_center", ""}
		issuer = "https://portal.sso." + homeRegion + ".amazonaws.com/saml/assertion/ZXhhbXBsZQ"
	}
	qualifier := strings.TrimRight(newDice(provider).letters(base62Digits, 27), "=") + "="

	rec := stsRecord(d, s, "AssumeRoleWithSAML", homeRegion)
	rec.identity = obj("type", "SAMLUser", "principalId", qualifier+":"+p.email, "userName", p.email, "identityProvider", qualifier)
	rec.ip, rec.agent, rec.host = p.ip, "aws-internal/3 aws-sdk-java/2.29.1 Linux/5.10.228", "sts."+homeRegion+".amazonaws.com"
	rec.request = obj("sAMLAssertionID", "_"+d.guid(), "roleSessionName", p.email, "roleArn", r.arn(), "principalArn", samlARN(r.account, provider), "durationSeconds", 3600)
	rec.response = obj("credentials", credentials(d, s), "assumedRoleUser", assumedRoleUser(s), "subject", p.email, "subjectType", "persistent",
		"issuer", issuer, "audience", "https://signin.aws.amazon.com/saml", "nameQualifier", qualifier)
	rec.resources = list(obj("accountId", r.account.id, "type", "AWS::IAM::Role", "ARN", r.arn()),
		obj("accountId", r.account.id, "type", "AWS::IAM::SAMLProvider", "ARN", samlARN(r.account, provider)))
	w.noteAssumption(assumption{session: s, direct: s.origin, region: homeRegion}, w.emitID(r.account, &rec))
	return s
}

// emitID emits and returns the event ids that were recorded: one or none.
func (w *world) emitID(a *account, r *record) []string {
	if w.emit(a, r) {
		return []string{r.id}
	}
	return nil
}

// noteAssumption writes a successful assumption into the journal, if any copy
// of it was recorded.
func (w *world) noteAssumption(a assumption, ids []string) {
	if len(ids) == 0 {
		return
	}
	a.role, a.at, a.ids, a.outcome = a.session.role, a.session.created, ids, success
	a.origin = a.session.origin
	w.assumptions = append(w.assumptions, a)
}
