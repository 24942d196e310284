package organisation

import "time"

// session is one obtained session of a role: (role id, name, creation time).
type session struct {
	role    *role
	name    string
	created time.Time
	key     string // the access key the assumption returned
	origin  caller
	mfa     bool
	ip      string
	agent   string

	instance  bool   // credentials delivered to an EC2 instance
	invokedBy string // a service acts, or acts through the session
	console   bool   // every request gets a key of its own (P6)
	function  string // ARN of the Lambda function the credentials were issued to (P9)
	source    string // sourceIdentity (P7)
}

// identity is the userIdentity of a call made with the session.
func (s *session) identity(d *dice, version string) raw {
	context := []any{"sessionIssuer", obj("type", "Role", "principalId", s.role.id, "arn", s.role.arn(),
		"accountId", s.role.account.id, "userName", s.role.name)}
	if version == "1.08" {
		context = append(context, "webIdFederationData", raw("{}"))
	}
	context = append(context, "attributes", s.attributes())
	if s.source != "" {
		context = append(context, "sourceIdentity", s.source)
	}
	if s.instance {
		context = append(context, "ec2RoleDelivery", "2.0")
	}
	pairs := []any{"type", "AssumedRole", "principalId", s.role.id + ":" + s.name, "arn", s.role.assumedARN(s.name), "accountId", s.role.account.id}
	switch {
	case s.console:
		pairs = append(pairs, "accessKeyId", d.temporaryKey())
	case s.key != "":
		pairs = append(pairs, "accessKeyId", s.key)
	}
	pairs = append(pairs, "sessionContext", obj(context...))
	if s.invokedBy != "" {
		pairs = append(pairs, "invokedBy", s.invokedBy)
	}
	if s.function != "" {
		pairs = append(pairs, "inScopeOf", obj("sourceArn", s.function, "sourceAccount", s.role.account.id,
			"issuerType", "AWS::Lambda::Function", "credentialsIssuedTo", s.role.arn()))
	}
	return obj(pairs...)
}

func (s *session) attributes() raw {
	mfa := "false"
	if s.mfa {
		mfa = "true"
	}
	return obj("creationDate", stamp(s.created), "mfaAuthenticated", mfa)
}

// through is the session as a service uses it on the role's behalf (forward
// access session): the identity stays, invokedBy names the service (P4).
func (s *session) through(service string) *session {
	fas := *s
	fas.invokedBy, fas.ip, fas.agent = service, service, service
	return &fas
}

// identity is the userIdentity of a call signed with the user's long-term key.
func (u *user) identity() raw {
	return obj("type", "IAMUser", "principalId", u.id, "arn", u.arn(), "accountId", u.account.id, "accessKeyId", u.key, "userName", u.name)
}

// serviceIdentity is the userIdentity of an AWS service (P4).
func serviceIdentity(service string) raw {
	return obj("type", "AWSService", "invokedBy", service)
}

// foreignIdentity is all the owner of a role learns of a caller from another
// account (P3).
func foreignIdentity(account, principalID string) raw {
	return obj("type", "AWSAccount", "principalId", principalID, "accountId", account)
}
