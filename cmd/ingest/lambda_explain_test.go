package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline/bucket/s3test"
)

// trustChanged is a log file in which somebody lets a principal become role app.
func trustChanged(n int, at time.Time, principal string) string {
	return fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/alice"},"eventTime":%[2]q,"eventSource":"iam.amazonaws.com",`+
		`"eventName":"UpdateAssumeRolePolicy","awsRegion":"us-east-1","recipientAccountId":"111111111111","eventID":"00000000-0000-4000-9000-%012[1]d","eventType":"AwsApiCall","eventCategory":"Management",`+
		`"requestParameters":{"roleName":"app","policyDocument":%[3]q},"responseElements":null}]}`, n, at.UTC().Format(time.RFC3339),
		`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"`+principal+`"},"Action":"sts:AssumeRole"}]}`)
}

const appRole = `{"RoleDetailList":[{"Arn":"arn:aws:iam::111111111111:role/app","RoleId":"AROAEXAMPLEEXAMPLE111","RoleName":"app","RolePolicyList":[],"AttachedManagedPolicies":[],
	"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:user/deploy"},"Action":"sts:AssumeRole"}]}}]}`

// TestFunctionExplainsChanges: the function holds a change against the inventory in the lake, and the next
// one, in another process, against that; with the permissions that Terraform gives it, which are to read
// of the lake what it tells by and nothing else.
func TestFunctionExplainsChanges(t *testing.T) {
	server, slack := s3test.New(t), newSlackInbox(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	inventory := filepath.Join(t.TempDir(), "roles.json")
	if err := os.WriteFile(inventory, []byte(appRole), 0o600); err != nil {
		t.Fatal(err)
	}
	server.Put("lake", "other", nil) // that there is the bucket
	take := asProgramCommand("iam", "--lake", "s3://lake/roletrail", "--snapshot-date", "2026-01-01", "--cache", t.TempDir(), inventory)
	take.Env = append(take.Env, server.Environment(t)...)
	if said, err := take.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	policy := s3test.ShippedPolicy(t, "../../docs/operations.md", "WriteLake")
	for i, s := range policy.Statement {
		if s.Sid == "WriteLake" {
			policy.Statement[i].Action = []string{"s3:PutObject"}
		}
	}
	read := policy.Statement[0]
	read.Sid, read.Action, read.Resource = "ReadToTell", []string{"s3:GetObject"}, nil
	for _, folder := range []string{"outbox", "memory", "commits", "iam"} {
		read.Resource = append(read.Resource, "arn:aws:s3:::lake/roletrail/"+folder+"/*")
	}
	policy.Statement = append(policy.Statement, read)
	server.Refuse(policy.Refuse)
	store := newParameterStore(t, "/roletrail/slack", slack.URL+"/services/"+slackCanary)
	environment := append(server.Environment(t), asProgram+"=1", lambdaLake+"=s3://lake/roletrail", "AWS_ENDPOINT_URL_SSM="+store.URL, slackParameterEnv+"=/roletrail/slack")
	now := time.Now()
	for n, principal := range []string{"111111111111", "*"} {
		key := fmt.Sprint("AWSLogs/", n, ".json")
		server.Put("trails", key, []byte(trustChanged(n, now.Add(time.Duration(n-10)*time.Minute), principal)))
		f := startFunction(t, self, environment...)
		if ids := failures(t, f.invoke(sqsEvent(s3Event(s3Record("trails", key))), time.Minute)); len(ids) > 0 {
			t.Fatalf("failed: %v\n%s", ids, f.log)
		}
	}
	if events, _ := slack.told(); events != 2 {
		t.Fatalf("%d changes are told, want 2", events)
	}
	said := slack.texts.String()
	for _, want := range []string{
		"changes between 2026-01-01 and " + now.UTC().Add(-10*time.Minute).Format(time.DateOnly) + " are unknown",
		`arn:aws:iam::111111111111:user/deploy`, `- \"AWS\": \"111111111111\"`, `+ \"AWS\": \"*\"`,
	} {
		if !strings.Contains(said, want) {
			t.Errorf("what is told does not contain %s:\n%s", want, said)
		}
	}
	if strings.Count(said, "what was before") > 0 {
		t.Errorf("it says that something known is not:\n%s", said)
	}
}

// TestLogsLearnForTheFunction: what log files said that ingest logs took into a lake on S3 is what the
// function holds a change against, and nobody is told of them.
func TestLogsLearnForTheFunction(t *testing.T) {
	server, slack := s3test.New(t), newSlackInbox(t)
	store := newParameterStore(t, "/roletrail/slack", slack.URL+"/services/"+slackCanary)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	environment := append(server.Environment(t), asProgram+"=1", lambdaLake+"=s3://lake/roletrail", "AWS_ENDPOINT_URL_SSM="+store.URL, slackParameterEnv+"=/roletrail/slack")
	server.Put("lake", "other", nil) // that there is the bucket
	old := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(old, []byte(trustChanged(1, time.Now().Add(-time.Hour), "111111111111")), 0o600); err != nil {
		t.Fatal(err)
	}
	logs := asProgramCommand("logs", "--lake", "s3://lake/roletrail", old)
	logs.Env = append(logs.Env, environment...)
	if said, err := logs.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	server.Put("trails", "AWSLogs/2.json", []byte(trustChanged(2, time.Now(), "*")))
	f := startFunction(t, self, environment...)
	if ids := failures(t, f.invoke(sqsEvent(s3Event(s3Record("trails", "AWSLogs/2.json"))), time.Minute)); len(ids) > 0 {
		t.Fatalf("failed: %v\n%s", ids, f.log)
	}
	events, _ := slack.told()
	if said := slack.texts.String(); events != 1 || !strings.Contains(said, `- \"AWS\": \"111111111111\"`) || strings.Contains(said, "unknown") {
		t.Errorf("%d changes are told:\n%s", events, said)
	}
}
