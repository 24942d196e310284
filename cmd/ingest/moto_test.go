//go:build integration

package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"roletrail/pipeline/live"
)

// motoRoles is how many roles the account gets.
const motoRoles = 150

// TestLiveAgainstMoto fills an account that moto keeps, asks for it with bin/ingest,
// and compares what bin/report finds in the lake with what was made. Moto answers
// with one page, however long: several are tested in pipeline/live.
func TestLiveAgainstMoto(t *testing.T) {
	useMoto(t, startMoto(t))
	want := fillAccount(t)

	lake := filepath.Join(t.TempDir(), "lake")
	said := program(t, "ingest", "iam", "--live", "--lake", lake)
	if line := fmt.Sprintf("roles %d of 1 account", motoRoles); !strings.Contains(said, line) {
		t.Errorf("bin/ingest does not say %q:\n%s", line, said)
	}
	got := sqlRows(t, lake, "select arn, role_id, name, path, tags, boundary, kind, max_session from roles order by arn")
	if len(want) <= 100 || len(got) != len(want) {
		t.Fatalf("%d roles in the lake, %d were made", len(got), len(want))
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Fatalf("in the lake\n%q, made was\n%q", got[i], want[i])
		}
	}

	// Granted by the attached policy of AWS, by that of the account and inline; within
	// the boundary, which leaves iam:CreateUser out.
	permissions := sqlRows(t, lake, "select action, effect from role_permissions where role_arn like '%/role-007' and action in "+
		"('sqs:SendMessage', 's3:GetObject', 's3:PutObject', 'dynamodb:GetItem', 'iam:CreateUser') order by action")
	if want := [][]string{{"dynamodb:GetItem", "allowed"}, {"s3:GetObject", "allowed"}, {"sqs:SendMessage", "allowed"}}; !slices.EqualFunc(permissions, want, slices.Equal) {
		t.Errorf("role-007 may do %q, want %q", permissions, want)
	}
	kinds := sqlRows(t, lake, "select kind, count(*) from policies group by kind order by kind")
	if want := [][]string{{"aws_managed", "1"}, {"customer_managed", "2"}, {"inline", fmt.Sprint(motoRoles)}}; !slices.EqualFunc(kinds, want, slices.Equal) {
		t.Errorf("policies in the lake: %q, want %q", kinds, want)
	}
	trusted := sqlRows(t, lake, "select principal_kind, principal_key, count(*) from role_trust group by all")
	if want := [][]string{{"service", "ec2.amazonaws.com", fmt.Sprint(motoRoles)}}; !slices.EqualFunc(trusted, want, slices.Equal) {
		t.Errorf("trusted are %q, want %q", trusted, want)
	}
}

// useMoto lets the programs and the SDK ask the server at an address, and nothing else.
func useMoto(t *testing.T, address string) {
	t.Helper()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": empty, "AWS_SHARED_CREDENTIALS_FILE": empty,
	} {
		t.Setenv(key, value)
	}
}

// fillAccount makes roles with all that a role may have, and returns what the lake
// should say of them, by ARN.
func fillAccount(t *testing.T) (want [][]string) {
	t.Helper()
	ctx := t.Context()
	client, err := live.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	boundary := managedPolicy(t, client, "edge", `["s3:Get*","sqs:*","dynamodb:*"]`)
	tables := managedPolicy(t, client, "tables", `["dynamodb:GetItem","iam:CreateUser"]`)
	for i := range motoRoles {
		name, path := fmt.Sprintf("role-%03d", i), fmt.Sprintf("/team-%d/", i%3)
		made, err := client.CreateRole(ctx, &iam.CreateRoleInput{
			RoleName: &name, Path: &path, PermissionsBoundary: &boundary,
			AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
			Tags:                     []types.Tag{{Key: aws.String("number"), Value: aws.String(fmt.Sprint(i))}},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("send"), PolicyDocument: aws.String(allowing(`"sqs:SendMessage"`))})
		if err != nil {
			t.Fatal(err)
		}
		for _, arn := range []string{tables, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"} {
			if _, err := client.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: &arn}); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, []string{*made.Role.Arn, *made.Role.RoleId, name, path, fmt.Sprintf(`{"number":"%d"}`, i), boundary, "instance_profile", ""})
	}
	slices.SortFunc(want, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return want
}

func managedPolicy(t *testing.T, client *iam.Client, name, actions string) (arn string) {
	t.Helper()
	made, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(allowing(actions))})
	if err != nil {
		t.Fatal(err)
	}
	return *made.Policy.Arn
}

func allowing(actions string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%s,"Resource":"*"}]}`, actions)
}

// program runs one of the built programs and returns what it wrote.
func program(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(filepath.Join("..", "..", "bin", name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("bin/%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// sqlRows are the rows of a statement over a lake, without the line of names.
func sqlRows(t *testing.T, lake, statement string) [][]string {
	t.Helper()
	cmd := exec.Command(filepath.Join("..", "..", "bin", "report"), "sql", "--lake", lake, "--format", "csv", statement)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	return rows[1:]
}

// listening is the line by which moto says where it is.
var listening = regexp.MustCompile(`Running on (http://127\.0\.0\.1:[0-9]+)`)

// startMoto starts the server that MOTO_SERVER names on a free port, until the test
// ends.
func startMoto(t *testing.T) (address string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, os.Getenv("MOTO_SERVER"), "--host", "127.0.0.1", "--port", "0")
	cmd.Env = append(os.Environ(), "MOTO_IAM_LOAD_MANAGED_POLICIES=true", "PYTHONUNBUFFERED=1")
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		stop()
		t.Fatal(err)
	}
	found, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); { // to its end, else the server blocks
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		cmd.Wait() // it was killed
	})
	select {
	case address = <-found:
	case <-ended:
		t.Fatal("moto ended before it listened")
	case <-time.After(time.Minute):
		t.Fatal("moto does not listen after a minute")
	}
	return address
}
