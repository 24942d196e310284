package roletrail_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// at is what lies at a path of names and numbers in what JSON holds, or nil.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// decoded is a document that stands in a text.
func decoded(t *testing.T, text any) (out any) {
	t.Helper()
	s, _ := text.(string)
	if err := json.Unmarshal([]byte(s), &out); err != nil {
		t.Fatalf("%q is no JSON: %v", s, err)
	}
	return out
}

// number is a number, or 0.
func number(v any) float64 { n, _ := v.(float64); return n }

// terraformRules say what is wrong with the infrastructure, each rule under its name.
var terraformRules = map[string]func(t *testing.T, in *infrastructure) []string{
	"queue": queueProblems, "function": functionProblems, "lake": lakeProblems, "alarms": alarmProblems,
	"roles": roleProblems, "jobs": jobProblems, "athena": athenaProblems, "texts": textProblems, "telling": tellingProblems,
}

// TestTerraform holds deploy/terraform to what the documentation promises, evaluated with the
// shortest and the longest time for the function, and with keys.
func TestTerraform(t *testing.T) {
	key := cty.StringVal("arn:aws:kms:eu-west-1:111111111111:key/a")
	for name, more := range map[string]map[string]cty.Value{
		"defaults": {},
		"longest":  {"function_timeout": cty.NumberIntVal(900), "function_concurrency": cty.NumberIntVal(500)},
		"keys":     {"lake_kms_key_arn": key, "trail_kms_key_arn": key},
		"telling":  {"slack_webhook_parameter": cty.StringVal("/roletrail/slack")},
		"paying":   {"trail_requester_pays": cty.True},
		"quiet":    {"alarm_actions": cty.ListValEmpty(cty.String), "notify_from_bucket": cty.False},
	} {
		values := given()
		for variable, v := range more {
			values[variable] = v
		}
		in := readInfrastructure(t, values, nil)
		for _, resource := range in.of("aws_") {
			in.resource(t, resource)
		}
		if names, err := in.refused(); err != nil || len(names) > 0 {
			t.Errorf("%s: refused are %v, %v", name, names, err)
		}
		for rule, problems := range terraformRules {
			for _, problem := range problems(t, in) {
				t.Errorf("%s: %s: %s", name, rule, problem)
			}
		}
	}
}

