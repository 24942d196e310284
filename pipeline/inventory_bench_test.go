package pipeline_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/iam/action"
	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
)

// BenchmarkInventory takes the inventory of a very large account, 5,000 roles with
// 20,000 policies of their own, from JSON text to a committed lake.
func BenchmarkInventory(b *testing.B) {
	text := largeInventory(5000, 20_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		inv, err := inventory.Parse(strings.NewReader(text), "f", inventory.Limits{})
		if err != nil || len(inv.Roles) != 5000 || len(inv.Problems) > 0 {
			b.Fatal(len(inv.Roles), inv.Problems, err)
		}
		dir := filepath.Join(b.TempDir(), "lake")
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			b.Fatal(err)
		}
		at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
		if _, err := pipeline.IngestInventory(b.Context(), lake, inv, pipeline.InventoryOptions{At: at, Version: "test"}); err != nil {
			b.Fatal(err)
		}
		if err := lake.Close(); err != nil {
			b.Fatal(err)
		}
		permissions, took := evaluate(inv)
		b.ReportMetric(float64(permissions), "permissions")
		b.ReportMetric(took.Seconds(), "evaluation-s")
	}
}

// evaluate judges all roles and says how many permissions they have and how long it
// took.
func evaluate(inv *inventory.Inventory) (permissions int, took time.Duration) {
	start := time.Now()
	judge := inventory.NewJudge(inv, action.Embedded(), nil)
	for i := range inv.Roles {
		for range judge.Role(&inv.Roles[i]).Permissions() {
			permissions++
		}
	}
	return permissions, time.Since(start)
}

// largeInventory is an inventory as such accounts have them: most policies name some
// actions, some a service or two, few everything; every role has four policies.
func largeInventory(roles, policies int) string {
	rng := rand.New(rand.NewPCG(7, 11))
	names := action.Embedded().Names()
	var services []string
	for i := 0; i < len(names); i += 37 {
		service, _, _ := strings.Cut(names[i], ":")
		services = append(services, service)
	}
	var page struct {
		RoleDetailList []map[string]any
		Policies       []map[string]any
	}
	arn := func(i int) string { return fmt.Sprintf("arn:aws:iam::111111111111:policy/p%d", i) }
	for i := range policies {
		page.Policies = append(page.Policies, map[string]any{
			"Arn": arn(i), "PolicyName": fmt.Sprintf("p%d", i), "DefaultVersionId": "v1",
			"PolicyVersionList": []any{map[string]any{"VersionId": "v1", "IsDefaultVersion": true, "CreateDate": "2026-01-02T03:04:05Z",
				"Document": benchDocument(rng, names, services)}},
		})
	}
	for i := range roles {
		var attached []any
		for range 4 {
			attached = append(attached, map[string]any{"PolicyArn": arn(rng.IntN(policies))})
		}
		page.RoleDetailList = append(page.RoleDetailList, map[string]any{
			"Arn": fmt.Sprintf("arn:aws:iam::111111111111:role/r%d", i), "RoleId": fmt.Sprintf("AROA%017d", i), "CreateDate": "2025-01-02T03:04:05Z",
			"AssumeRolePolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
				"Effect": "Allow", "Principal": map[string]any{"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}},
			"RolePolicyList": []any{}, "AttachedManagedPolicies": attached,
		})
	}
	text, err := json.Marshal(page)
	if err != nil {
		panic(err) // maps of text always encode
	}
	return string(text)
}

func benchDocument(rng *rand.Rand, names, services []string) any {
	var actions []string
	resource := fmt.Sprintf("arn:aws:s3:::bucket-%d/*", rng.IntN(1000))
	switch n := rng.IntN(1000); {
	case n < 700:
		for range 5 + rng.IntN(25) {
			actions = append(actions, names[rng.IntN(len(names))])
		}
	case n < 900:
		for range 1 + rng.IntN(3) {
			actions = append(actions, services[rng.IntN(len(services))]+":*")
		}
		resource = "*"
	case n < 990:
		for range 20 {
			service := services[rng.IntN(len(services))]
			actions = append(actions, service+":Get*", service+":List*", service+":Describe*")
		}
		resource = "*"
	default:
		actions, resource = []string{"*"}, "*"
	}
	return map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Sid": "s", "Effect": "Allow", "Action": actions, "Resource": resource}}}
}
