package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
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
	peak := peakOfInventory(b, text)
	b.ResetTimer()
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
		b.ReportMetric(peak, "peak-MiB")
	}
}

// asInventory, set in the environment, makes this test binary a program that takes an
// inventory and says what memory it took at most. Its arguments are lake and file.
const asInventory = "ROLETRAIL_TEST_AS_INVENTORY"

func takeOneInventory(dir, file string) error {
	debug.SetGCPercent(40) // as the program does
	text, err := os.Open(file)
	if err != nil {
		return err
	}
	defer text.Close()
	inv, err := inventory.Parse(text, file, inventory.Limits{})
	if err != nil {
		return err
	}
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		return err
	}
	_, err = pipeline.IngestInventory(context.Background(), lake, inv, pipeline.InventoryOptions{At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Version: "test"})
	if err := errors.Join(err, lake.Close()); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	fmt.Print(string(status))
	return err
}

// peakOfInventory is the most resident memory of a process that takes an inventory, in
// MiB; 0 where the system does not tell it.
func peakOfInventory(b *testing.B, text string) float64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	file := filepath.Join(b.TempDir(), "inventory.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], filepath.Join(b.TempDir(), "lake"), file)
	cmd.Env = append(os.Environ(), asInventory+"=1")
	status, err := cmd.Output()
	peak := regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`).FindSubmatch(status)
	if err != nil || peak == nil {
		b.Fatalf("%v: %s", err, status)
	}
	kB, err := strconv.Atoi(string(peak[1]))
	if err != nil {
		b.Fatal(err)
	}
	return float64(kB) / 1024
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