// TestTerraformRulesBite: each rule finds what it is there for.
func TestTerraformRulesBite(t *testing.T) {
	for _, wrong := range []struct{ rule, file, old, new, want string }{
		{"queue", "notices.tf", "6 * var.function_timeout", "5 * var.function_timeout", "visibility"},
		{"queue", "notices.tf", "= var.max_receive_count", "= 3", "3 tries"},
		{"queue", "notices.tf", "aws_sqs_queue.dead_letters.arn", "aws_sqs_queue.not_begun.arn", "dead letters"},
		{"queue", "notices.tf", "{ \"aws:SourceArn\" = local.trail_bucket_arn }", "{ \"aws:SourceArn\" = \"*\" }", "who may send"},
		{"function", "function.tf", `["ReportBatchItemFailures"]`, "[]", "single messages"},
		{"function", "function.tf", `["arm64"]`, `["x86_64"]`, "arm64"},
		{"function", "function.tf", "maximum_concurrency = var.function_concurrency", "maximum_concurrency = 900", "throttled"},
		{"function", "function.tf", "var.trail_requester_pays ?", "!var.trail_requester_pays ?", "who pays"},
		{"lake", "lake.tf", "block_public_policy     = true", "block_public_policy     = false", "public"},
		{"lake", "lake.tf", "expired_object_delete_marker = true", "days = 400", "ends objects"},
		{"lake", "lake.tf", `"aws:SecureTransport" = "false"`, `"aws:SecureTransport" = "true"`, "without TLS"},
		{"alarms", "alarms.tf", "aws_sqs_queue.dead_letters.name", "aws_sqs_queue.notices.name", "dead letters"},
		{"alarms", "alarms.tf", "ApproximateAgeOfOldestMessage", "NumberOfMessagesSent", "oldest"},
		{"roles", "policies.tf", `"s3:GetObject", "s3:PutObject", "s3:DeleteObject"`, `"s3:*"`, "compact"},
		{"roles", "policies.tf", `Action = ["s3:PutObject"], Resource = [local.lake_objects]`, `Action = ["s3:PutObject"], Resource = ["*"]`, "function"},
		{"roles", "jobs.tf", "Resource = [aws_ecr_repository.image.arn]", `Resource = ["*"]`, "ecr:BatchGetImage of every resource"},
		{"telling", "function.tf", "var.slack_webhook_parameter == null ? {} : { ROLETRAIL_SLACK_WEBHOOK_PARAMETER = var.slack_webhook_parameter }", `{ ROLETRAIL_SLACK_WEBHOOK_PARAMETER = "/x" }`, "is told /x"},
		{"jobs", "jobs.tf", "readonlyRootFilesystem = true", "readonlyRootFilesystem = false", "root"},
		{"jobs", "jobs.tf", "cron(0 6 3 1,4,7,10 ? *)", "cron(0 6 1 1,4,7,10 ? *)", "review"},
		{"athena", "athena.tf", "= var.athena_scan_limit", "= 0", "limit"},
		{"athena", "athena.tf", "enforce_workgroup_configuration    = true", "enforce_workgroup_configuration    = false", "limit"},
		{"athena", "athena.tf", `"athena:StopQueryExecution"`, `"athena:GetWorkGroup"`, "report calls"},
		{"texts", "versions.tf", `"5.100.0"`, `">= 5"`, "pinned"},
		{"texts", "outputs.tf", "The lake, for", "", "description"},
	} {
		changed := false
		in := readInfrastructure(t, given(), func(file, text string) string {
			if file == wrong.file && strings.Contains(text, wrong.old) {
				changed = true
				if wrong.rule == "texts" && wrong.new == "" {
					return regexp.MustCompile(`description = "`+wrong.old+`[^"]*"`).ReplaceAllString(text, "")
				}
				return strings.Replace(text, wrong.old, wrong.new, 1)
			}
			return text
		})
		if problems := strings.Join(terraformRules[wrong.rule](t, in), "; "); !changed || !strings.Contains(problems, wrong.want) {
			t.Errorf("%s with %q: changed %v, problems %q, want %q", wrong.file, wrong.new, changed, problems, wrong.want)
		}
	}
}

// TestTerraformRefusesValues: each variable that can be wrong in a way that matters says so.
func TestTerraformRefusesValues(t *testing.T) {
	for name, values := range map[string][]cty.Value{
		"name":                 {cty.StringVal("Roletrail"), cty.StringVal("")},
		"trail_bucket":         {cty.StringVal("my_bucket"), cty.StringVal("s3://trails")},
		"trail_prefix":         {cty.StringVal("AWSLogs"), cty.StringVal("AWS Logs/"), cty.StringVal("*/")},
		"lake_bucket":          {cty.StringVal("trails"), cty.StringVal("Lake")},
		"lake_prefix":          {cty.StringVal("roletrail/"), cty.StringVal(""), cty.StringVal("a//b")},
		"lake_kms_key_arn":     {cty.StringVal("alias/lake")},
		"old_versions_days":    {cty.NumberIntVal(1), cty.NumberIntVal(1000)},
		"function_timeout":     {cty.NumberIntVal(3), cty.NumberIntVal(901)},
		"function_concurrency": {cty.NumberIntVal(1)},
		"max_receive_count":    {cty.NumberIntVal(4)},
		"subnet_ids":           {cty.ListValEmpty(cty.String)},
		"job_cpu":              {cty.NumberIntVal(1500)},
		"job_memory":           {cty.NumberIntVal(1024)},
		"log_days":             {cty.NumberIntVal(5)},
		"athena_scan_limit":    {cty.NumberIntVal(0)},
		"athena_prefix":        {cty.StringVal("roletrail")},
	} {
		for _, v := range values {
			variables := given()
			variables[name] = v
			if names, err := readInfrastructure(t, variables, nil).refused(); err != nil || !slices.Equal(names, []string{name}) {
				t.Errorf("%s = %#v: refused are %v, %v", name, v, names, err)
			}
		}
	}
}

