package review

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"roletrail/queries"
)

var update = flag.Bool("update", false, "write the goldens anew")

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}

func ptr[T any](v T) *T { return &v }

// sampleMeta is a head with everything in it.
func sampleMeta() *queries.Meta {
	return &queries.Meta{
		Since: at("2026-07-01T00:00:00Z"), Until: at("2026-10-01T00:00:00Z"),
		Coverage: queries.MetaCoverage{
			Accounts: 2, FirstEvent: ptr(at("2026-07-01T00:01:00Z")), LastEvent: ptr(at("2026-09-30T23:58:00Z")),
			DaysPresent: 150, DaysMissing: 34, Events: 20123, Thin: []string{"222222222222"}, WithoutInventory: []string{"333333333333"},
		},
		Catalogue: &queries.MetaCatalogue{Date: at("2026-06-01T00:00:00Z"), Source: "refreshed"},
		Inventory: []queries.MetaSnapshot{
			{AccountID: "111111111111", Date: at("2026-09-30T00:00:00Z"), Roles: 9, Origin: "inventory"},
			{AccountID: "222222222222", Date: at("2026-09-15T00:00:00Z"), Roles: 3, Origin: "logs"},
		},
		Trails:   []queries.MetaTrail{{ARN: "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main", AccountID: "111111111111", Organization: true, Date: at("2026-09-29T00:00:00Z")}},
		Versions: queries.MetaVersions{Roletrail: "v0.1.0", Engine: "duckdb v1.4.1", Derivation: 1},
	}
}

// lastUsedColumns are the columns of design 3.
func lastUsedColumns() []queries.Column {
	var columns []queries.Column
	for _, c := range [][2]string{
		{"account_id", "varchar"}, {"role_arn", "varchar"}, {"role_name", "varchar"}, {"role_id", "varchar"}, {"state", "varchar"},
		{"kind", "varchar"}, {"permission_set", "varchar"}, {"privilege", "varchar"}, {"verdict", "varchar"}, {"reason", "varchar"},
		{"last_used", "timestamp"}, {"last_action", "varchar"}, {"last_region", "varchar"}, {"last_caller", "varchar"},
		{"idle_days", "bigint"}, {"first_used", "timestamp"}, {"uses", "bigint"}, {"denied", "bigint"}, {"failed", "bigint"},
		{"sessions", "bigint"}, {"callers", "bigint"}, {"last_assumed", "timestamp"}, {"iam_last_used", "timestamp"}, {"evidence", "varchar"},
	} {
		columns = append(columns, queries.Column{Name: c[0], Type: c[1]})
	}
	return columns
}

func lastUsedRows() [][]any {
	return [][]any{
		{
			"111111111111", "arn:aws:iam::111111111111:role/deploy", "deploy", "AROAEXAMPLEDEPLOY0001", "present",
			"web_identity", nil, nil, "active", "used inside the window",
			at("2026-09-28T14:03:05.123456Z"), "s3:PutObject", "eu-central-1", "oidc:token.actions.example.com/repo:org/app",
			int64(2), at("2026-07-01T08:00:00Z"), int64(1234), int64(0), int64(3),
			int64(91), int64(2), at("2026-09-28T14:00:00Z"), nil, "5f0e1c9a-0000-4000-8000-000000000001",
		},
		{
			"222222222222", "arn:aws:iam::222222222222:role/batch/old-import-of-the-finance-department", "old-import-of-the-finance-department", "AROAEXAMPLEIMPORT0001", "present",
			"service", nil, nil, "dormant", "last used before the window",
			at("2026-05-01T00:00:00Z"), "dynamodb:BatchWriteItem", "eu-west-1", "lambda.amazonaws.com",
			int64(153), at("2026-01-01T00:00:00Z"), int64(0), int64(0), int64(0),
			int64(0), int64(0), nil, nil, "5f0e1c9a-0000-4000-8000-000000000002",
		},
		{
			"222222222222", "arn:aws:iam::222222222222:role/spare", "spare", nil, "present",
			"same_account", nil, nil, "never_used", "no use in the whole lake",
			nil, nil, nil, nil,
			nil, nil, int64(0), int64(0), int64(0),
			int64(0), int64(0), nil, at("2025-12-24T00:00:00Z"), nil,
		},
	}
}

func lastUsed() queries.Rows { return HeldRows(lastUsedColumns(), lastUsedRows()) }

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update to accept):\n%s\nwant:\n%s", path, got, want)
	}
}
