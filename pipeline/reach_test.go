package pipeline_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/alert"
	"roletrail/queries"
)

// reachedInventory has a role of each kind that a change can reach without naming it.
const reachedInventory = `{"RoleDetailList":[
	{"Arn":"arn:aws:iam::111111111111:role/attached","RoleId":"AROAATTACHED00000001","RoleName":"attached","Path":"/","CreateDate":"2026-01-02T03:04:05Z","AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}},
		"RolePolicyList":[],"AttachedManagedPolicies":[{"PolicyName":"app","PolicyArn":"arn:aws:iam::111111111111:policy/app"}]},
	{"Arn":"arn:aws:iam::111111111111:role/bounded","RoleId":"AROABOUNDED000000001","RoleName":"bounded","Path":"/","CreateDate":"2026-01-02T03:04:05Z","AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"Service":"rolesanywhere.amazonaws.com"},"Action":"sts:AssumeRole"}},
		"RolePolicyList":[],"AttachedManagedPolicies":[],"PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"arn:aws:iam::111111111111:policy/app"}},
	{"Arn":"arn:aws:iam::111111111111:role/analyst","RoleId":"AROAANALYST000000001","RoleName":"analyst","Path":"/","CreateDate":"2026-01-02T03:04:05Z","AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111111111111:saml-provider/Idp"},"Action":"sts:AssumeRoleWithSAML"}},
		"RolePolicyList":[],"AttachedManagedPolicies":[]},
	{"Arn":"arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Power_0123456789abcdef","RoleId":"AROAPOWER0000000001A","RoleName":"AWSReservedSSO_Power_0123456789abcdef","Path":"/aws-reserved/sso.amazonaws.com/","CreateDate":"2026-01-02T03:04:05Z",
		"AssumeRolePolicyDocument":{"Statement":{"Effect":"Deny","Principal":{"Federated":"arn:aws:iam::111111111111:saml-provider/Idp"},"Action":"sts:AssumeRoleWithSAML"}},"RolePolicyList":[],"AttachedManagedPolicies":[]}],
	"Policies":[{"PolicyName":"app","Arn":"arn:aws:iam::111111111111:policy/app","DefaultVersionId":"v1","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":{"Statement":{"Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"*"}}}]}]}`