// queueProblems: a message stays invisible for as long as AWS advises, is tried often enough,
// and none but the trail's bucket may send one.
func queueProblems(t *testing.T, in *infrastructure) (problems []string) {
	queue, function := in.resource(t, "aws_sqs_queue.notices"), in.resource(t, "aws_lambda_function.ingest")
	visibility, timeout := number(at(queue, "visibility_timeout_seconds")), number(at(function, "timeout"))
	if visibility < 6*timeout || timeout == 0 || visibility > 12*3600 {
		problems = append(problems, fmt.Sprintf("a visibility timeout of %v s for a function of %v s", visibility, timeout))
	}
	redrive := decoded(t, at(queue, "redrive_policy"))
	if tries := number(at(redrive, "maxReceiveCount")); tries < 5 {
		problems = append(problems, fmt.Sprintf("%v tries", tries))
	}
	if to := at(redrive, "deadLetterTargetArn"); to != "aws_sqs_queue.dead_letters.arn" {
		problems = append(problems, fmt.Sprintf("dead letters go to %v", to))
	}
	if number(at(in.resource(t, "aws_sqs_queue.dead_letters"), "message_retention_seconds")) < number(at(queue, "message_retention_seconds")) {
		problems = append(problems, "dead letters end before messages do: their age counts from the first queue")
	}
	send := at(decoded(t, at(in.resource(t, "aws_sqs_queue_policy.notices"), "policy")), "Statement", 0)
	if at(send, "Condition", "ArnEquals", "aws:SourceArn") != "arn:aws:s3:::trails" || at(send, "Condition", "StringEquals", "aws:SourceAccount") != "111111111111" {
		problems = append(problems, "who may send: more than the trail's bucket")
	}
	notification := at(in.resource(t, "aws_s3_bucket_notification.trail"), 0)
	if notification != nil && (at(notification, "queue", 0, "queue_arn") != "aws_sqs_queue.notices.arn" || at(notification, "queue", 0, "filter_prefix") != "AWSLogs/") {
		problems = append(problems, "the bucket tells another queue, or of other objects")
	}
	return problems
}

func functionProblems(t *testing.T, in *infrastructure) (problems []string) {
	function, mapping := in.resource(t, "aws_lambda_function.ingest"), in.resource(t, "aws_lambda_event_source_mapping.notices")
	if at(function, "architectures", 0) != "arm64" || at(function, "runtime") != "provided.al2023" || at(function, "handler") != "bootstrap" {
		problems = append(problems, "not arm64 on provided.al2023")
	}
	if at(mapping, "function_response_types", 0) != "ReportBatchItemFailures" || at(mapping, "event_source_arn") != "aws_sqs_queue.notices.arn" {
		problems = append(problems, "failures of single messages are taken for success")
	}
	reserved := number(at(function, "reserved_concurrent_executions"))
	if most := number(at(mapping, "scaling_config", 0, "maximum_concurrency")); reserved < 2 || most > reserved {
		problems = append(problems, fmt.Sprintf("%v instances of %v reserved: the rest is throttled", most, reserved))
	}
	code := string(readFile(t, "cmd/ingest/lambda.go")) + string(readFile(t, "cmd/ingest/watch_alerts.go"))
	variables, _ := at(function, "environment", 0, "variables").(map[string]any)
	for name := range variables {
		if !strings.Contains(code, `"`+name+`"`) {
			problems = append(problems, "the program does not know "+name)
		}
	}
	if variables["ROLETRAIL_LAKE"] != "s3://lake/roletrail" || variables["ROLETRAIL_ALLOW_SOURCES"] != "s3://trails/AWSLogs/" {
		problems = append(problems, fmt.Sprintf("the environment is %v", variables))
	}
	pays, err := in.variable("trail_requester_pays")
	if err != nil || (variables["ROLETRAIL_REQUESTER_PAYS"] == "true") != pays.True() {
		problems = append(problems, fmt.Sprintf("who pays is %v in %v: %v", pays, variables, err))
	}
	return problems
}

