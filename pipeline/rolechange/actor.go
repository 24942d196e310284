package rolechange

import (
	"bytes"

	"roletrail/cloudtrail"
)

// judgeActor moves the severity by who made the change, where the table asks for that.
func (r *reading) judgeActor() {
	if r.event.fromCompute && r.isOfCompute() {
		r.note(1, "from a session of EC2 or Lambda")
	}
	if r.event.byIdentityCenter && r.isOfIdentityCenter() {
		r.note(-int(r.event.Severity), "by Identity Center itself")
	}
}

// actor is a member of userIdentity; nil if it has none that is read.
func (r *reading) actor(steps ...string) []byte {
	value := r.rec.UserIdentity
	if len(value) > maxJSON {
		return nil
	}
	for _, name := range steps {
		value = cloudtrail.Member(value, name)
	}
	return bytes.Trim(value, `"`)
}

// isOfCompute says whether the session is one that an instance of EC2 or a function of
// Lambda was given, by what its record shows: the scope of the credentials, how EC2 delivered
// them, the session's name, which is the instance's id, or the user agent of Lambda's runtime.
// Of other functions nothing tells.
func (r *reading) isOfCompute() bool {
	switch string(r.actor("inScopeOf", "issuerType")) {
	case "AWS::EC2::Instance", "AWS::Lambda::Function":
		return true
	}
	_, session, _ := bytes.Cut(r.actor("principalId"), []byte(":"))
	return len(r.actor("sessionContext", "ec2RoleDelivery")) > 0 || isInstance(session) || bytes.Contains(r.rec.Text[cloudtrail.UserAgent], []byte("exec-env/AWS_Lambda_"))
}

// isInstance says whether a text is the id of an instance of EC2: 8 or 17 hexadecimal digits.
func isInstance(id []byte) bool {
	digits, ok := bytes.CutPrefix(id, []byte("i-"))
	return ok && (len(digits) == 8 || len(digits) == 17) && len(bytes.Trim(digits, "0123456789abcdef")) == 0
}

// isOfIdentityCenter says whether the service made the change, which keeps a SAML provider in
// every account where it is used: itself, or by its service-linked role, whose path nobody else's has.
func (r *reading) isOfIdentityCenter() bool {
	const service = "sso.amazonaws.com"
	if string(r.actor("invokedBy")) == service {
		return true
	}
	return bytes.HasSuffix(r.actor("sessionContext", "sessionIssuer", "arn"), []byte(":role/aws-service-role/"+service+"/AWSServiceRoleForSSO"))
}
