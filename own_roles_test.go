package roletrail_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline/bucket/s3test"
)

// unusedOfOwn are what roles of deploy/terraform may do and no recorded test does, with the
// reason. It is exact: what is used one day must leave it.
var unusedOfOwn = map[string]string{
	"function sqs:ReceiveMessage":                  "Lambda's pollers ask the queue as this role, and the tests call the function",
	"function sqs:DeleteMessage":                   "the same",
	"function sqs:GetQueueAttributes":              "the same",
	"function logs:CreateLogStream":                "Lambda writes the log as this role",
	"function logs:PutLogEvents":                   "the same",
	"inventory iam:GetAccountAuthorizationDetails": "scripts/moto asks it of a stand-in for IAM, which keeps no log",
	"review elasticfilesystem:ClientMount":         "ECS mounts the file system for the reviews as this role, and CloudTrail logs no mount",
	"review elasticfilesystem:ClientWrite":         "the same",
}

// eventNames are what CloudTrail calls the requests that an action of S3 allows.
var eventNames = map[string]string{"s3:ListBucket": "ListObjects", "s3:GetObject": "GetObject", "s3:PutObject": "PutObject", "s3:DeleteObject": "DeleteObject"}

// TestOwnRolesUseWhatTheyMay asks report unused of a recorded run of the tests with the
// permissions of the roles of deploy/terraform: they are allowed nothing that they do not need.
func TestOwnRolesUseWhatTheyMay(t *testing.T) {
	record := os.Getenv(s3test.RecordEnv)
	if record == "" {
		t.Skip(s3test.RecordEnv + " names no recorded run: scripts/own-roles/run.sh makes one")
	}
	in, dir := readInfrastructure(t, given(), nil), t.TempDir()
	granted := ownPolicies(t, in)
	var roles, records []any
	for _, name := range slices.Sorted(maps.Keys(granted)) {
		roles = append(roles, ownRole(name, granted[name]))
		calls := recorded(t, record, name)
		if len(calls) == 0 {
			t.Fatalf("nothing was recorded of %s", name)
		}
		for _, call := range calls {
			records = append(records, recordOf(t, name, call, len(records)))
		}
	}
	lake, logs, inventory := filepath.Join(dir, "lake"), filepath.Join(dir, "logs.json"), filepath.Join(dir, "iam.json")
	writeJSON(t, logs, map[string]any{"Records": records})
	writeJSON(t, inventory, map[string]any{"RoleDetailList": roles})
	ran(t, "bin/ingest", "logs", "--lake", lake, logs)
	ran(t, "bin/ingest", "iam", "--lake", lake, "--snapshot-date", "2026-09-30", inventory)
	var answer struct {
		Rows []struct {
			RoleARN string `json:"role_arn"`
			Action  string
			Verdict string
		}
	}
	if err := json.Unmarshal(ran(t, "bin/report", "unused", "--lake", lake, "--quarter", "2026Q3", "--format", "json"), &answer); err != nil {
		t.Fatal(err)
	}
	unused := map[string]bool{}
	for _, row := range answer.Rows {
		if row.Verdict != "used" {
			unused[filepath.Base(row.RoleARN)+" "+row.Action] = true
		}
	}
	for name := range unused {
		if unusedOfOwn[name] == "" {
			t.Errorf("%s is granted, and nothing that was recorded uses it", name)
		}
	}
	for name := range unusedOfOwn {
		if !unused[name] {
			t.Errorf("%s is used, or granted no longer: take it off the list", name)
		}
	}
	t.Logf("%d calls of %d roles: %d permissions, %d of them unused, as expected", len(records), len(roles), len(answer.Rows), len(unused))
}

// ownPolicies are the statements of the roles whose calls are recorded.
func ownPolicies(t *testing.T, in *infrastructure) map[string]any {
	t.Helper()
	policies := map[string]any{"function": decoded(t, at(in.resource(t, "aws_iam_role_policy.function"), "policy"))}
	jobs, _ := in.resource(t, "aws_iam_role_policy.job").(map[string]any)
	for name, policy := range jobs {
		policies[name] = decoded(t, at(policy, "policy"))
	}
	return policies
}

func roleID(name string) string { return fmt.Sprintf("AROA%017s", strings.ToUpper(name)) }

// ownRole is a role as get-account-authorization-details has it. What only AWS knows of a
// resource is a name in the evaluated Terraform, and an ARN here.
func ownRole(name string, policy any) any {
	statements, _ := at(policy, "Statement").([]any)
	for _, statement := range statements {
		resources, _ := at(statement, "Resource").([]any)
		for i, resource := range resources {
			if text, ok := resource.(string); ok && strings.HasPrefix(text, "aws_") {
				resources[i] = "arn:aws:sqs:eu-west-1:111111111111:" + text
			}
		}
	}
	return map[string]any{
		"Path": "/", "RoleName": name, "RoleId": roleID(name), "Arn": "arn:aws:iam::111111111111:role/" + name, "CreateDate": "2026-01-05T10:00:00Z",
		"AssumeRolePolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Principal": map[string]any{"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}},
		"RolePolicyList":           []any{map[string]any{"PolicyName": name, "PolicyDocument": policy}}, "AttachedManagedPolicies": []any{},
	}
}

// recorded are the calls of a role, each once.
func recorded(t *testing.T, folder, role string) (calls []s3test.Call) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, role+"-*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var more []s3test.Call
		if err := json.Unmarshal(readFile(t, file), &more); err != nil {
			t.Fatal(err)
		}
		for _, call := range more {
			if !slices.Contains(calls, call) {
				calls = append(calls, call)
			}
		}
	}
	return calls
}

// recordOf is a call as CloudTrail writes it down.
func recordOf(t *testing.T, role string, call s3test.Call, n int) any {
	t.Helper()
	name := eventNames[call.Action]
	if name == "" {
		t.Fatalf("%s asked for %s, of which no event is known", role, call.Action)
	}
	bucket, key, _ := strings.Cut(call.Resource, "/")
	arn := "arn:aws:iam::111111111111:role/" + role
	return map[string]any{
		"eventVersion": "1.11", "eventTime": time.Date(2026, 9, 1, 0, 0, n, 0, time.UTC).Format(time.RFC3339), "eventSource": "s3.amazonaws.com", "eventName": name,
		"awsRegion": "eu-west-1", "eventID": fmt.Sprintf("00000000-0000-4000-8000-%012d", n), "eventType": "AwsApiCall", "recipientAccountId": "111111111111",
		"eventCategory": "Data", "managementEvent": false, "readOnly": name != "PutObject" && name != "DeleteObject",
		"requestParameters": map[string]any{"bucketName": bucket, "key": key},
		"userIdentity": map[string]any{
			"type": "AssumedRole", "principalId": roleID(role) + ":run", "arn": "arn:aws:sts::111111111111:assumed-role/" + role + "/run", "accountId": "111111111111",
			"sessionContext": map[string]any{
				"sessionIssuer": map[string]any{"type": "Role", "principalId": roleID(role), "arn": arn, "accountId": "111111111111", "userName": role},
				"attributes":    map[string]any{"creationDate": "2026-08-31T23:59:00Z", "mfaAuthenticated": "false"},
			},
		},
	}
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ran is what a program printed.
func ran(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	var said strings.Builder
	cmd := exec.Command(program, args...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, &said)
	}
	return out
}