// lakeProblems: both buckets are closed and encrypted, and nothing of the lake ends by itself.
func lakeProblems(t *testing.T, in *infrastructure) (problems []string) {
	for _, name := range []string{"lake", "answers"} {
		public := in.resource(t, "aws_s3_bucket_public_access_block."+name)
		for _, switched := range []string{"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"} {
			if at(public, switched) != true {
				problems = append(problems, name+" may be public: "+switched)
			}
		}
		rule := at(in.resource(t, "aws_s3_bucket_server_side_encryption_configuration."+name), "rule", 0, "apply_server_side_encryption_by_default", 0)
		key, _ := in.variable("lake_kms_key_arn")
		if want := map[bool]string{true: "AES256", false: "aws:kms"}[key.IsNull()]; at(rule, "sse_algorithm") != want {
			problems = append(problems, name+" is not encrypted by "+want)
		}
		deny := at(decoded(t, at(in.resource(t, "aws_s3_bucket_policy."+name), "policy")), "Statement", 0)
		if at(deny, "Effect") != "Deny" || at(deny, "Condition", "Bool", "aws:SecureTransport") != "false" || at(deny, "Action") != "s3:*" || at(deny, "Resource", 1) != "aws_s3_bucket."+name+".arn/*" {
			problems = append(problems, name+" answers without TLS")
		}
	}
	if at(in.resource(t, "aws_s3_bucket_versioning.lake"), "versioning_configuration", 0, "status") != "Enabled" {
		problems = append(problems, "no versions of the lake are kept")
	}
	rules, _ := at(in.resource(t, "aws_s3_bucket_lifecycle_configuration.lake"), "rule").([]any)
	for _, rule := range rules {
		if at(rule, "expiration", 0, "days") != nil || at(rule, "transition") != nil || number(at(rule, "noncurrent_version_expiration", 0, "noncurrent_days")) < 2 {
			problems = append(problems, "a rule ends objects that count, or old versions too soon")
		}
	}
	return problems
}

func alarmProblems(t *testing.T, in *infrastructure) (problems []string) {
	watched := map[string]any{}
	alarms, _ := in.resource(t, "aws_cloudwatch_metric_alarm.not_empty").(map[string]any)
	for _, alarm := range alarms {
		if at(alarm, "metric_name") == "ApproximateNumberOfMessagesVisible" && at(alarm, "threshold") == 0.0 && at(alarm, "comparison_operator") == "GreaterThanThreshold" {
			name, _ := at(alarm, "dimensions", "QueueName").(string)
			watched[name] = alarm
		}
	}
	for _, queue := range []string{"dead_letters", "not_begun"} {
		name := at(in.resource(t, "aws_sqs_queue."+queue), "name").(string)
		if watched[name] == nil {
			problems = append(problems, "nobody looks at the queue of "+strings.ReplaceAll(queue, "_", " "))
		}
	}
	oldest := in.resource(t, "aws_cloudwatch_metric_alarm.oldest_message")
	if at(oldest, "metric_name") != "ApproximateAgeOfOldestMessage" || at(oldest, "dimensions", "QueueName") != at(in.resource(t, "aws_sqs_queue.notices"), "name") {
		problems = append(problems, "nobody looks at the age of the oldest message")
	}
	if want := plain(t, in.variables["alarm_actions"]); !reflect.DeepEqual(at(oldest, "alarm_actions"), want) {
		problems = append(problems, "the alarms tell nobody")
	}
	return problems
}

