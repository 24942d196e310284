package pipeline

import (
	"testing"

	"roletrail/cloudtrail"
	"roletrail/iam/action"
)

// record is a record of the given members, which get a time.
func record(t *testing.T, members string) *cloudtrail.Record {
	t.Helper()
	doc, err := cloudtrail.NewDecoder(cloudtrail.Limits{}).Decode([]byte(`{"eventTime":"2026-07-10T11:42:05Z",`+members+`}`), cloudtrail.Management)
	if err != nil || len(doc.Records) != 1 {
		t.Fatalf("%s: %v, %+v", members, err, doc)
	}
	return &doc.Records[0]
}

func TestActionsOfAnEvent(t *testing.T) {
	const (
		runs   = `"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventType":"AwsApiCall"`
		scales = `"eventSource":"autoscaling.amazonaws.com","eventName":"PutScalingPolicy","eventType":"AwsApiCall"`
		key    = `"eventSource":"kms.amazonaws.com","eventName":"Decrypt","eventType":"AwsApiCall"`
		denied = `,"errorCode":"AccessDenied","errorMessage":"User: x is not authorized to perform: `
	)
	tests := []struct{ name, members, want string }{
		{"a call", key, "kms:Decrypt"},
		{"one that may need more", runs, "ec2:RunInstances | iam:PassRole,ec2:CreateTags"},
		{"one nobody knows", `"eventSource":"s3.amazonaws.com","eventName":"Gone","eventType":"AwsApiCall"`, " | s3:*"},
		{"the same name, no call", `"eventSource":"kms.amazonaws.com","eventName":"Decrypt","eventType":"AwsServiceEvent"`, ""},
		{"denied, another action", runs + denied + `IAM:passrole on resource: arn:aws:iam::111111111111:role/r because"`, "iam:PassRole"},
		{"denied, its own action", key + denied + `kms:Decrypt on resource: x"`, "kms:Decrypt"},
		{"denied, an unknown action", key + denied + `evil:Action on resource: x"`, "kms:Decrypt"},
		{"denied, no action", key + `,"errorCode":"AccessDenied","errorMessage":"no"`, "kms:Decrypt"},
		{"denied, no call", `"eventSource":"signin.amazonaws.com","eventName":"SwitchRole","eventType":"AwsConsoleSignIn"` + denied + `sts:AssumeRole on resource: x"`, ""},
		{"failed otherwise", key + `,"errorCode":"NotFoundException","errorMessage":"User: x is not authorized to perform: s3:GetObject"`, "kms:Decrypt"},
		{"Application Auto Scaling", scales + `,"additionalEventData":{"service":"application-autoscaling"}`, "application-autoscaling:PutScalingPolicy"},
		{"AWS Auto Scaling", `"eventSource":"autoscaling.amazonaws.com","eventName":"CreateScalingPlan","eventType":"AwsApiCall","additionalEventData":{"service":"autoscaling-plans"}`, "autoscaling-plans:CreateScalingPlan"},
		{"EC2 Auto Scaling, or not", scales, "autoscaling:PutScalingPolicy | application-autoscaling:PutScalingPolicy"},
		{"a service nobody knows", scales + `,"additionalEventData":{"service":"x"}`, "autoscaling:PutScalingPolicy | application-autoscaling:PutScalingPolicy"},
		{"nothing known", `"eventID":"a"`, ""},
	}
	bounds := defaultBounds()
	r := newRows(&bounds, action.NewMapper(action.Embedded()))
	for range 3 { // new, known, and new again after the store was emptied
		for _, test := range tests {
			for range 2 {
				r.add(record(t, test.members), "object")
				if got := actionsText(r, &r.rows[len(r.rows)-1]); got != test.want {
					t.Errorf("%s: %q, want %q", test.name, got, test.want)
				}
			}
		}
		if len(r.rows) > 2*len(tests) {
			r.reset()
		}
	}
}

func actionsText(r *rows, e *row) string {
	text := ""
	if code := e.codes[dictIAMAction]; code != noCode {
		text = string(r.arena.bytes(r.dicts[dictIAMAction].values[code]))
	}
	if code := e.codes[dictIAMActionsPossible]; code != noCode {
		text += " | " + string(r.arena.bytes(r.dicts[dictIAMActionsPossible].values[code]))
	}
	return text
}

// TestKnownActionsAllocateNothing: a kind of event that the store has is mapped
// without allocating, whatever stands between two of it.
func TestKnownActionsAllocateNothing(t *testing.T) {
	bounds := defaultBounds()
	r := newRows(&bounds, action.NewMapper(action.Embedded()))
	records := []*cloudtrail.Record{
		record(t, `"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventType":"AwsApiCall"`),
		record(t, `"eventSource":"kms.amazonaws.com","eventName":"Decrypt","eventType":"AwsApiCall","errorCode":"AccessDenied","errorMessage":"User: x is not authorized to perform: kms:Decrypt on resource: y"`),
		record(t, `"eventSource":"s3.amazonaws.com","eventName":"Gone","eventType":"AwsApiCall"`),
		record(t, `"eventSource":"autoscaling.amazonaws.com","eventName":"PutScalingPolicy","eventType":"AwsApiCall","additionalEventData":{"a":1,"service":"application-autoscaling"}`),
	}
	outcomes := []cloudtrail.Outcome{cloudtrail.Success, cloudtrail.Denied, cloudtrail.Success, cloudtrail.Success}
	for _, rec := range records {
		r.add(rec, "")
	}
	allocs := testing.AllocsPerRun(1000, func() {
		for i, rec := range records {
			r.setActions(rec, &r.rows[i], outcomes[i])
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