// TestChangesNameWhomTheyReach: messages and the report name the same roles and say the same of
// each change, from the inventory and from what the logs tell, and say so where neither tells. A
// report about a role has the changes that reach it.
func TestChangesNameWhomTheyReach(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	inv, err := inventory.Parse(strings.NewReader(reachedInventory), "inventory.json", inventory.Limits{})
	if err != nil || len(inv.Problems) > 0 {
		t.Fatal(err, inv.Problems)
	}
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	scp := inventory.ControlPolicy{Policy: inventory.Policy{ARN: "arn:aws:organizations::1:policy/o-x/service_control_policy/p-scp", Name: "scp", Document: `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`}}
	options := pipeline.InventoryOptions{At: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), Version: "test", Control: [][]inventory.ControlPolicy{{scp}}}
	if _, err := pipeline.IngestInventory(t.Context(), lake, inv, options); err != nil {
		t.Fatal(err)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	const set, roles = `"permissionSetArn":"arn:aws:sso:::permissionSet/ssoins-1/ps-1"`, "arn:aws:iam::111111111111:role/"
	events := []struct {
		service, name, request, response string
		roles                            []string
		words                            string
	}{
		{"sso", "CreatePermissionSet", `{"name":"Power"}`, `{"permissionSet":{` + set + `}}`, nil, ""},
		{"sso", "CreateAccountAssignment", `{` + set + `,"targetId":"333333333333"}`, `null`, nil, ": reaches account 333333333333; which roles is unknown: no inventory has a role of permission set Power"},
		{"sso", "PutInlinePolicyToPermissionSet", `{` + set + `}`, `null`, []string{roles + "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Power_0123456789abcdef"}, "reaches accounts 111111111111, 333333333333, as far as the logs tell; reaches one role"},
		{"iam", "CreatePolicyVersion", `{"policyArn":"arn:aws:iam::111111111111:policy/app","setAsDefault":true,"policyDocument":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\"}}"}`, `null`,
			[]string{roles + "attached", roles + "bounded"}, "gains sqs:SendMessage; loses sqs:ReceiveMessage; reaches 2 roles"},
		{"iam", "UpdateSAMLProvider", `{"sAMLProviderArn":"arn:aws:iam::111111111111:saml-provider/Idp"}`, `null`, []string{roles + "analyst"}, "reaches one role"},
		{"rolesanywhere", "CreateTrustAnchor", `{"name":"dc"}`, `null`, []string{roles + "bounded"}, "reaches one role"},
		{"organizations", "AttachPolicy", `{"policyId":"p-1","targetId":"ou-1"}`, `null`, nil, "reaches unit ou-1 with accounts that are unknown"},
		{"organizations", "UpdatePolicy", `{"policyId":"p-1"}`, `null`, nil, "reaches unit ou-1 with accounts that are unknown, as far as the logs tell"},
		{"organizations", "UpdatePolicy", `{"policyId":"p-scp"}`, `null`, nil, "reaches account 111111111111"},
		{"organizations", "UpdatePolicy", `{"policyId":"p-2"}`, `null`, nil, "whom it reaches is unknown: the logs do not tell what the policy is attached to"},
	}
	var records []string
	for i, e := range events {
		records = append(records, fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventTime":"2026-09-05T10:00:%02dZ","eventSource":"%s.amazonaws.com","eventName":%q,"awsRegion":"us-east-1","eventType":"AwsApiCall",
			"eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"111111111111","requestParameters":%s,"responseElements":%s}`, i, e.service, e.name, i, e.request, e.response))
	}
	folder := t.TempDir()
	write(t, folder, "a.json", trail(records...))
	ingest(t, dir, pipeline.Options{Workers: 1, RecentSince: time.Date(2026, 9, 5, 0, 0, 0, 0, time.UTC), Explaining: &pipeline.Explaining{}, Telling: pipeline.Telling{Webhooks: []string{"w"}, AtLeast: "info"}}, folder)

	told := toldOf(t, dir)
	p := queries.Params{Since: time.Unix(0, 0).UTC(), Until: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
	engine := openEngine(t, dir)
	shown := explainedBy(t, engine, p)
	for i, e := range events {
		id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		row, message := shown[id].Row, told[id]
		reached := textList(row[7])
		if !slices.Equal(reached, e.roles) || !strings.HasSuffix(fmt.Sprint(row[summaryColumn]), e.words) || strings.Contains(fmt.Sprint(row[summaryColumn]), "reaches") != (e.words != "") {
			t.Errorf("%s: %v, %v\nwant %v, %s", e.name, reached, row[summaryColumn], e.roles, e.words)
		}
		if !slices.Equal(message.RoleARNs, reached) || message.Summary != row[summaryColumn] {
			t.Errorf("%s: told %v, %s\nreported %v, %v", e.name, message.RoleARNs, message.Summary, reached, row[summaryColumn])
		}
	}
	for role, want := range map[string]int{"bounded": 2, "AROAANALYST000000001": 1, roles + "attached": 1} {
		p.Role = role
		if got := explainedBy(t, engine, p); len(got) != want {
			t.Errorf("%d changes of %s, want %d", len(got), role, want)
		}
	}
}

// toldOf are the messages in the outbox of a lake, by event id.
func toldOf(t *testing.T, dir string) map[string]alert.Change {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	entries, err := pipeline.Outbox{Ledger: lake.Ledger()}.Due("w", time.Now().Add(time.Hour), 1000)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]alert.Change{}
	for _, e := range entries {
		told[e.Change.EventID] = e.Change
	}
	return told
}

func textList(list any) (texts []string) {
	all, _ := list.([]any)
	for _, one := range all {
		texts = append(texts, fmt.Sprint(one))
	}
	return texts
}