func jobProblems(t *testing.T, in *infrastructure) (problems []string) {
	tasks, _ := in.resource(t, "aws_ecs_task_definition.job").(map[string]any)
	schedules, _ := in.resource(t, "aws_scheduler_schedule.job").(map[string]any)
	for name, want := range map[string][]any{
		"compact":   {"cron(15 1 * * ? *)", "ingest", "compact", "--lake", "s3://lake/roletrail", "--cache-size", "85GiB"},
		"inventory": {"cron(0 3 3,10,17,24 * ? *)", "ingest", "iam", "--lake", "s3://lake/roletrail", "--live", "--cache-size", "85GiB"},
		"review":    {"cron(0 6 3 1,4,7,10 ? *)", "review-last-quarter.sh", "s3://lake/roletrail", "/reviews"},
	} {
		container := at(decoded(t, at(tasks[name], "container_definitions")), 0)
		if command := at(container, "command"); !reflect.DeepEqual(command, want[1:]) || at(schedules[name], "schedule_expression") != want[0] {
			problems = append(problems, fmt.Sprintf("%s: %v at %v", name, command, at(schedules[name], "schedule_expression")))
		}
		if !strings.Contains(fmt.Sprint(at(container, "environment")), "name:CACHE_SIZE value:85GiB") {
			problems = append(problems, name+" may fetch less, or more than its disk holds")
		}
		if at(container, "readonlyRootFilesystem") != true || at(container, "user") != "10001" {
			problems = append(problems, name+" may write to the image's root, or is root")
		}
		if at(schedules[name], "target", 0, "ecs_parameters", 0, "task_definition_arn") != "aws_ecs_task_definition.job["+name+"].arn" {
			problems = append(problems, name+" begins another task")
		}
	}
	if len(tasks) != 3 || len(schedules) != 3 {
		problems = append(problems, fmt.Sprintf("%d tasks, %d schedules", len(tasks), len(schedules)))
	}
	image := string(readFile(t, "deploy/Dockerfile"))
	for _, want := range []string{"USER 10001", "VOLUME /cache", "-o 10001 -g 10001"} {
		if !strings.Contains(image, want) {
			problems = append(problems, "the image lacks "+want)
		}
	}
	return problems
}

func athenaProblems(t *testing.T, in *infrastructure) (problems []string) {
	group := at(in.resource(t, "aws_athena_workgroup.reports"), "configuration", 0)
	if number(at(group, "bytes_scanned_cutoff_per_query")) < 1e7 || at(group, "enforce_workgroup_configuration") != true {
		problems = append(problems, "a statement has no limit")
	}
	asks := at(decoded(t, at(in.resource(t, "aws_iam_policy.ask_athena"), "policy")), "Statement", 0, "Action")
	if calls := athenaCalls(t); !reflect.DeepEqual(asks, anys(calls)) {
		problems = append(problems, fmt.Sprintf("who asks may %v, and report calls %v", asks, calls))
	}
	databases, _ := in.resource(t, "aws_glue_catalog_database.lake").(map[string]any)
	made := regexp.MustCompile(`CREATE DATABASE IF NOT EXISTS (\w+);`).FindAllStringSubmatch(string(readFile(t, "deploy/sql/athena.sql")), -1)
	for _, found := range made {
		if at(databases[found[1]], "name") != found[1] {
			problems = append(problems, "there is no database "+found[1])
		}
	}
	if len(made) != len(databases) {
		problems = append(problems, "deploy/sql/athena.sql makes other databases")
	}
	return problems
}

// athenaCalls are the calls of Athena that the program makes, as actions.
func athenaCalls(t *testing.T) (actions []string) {
	for _, name := range []string{"queries/athena.go", "queries/athena_rows.go"} {
		for _, found := range regexp.MustCompile(`client\.([A-Z]\w+)\(`).FindAllStringSubmatch(string(readFile(t, name)), -1) {
			actions = append(actions, "athena:"+found[1])
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// textProblems: everything that a person sets or is told says what it is, and the provider is
// of one version.
func textProblems(t *testing.T, in *infrastructure) (problems []string) {
	for _, name := range append(in.of("variable."), in.of("output.")...) {
		attribute := in.blocks[name].Body.Attributes["description"]
		if attribute == nil {
			problems = append(problems, name+" has no description")
			continue
		}
		if text, err := in.eval(attribute.Expr, nil); err != nil || !strings.HasSuffix(text.AsString(), ".") {
			problems = append(problems, name+": its description is no sentence")
		}
	}
	for _, name := range in.of("output.") {
		if _, err := in.eval(in.blocks[name].Body.Attributes["value"].Expr, nil); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", name, err))
		}
	}
	providers, err := in.eval(in.blocks["terraform"].Body.Blocks[0].Body.Attributes["aws"].Expr, nil)
	if err != nil || !regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`).MatchString(providers.GetAttr("version").AsString()) {
		problems = append(problems, "the provider is not pinned")
	}
	return problems
}
