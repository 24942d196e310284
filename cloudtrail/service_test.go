package cloudtrail

import "testing"

// TestCalledService: who shares the event source of EC2 Auto Scaling is told by
// additionalEventData, and nobody else is.
func TestCalledService(t *testing.T) {
	tests := []struct{ source, data, service, api string }{
		{"autoscaling.amazonaws.com", `{"service":"application-autoscaling"}`, "application-autoscaling", "application-autoscaling.amazonaws.com"},
		{"AutoScaling.amazonaws.com", `{"a":{"service":"x"},"service":"autoscaling-plans"}`, "autoscaling-plans", "autoscaling-plans.amazonaws.com"},
		{"autoscaling.evil.com", `{"service":"application-autoscaling"}`, "application-autoscaling", "application-autoscaling.evil.com"}, // names no service of AWS before or after
		{"autoscaling.amazonaws.com", `{"service":"iam"}`, "", "autoscaling.amazonaws.com"},
		{"autoscaling.amazonaws.com", `{"service":["application-autoscaling"]}`, "", "autoscaling.amazonaws.com"},
		{"autoscaling.amazonaws.com", `{"service":""}`, "", "autoscaling.amazonaws.com"},
		{"autoscaling.amazonaws.com", `"application-autoscaling"`, "", "autoscaling.amazonaws.com"},
		{"autoscaling.amazonaws.com", `null`, "", "autoscaling.amazonaws.com"},
		{"autoscaling", `{"service":"application-autoscaling"}`, "", "autoscaling"},
		{"ec2.amazonaws.com", `{"service":"application-autoscaling"}`, "", "ec2.amazonaws.com"},
		{"", `{"service":"application-autoscaling"}`, "", ""},
	}
	for _, test := range tests {
		rec := oneRecord(t, `"eventSource":"`+test.source+`","additionalEventData":`+test.data)
		if got, api := CalledService(rec), string(AppendAPISource(nil, rec)); got != test.service || api != test.api {
			t.Errorf("%s, %s: %q and %q, want %q and %q", test.source, test.data, got, api, test.service, test.api)
		}
	}
}
