package cloudtrail

import "testing"

func TestFamilyOfFolder(t *testing.T) {
	tests := []struct {
		path string
		want Family
	}{
		{"AWSLogs/111111111111/CloudTrail/eu-west-1/2026/07/10/x.json.gz", Management},
		{"AWSLogs/o-exampleorg/111111111111/CloudTrail-Digest/eu-west-1/2026/07/10/x.json.gz", Digest},
		{"prefix/AWSLogs/111111111111/CloudTrail-Insight/eu-west-1/2026/07/10/x.json.gz", Insight},
		{"/data/AWSLogs/111111111111/CloudTrail-NetworkActivity/eu-west-1/x.json.gz", NetworkActivity},
		{"AWSLogs/111111111111/CloudTrail-Aggregated/x.json.gz", Aggregated},
		{"CloudTrail-Digest/x.json.gz", Digest},
		{"AWSLogs/111111111111/CloudTrail-Digests/x.json.gz", Management},
		{"old-CloudTrail-Digest/x.json.gz", Management},
		{"x_CloudTrail-Digest_y.json.gz", Management},
		{"", Management},
	}
	for _, test := range tests {
		if got := FamilyOfFolder(test.path); got != test.want {
			t.Errorf("%s: %s, want %s", test.path, got, test.want)
		}
	}
}

// TestFamilyOfRecord holds that the content decides, and the folder where it is
// silent (P15, P16).
func TestFamilyOfRecord(t *testing.T) {
	const when = `"eventTime":"2026-07-10T11:42:05Z","eventSource":"x.amazonaws.com",`
	tests := []struct {
		name, members string
		folder, want  Family
	}{
		{"API call", when + `"eventType":"AwsApiCall","eventCategory":"Management"`, Management, Management},
		{"data event", when + `"eventType":"AwsApiCall","eventCategory":"Data"`, Management, Management},
		{"API call in a wrong folder", when + `"eventType":"AwsApiCall","eventCategory":"Management"`, Insight, Management},
		{"old record", when + `"eventName":"x"`, Management, Management},
		{"old record in a digest folder", when + `"eventName":"x"`, Digest, Management},
		{"silent in the folder of another", when + `"eventName":"x"`, NetworkActivity, NetworkActivity},
		{"sign-in", when + `"eventType":"AwsConsoleSignIn","eventName":"ConsoleLogin"`, Management, Management},
		{"network activity", when + `"eventType":"AwsVpceEvent","eventCategory":"NetworkActivity"`, Management, NetworkActivity},
		{"network activity by type", when + `"eventType":"AwsVpceEvent","eventName":"x"`, Management, NetworkActivity},
		{"network activity by plural type", when + `"eventType":"AwsVpceEvents","eventName":"x"`, Management, NetworkActivity},
		{"insight", when + `"eventType":"AwsCloudTrailInsight","eventCategory":"Insight","eventName":"x"`, Management, Insight},
		{"insight by type", when + `"eventType":"AwsCloudTrailInsight","eventName":"x"`, Management, Insight},
		{"insight without time", `"eventCategory":"Insight","eventName":"x"`, Management, Insight},
		{"aggregated", `"accountId":"111111111111","eventId":"x","timeWindow":{"windowStart":"x"},"summary":{"a":1},"eventVersion":"1.0"`, Management, Aggregated},
		{"a record that only quotes it", when + `"eventName":"x","requestedBy":{"timeWindow":{}},"summary":{}`, Management, Management},
		{"a record with such parameters", when + `"eventName":"x","userIdentity":{},"timeWindow":{},"summary":{}`, Management, Management},
		{"unknown category", when + `"eventName":"x","eventCategory":"New"`, Management, Management},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc, err := NewDecoder(Limits{}).Decode([]byte(`{"Records":[{`+test.members+`}]}`), test.folder)
			if err != nil || len(doc.Records) != 1 {
				t.Fatalf("%v, %+v", err, doc)
			}
			if got := doc.Records[0].Family; got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestDigest(t *testing.T) {
	text := `{"awsAccountId":"111111111111","digestEndTime":"2026-07-10T11:42:05Z","logFiles":[{"s3Object":"x"}],"previousDigestSignature":null}`
	doc, err := decodeAll(t, []byte(text))
	if err != nil || doc.Digest == nil || doc.Count != 0 || len(doc.Bad) != 0 {
		t.Fatalf("%v, %+v", err, doc)
	}
	if doc.Digest.AccountID != "111111111111" || !doc.Digest.Valid() || doc.Digest.End != parseTime([]byte("2026-07-10T11:42:05Z")) {
		t.Errorf("%+v", doc.Digest)
	}
	doc, err = decodeAll(t, []byte(`{"awsAccountId":7,"digestEndTime":"soon","logFiles":[]}`))
	if err != nil || doc.Digest == nil || doc.Digest.Valid() || doc.Digest.AccountID != "" {
		t.Errorf("%v, %+v", err, doc.Digest)
	}
}
