package organisation

import (
	"strconv"
	"time"
)

// record is one CloudTrail record before it is encoded. The zero value of a
// field leaves its key out, except where AWS writes null (requestParameters and
// responseElements).
type record struct {
	version      string // eventVersion
	identity     raw
	at           time.Time
	source       string // eventSource without .amazonaws.com
	name         string // eventName
	region       string
	ip           string
	agent        string
	errorCode    string
	errorMessage string
	request      raw // null when empty
	response     raw // null when empty
	additional   raw
	service      raw // serviceEventDetails
	requestID    string
	id           string
	readOnly     bool
	resources    raw
	eventType    string // AwsApiCall when empty
	account      string // recipientAccountId
	shared       string // sharedEventID
	category     string // Management when empty
	addendum     raw
	host         string        // clientProvidedHostHeader; no tlsDetails when empty
	console      bool          // sessionCredentialFromConsole
	late         time.Duration // delivered so much later than usual (P17)
}

// encode is the record as AWS writes it: keys in AWS's order, no spaces.
func (r *record) encode() []byte {
	out := make([]byte, 0, 1536)
	out = append(out, `{"eventVersion":`...)
	out = appendString(out, r.version)
	out = appendKey(out, "userIdentity", r.identity)
	out = appendText(out, "eventTime", stamp(r.at))
	out = appendText(out, "eventSource", r.source+".amazonaws.com")
	out = appendText(out, "eventName", r.name)
	out = appendText(out, "awsRegion", r.region)
	out = appendText(out, "sourceIPAddress", r.ip)
	out = appendText(out, "userAgent", r.agent)
	out = appendText(out, "errorCode", r.errorCode)
	out = appendText(out, "errorMessage", r.errorMessage)
	out = appendKey(out, "requestParameters", orNull(r.request))
	out = appendKey(out, "responseElements", orNull(r.response))
	out = appendKey(out, "additionalEventData", r.additional)
	out = appendText(out, "requestID", r.requestID)
	out = appendText(out, "eventID", r.id)
	out = appendKey(out, "readOnly", raw(strconv.FormatBool(r.readOnly)))
	out = appendKey(out, "resources", r.resources)
	return r.encodeTail(out)
}

// encodeTail appends the keys behind resources.
func (r *record) encodeTail(out []byte) []byte {
	out = appendText(out, "eventType", orText(r.eventType, "AwsApiCall"))
	category := orText(r.category, "Management")
	out = appendKey(out, "managementEvent", raw(strconv.FormatBool(category == "Management")))
	out = appendText(out, "recipientAccountId", r.account)
	out = appendKey(out, "serviceEventDetails", r.service)
	out = appendText(out, "sharedEventID", r.shared)
	out = appendKey(out, "addendum", r.addendum)
	out = appendText(out, "eventCategory", category)
	if r.host != "" {
		out = append(out, `,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":`...)
		out = appendString(out, r.host)
		out = append(out, '}')
	}
	if r.console {
		out = append(out, `,"sessionCredentialFromConsole":"true"`...)
	}
	return append(out, '}')
}

// appendText appends a string member, unless the value is empty.
func appendText(out []byte, name, value string) []byte {
	if value == "" {
		return out
	}
	out = append(out, ',', '"')
	out = append(out, name...)
	out = append(out, '"', ':')
	return appendString(out, value)
}

// appendKey appends a member of any kind, unless the value is empty.
func appendKey(out []byte, name string, value raw) []byte {
	if value == "" {
		return out
	}
	out = append(out, ',', '"')
	out = append(out, name...)
	out = append(out, '"', ':')
	return append(out, value...)
}

func orNull(value raw) raw {
	if value == "" {
		return null
	}
	return value
}

func orText(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// versions is the eventVersion services write; the others write 1.08. They
// differ for real: each service upgrades when it likes.
var versions = map[string]string{
	"iam": "1.10", "ec2": "1.10", "lambda": "1.11", "s3": "1.11", "sso": "1.09", "organizations": "1.09",
	"ecs": "1.09", "eks": "1.11", "glue": "1.09", "kms": "1.11", "ssm": "1.11", "secretsmanager": "1.11", "rds": "1.10",
}

func versionOf(source string) string {
	return orText(versions[source], "1.08")
}
