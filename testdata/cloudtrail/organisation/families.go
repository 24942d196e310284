package organisation

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// otherFamilies are the objects CloudTrail puts beside the log files (P15):
// none of them is use of a role.
func otherFamilies(logs []*logFile) []*logFile {
	return []*logFile{insightFile(), networkFile(), aggregatedFile(), digestFile(logs, 3), digestFile(nil, 4)}
}

func familyFile(family, account, region string, delivered time.Time, records ...entry) *logFile {
	return &logFile{key: logKey(organisationID+"/", account, family, region, delivered, suffix(family)),
		family: family, account: account, region: region, day: dayOf(delivered), entries: records}
}

// insightFile holds the start and the end of one insight: no userIdentity, and a
// sharedEventID that does not mean a cross-account pair (P16).
func insightFile() *logFile {
	d := newDice("insight")
	shared := d.guid()
	one := func(state string, t time.Time) entry {
		return entry{at: t, body: []byte(obj("eventVersion", "1.09", "eventTime", stamp(t), "awsRegion", homeRegion, "eventID", d.guid(), "eventType", "AwsCloudTrailInsight",
			"recipientAccountId", "111111111111", "sharedEventID", shared,
			"insightDetails", obj("state", state, "eventSource", "ssm.amazonaws.com", "eventName", "GetParameter", "insightType", "ApiCallRateInsight",
				"insightContext", obj("statistics", obj("baseline", obj("average", raw("0.0061")), "insight", obj("average", 3), "insightDuration", 5, "baselineDuration", 10080),
					"attributions", list(obj("attribute", "userIdentityArn", "insight", list(obj("value", "arn:aws:sts::111111111111:assumed-role/app-server", "average", 3)), "baseline", raw("[]"))))),
			"eventCategory", "Insight"))}
	}
	return familyFile("CloudTrail-Insight", "111111111111", homeRegion, at(8, 5, 11, 20, 0), one("Start", at(8, 5, 11, 2, 0)), one("End", at(8, 5, 11, 7, 0)))
}

// networkFile holds calls seen at a VPC endpoint, one of them by etl-runner: it
// repeats what the event log says already (P16).
func networkFile() *logFile {
	d := newDice("network")
	var records []entry
	for i := range 3 {
		t := at(8, 5, 2, 10+i, 7)
		pairs := []any{"eventVersion", "1.09", "userIdentity", obj("type", "AWSAccount", "principalId", "AROAEXAMPLEETLRUNNER1:GlueJobRunnerSession", "accountId", "333333333333"),
			"eventTime", stamp(t), "eventSource", "s3.amazonaws.com", "eventName", "GetObject", "awsRegion", homeRegion, "sourceIPAddress", "10.30.0.7"}
		if i == 2 {
			pairs = append(pairs, "errorCode", "VpceAccessDenied", "errorMessage", "The request was denied due to a VPC endpoint policy")
		}
		pairs = append(pairs, "requestParameters", null, "responseElements", null, "requestID", d.guid(), "eventID", d.guid(), "readOnly", true,
			"resources", list(obj("accountId", "333333333333", "type", "AWS::S3::Bucket", "ARN", "arn:aws:s3:::"+lakeBucket)),
			"eventType", "AwsVpceEvent", "managementEvent", false, "recipientAccountId", "333333333333", "sharedEventID", d.guid(),
			"vpcEndpointId", "vpce-0a1b2c3d4e5f60718", "vpcEndpointAccountId", "333333333333", "eventCategory", "NetworkActivity")
		records = append(records, entry{at: t, body: []byte(obj(pairs...))})
	}
	return familyFile("CloudTrail-NetworkActivity", "333333333333", homeRegion, at(8, 5, 2, 20, 0), records...)
}

// aggregatedFile holds five-minute summaries of data events: another shape, with
// accountId and eventId.
func aggregatedFile() *logFile {
	d, t := newDice("aggregated"), at(8, 5, 2, 10, 0)
	body := obj("eventVersion", "1.0", "accountId", "333333333333", "eventId", d.guid(), "eventCategory", "Aggregated", "eventType", "AwsAggregatedEvent",
		"awsRegion", homeRegion, "eventSource", "s3.amazonaws.com",
		"timeWindow", obj("windowStart", stamp(t), "windowEnd", stamp(t.Add(5*time.Minute)), "windowSize", "PT5M"),
		"summary", obj("primaryDimension", obj("dimension", "eventName", "statistics", list(obj("name", "GetObject", "value", 412))), "details", raw("[]")))
	return familyFile("CloudTrail-Aggregated", "333333333333", homeRegion, at(8, 5, 2, 20, 0), entry{at: t, body: []byte(body)})
}

// digestFile is one hour's digest: no Records at all (P15). With log files it
// lists those of account workloads of 2026-08-05.
func digestFile(logs []*logFile, hour int) *logFile {
	d := newDice("digest " + strconv.Itoa(hour))
	end := at(8, 6, hour, 1, 31)
	key := func(end time.Time) string {
		return "AWSLogs/" + organisationID + "/111111111111/CloudTrail-Digest/us-east-1" + end.Format("/2006/01/02/") +
			"111111111111_CloudTrail-Digest_us-east-1_organisation_us-east-1_" + end.Format("20060102T150405Z") + ".json.gz"
	}
	newest, oldest, listed := any(null), any(null), []any{}
	for _, f := range logs {
		if f.account != "111111111111" || !f.day.Equal(day(2026, 8, 5)) {
			continue
		}
		sum := sha256.Sum256(f.content())
		newest, oldest = stamp(at(8, 5, 23, 40, 0)), stamp(at(8, 5, 0, 10, 0))
		listed = append(listed, obj("s3Bucket", "example-logs", "s3Object", f.key, "hashValue", hex.EncodeToString(sum[:]), "hashAlgorithm", "SHA-256",
			"newestEventTime", newest, "oldestEventTime", oldest))
	}
	body := obj("awsAccountId", "111111111111", "digestStartTime", stamp(end.Add(-time.Hour)), "digestEndTime", stamp(end), "digestS3Bucket", "example-logs", "digestS3Object", key(end),
		"digestPublicKeyFingerprint", d.hex(32), "digestSignatureAlgorithm", "SHA256withRSA", "newestEventTime", newest, "oldestEventTime", oldest,
		"previousDigestS3Bucket", "example-logs", "previousDigestS3Object", key(end.Add(-time.Hour)), "previousDigestHashValue", d.hex(64),
		"previousDigestHashAlgorithm", "SHA-256", "previousDigestSignature", d.hex(512), "logFiles", list(listed...))
	return &logFile{key: key(end), family: "CloudTrail-Digest", account: "111111111111", region: globalRegion, day: dayOf(end), entries: []entry{{at: end, body: []byte(body)}}}
}
