package pipeline

import "testing"

func TestRegionOfKey(t *testing.T) {
	const file = "111111111111_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260710T114205Z.json.gz"
	tests := []struct{ key, want string }{
		{"AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/07/10/" + file, "eu-west-1"},
		{"/data/prefix/AWSLogs/o-exampleorg/111111111111/CloudTrail-Digest/us-gov-east-1/2026/07/10/" + file, "us-gov-east-1"},
		{"/data/AWSLogs/111111111111/CloudTrail/ap-southeast-2/2026/12/31/x", "ap-southeast-2"},
		// A folder of another name that begins alike, deeper or higher.
		{"/home/CloudTrail logs/b/c/d/e/" + file, ""},
		{"AWSLogs/111111111111/CloudTrail-Digests/eu-west-1/2026/07/10/" + file, ""},
		{"AWSLogs/111111111111/CloudTrailDigest/eu-west-1/2026/07/10/" + file, ""},
		{"/CloudTrail/secret/AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/07/10/" + file, "eu-west-1"},
		// Parts that are not what they should be.
		{"AWSLogs/11111111111/CloudTrail-Digest/eu-west-1/2026/07/10/" + file, ""},
		{"AWSLogs/x/111111111111/CloudTrail-Digest/eu-west-1/2026/07/10/" + file, ""},
		{"Logs/111111111111/CloudTrail-Digest/eu-west-1/2026/07/10/" + file, ""},
		{"o-exampleorg/111111111111/CloudTrail-Digest/eu-west-1/2026/07/10/" + file, ""},
		{"AWSLogs/111111111111/CloudTrail-Digest/EU-WEST-1/2026/07/10/" + file, ""},
		{"AWSLogs/111111111111/CloudTrail-Digest/eu west-1/2026/07/10/" + file, ""},
		{"AWSLogs/111111111111/CloudTrail-Digest/eu-west/2026/07/10/" + file, ""},
		{"AWSLogs/111111111111/CloudTrail-Digest/eu--1/2026/07/10/" + file, ""},
		{"AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/13/10/" + file, ""},
		{"AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/07/" + file, ""},
		{"AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/07/10/more/" + file, ""},
		{"", ""},
	}
	for _, test := range tests {
		if got := regionOfKey(test.key); got != test.want {
			t.Errorf("%s: %q, want %q", test.key, got, test.want)
		}
	}
}
